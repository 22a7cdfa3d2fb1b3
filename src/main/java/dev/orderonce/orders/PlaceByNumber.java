package dev.orderonce.orders;

import dev.orderonce.identity.Buyer;
import dev.orderonce.numbers.Admission;
import dev.orderonce.numbers.AdmitNumber;
import dev.orderonce.numbers.OrderNumber;
import dev.orderonce.numbers.SigningKeys;
import dev.orderonce.numbers.Validity;
import dev.orderonce.numbers.Why;
import dev.orderonce.stores.StoreUnavailable;
import dev.orderonce.stores.StoreUnavailable.Store;

import io.smallrye.mutiny.Uni;

import jakarta.enterprise.context.ApplicationScoped;

import java.util.Optional;
import java.util.function.Supplier;

/** Turns an issued number and a draft into at most one order, however often it is asked. */
@ApplicationScoped
class PlaceByNumber {
    private final SigningKeys keys;
    private final AdmitNumber admitNumber;
    private final OrderStore store;
    private final Validity validity;

    PlaceByNumber(SigningKeys keys, AdmitNumber admitNumber, OrderStore store, Validity validity) {
        this.keys = keys;
        this.admitNumber = admitNumber;
        this.store = store;
        this.validity = validity;
    }

    Uni<Placement> place(Buyer buyer, String written, OrderDraft draft) {
        return keys.readOwn(written, buyer)
                .map(number -> place(buyer, number, draft))
                .orElseGet(() -> item(new Placement.NotYours()));
    }

    private Uni<Placement> place(Buyer buyer, OrderNumber number, OrderDraft draft) {
        return admitNumber
                .admit(number, buyer)
                .onItem()
                .transformToUni(
                        admission ->
                                switch (admission) {
                                    case Admission.Admitted(boolean firstTry) when firstTry ->
                                            offer(order(buyer, number, draft), draft);
                                    case Admission.Admitted again ->
                                            unlessDecided(
                                                    buyer,
                                                    number,
                                                    draft,
                                                    () ->
                                                            offer(
                                                                    order(buyer, number, draft),
                                                                    draft));
                                    case Admission.Refused(Why why, boolean forGood) ->
                                            unlessDecided(
                                                    buyer,
                                                    number,
                                                    draft,
                                                    () ->
                                                            forGood
                                                                    ? item(
                                                                            new Placement
                                                                                    .NumberSpent(
                                                                                    number, why))
                                                                    : offer(
                                                                            tombstone(
                                                                                    buyer, number,
                                                                                    why),
                                                                            draft));
                                    case Admission.CannotTell(Store silent) ->
                                            unlessDecided(
                                                    buyer,
                                                    number,
                                                    draft,
                                                    () -> item(new Placement.Unavailable(silent)));
                                })
                .onFailure(StoreUnavailable.class)
                .recoverWithItem(silent -> new Placement.Unavailable(silent.store()));
    }

    /** A decision that stands is found before anything can refuse the request. */
    private Uni<Placement> unlessDecided(
            Buyer buyer, OrderNumber number, OrderDraft draft, Supplier<Uni<Placement>> undecided) {
        return store.find(number)
                .onItem()
                .transformToUni(
                        found ->
                                found.map(standing -> item(Judgement.of(buyer, draft, standing)))
                                        .orElseGet(undecided));
    }

    /**
     * Offers a row to the primary key: an order, or the tombstone of a number that may not become
     * one.
     */
    private Uni<Placement> offer(Standing offered, OrderDraft draft) {
        return store.decide(offered)
                .map(
                        decision ->
                                decision.isOurs() && offered instanceof Order order
                                        ? new Placement.Placed(order)
                                        : Judgement.of(
                                                offered.buyer(), draft, decision.standing()));
    }

    private Order order(Buyer buyer, OrderNumber number, OrderDraft draft) {
        return Order.placed(number, Optional.empty(), buyer, draft, validity.now());
    }

    private Tombstone tombstone(Buyer buyer, OrderNumber number, Why why) {
        return new Tombstone(number, buyer, why, Order.kept(validity.now()));
    }

    private static Uni<Placement> item(Placement placement) {
        return Uni.createFrom().item(placement);
    }
}
