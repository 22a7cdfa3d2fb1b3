package dev.orderonce.orders;

import dev.orderonce.admission.Admission;
import dev.orderonce.admission.AdmitNumber;
import dev.orderonce.admission.ContentClaim;
import dev.orderonce.admission.Entry;
import dev.orderonce.admission.NumberOwners;
import dev.orderonce.identity.Buyer;
import dev.orderonce.numbers.OrderNumber;
import dev.orderonce.numbers.Validity;
import dev.orderonce.numbers.VoidReason;
import dev.orderonce.orders.PlaceOrder.Wanted;
import dev.orderonce.stores.StoreUnavailable;
import dev.orderonce.stores.StoreUnavailable.Store;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;

/** Turns an issued number and a draft into at most one order, however often it is asked. */
@ApplicationScoped
class PlaceByNumber {
    private final NumberOwners owners;
    private final AdmitNumber admitNumber;
    private final ConfirmationPolicy askFirst;
    private final OrderStore store;
    private final Validity validity;

    PlaceByNumber(
            NumberOwners owners,
            AdmitNumber admitNumber,
            ConfirmationPolicy askFirst,
            OrderStore store,
            Validity validity) {
        this.owners = owners;
        this.admitNumber = admitNumber;
        this.askFirst = askFirst;
        this.store = store;
        this.validity = validity;
    }

    Uni<Placement> place(Buyer buyer, String written, Wanted wanted) {
        return OrderNumber.read(written)
                .map(number -> number.isIssuable()
                        ? placeIssued(buyer, number, wanted)
                        : replayOfClientKey(buyer, number, wanted.draft()))
                .orElseGet(() -> item(new Placement.NotYours()));
    }

    private Uni<Placement> placeIssued(Buyer buyer, OrderNumber number, Wanted wanted) {
        return switch (owners.ask(number, buyer)) {
            case NumberOwners.Answer.Own _ -> new Request(buyer, number, wanted).place();
            case NumberOwners.Answer.Foreign _ -> item(new Placement.NotYours());
            case NumberOwners.Answer.TooManyWrong(var excess) ->
                replay(buyer, number, wanted.draft(), new Placement.Limited(excess));
        };
    }

    /** A replay is never limited: an order of the buyer's own is known to them. */
    private Uni<Placement> replay(Buyer buyer, OrderNumber number, OrderDraft draft, Placement otherwise) {
        return store.findOwn(number, buyer)
                .map(found -> found.filter(Order.class::isInstance)
                        .map(order -> ReplayCheck.of(buyer, draft, order))
                        .orElse(otherwise));
    }

    /**
     * Such a number was never issued, but the buyer may hold it: it is the number of an order that
     * was placed under a client key. That order is the answer; nothing else can be placed under it.
     */
    private Uni<Placement> replayOfClientKey(Buyer buyer, OrderNumber number, OrderDraft draft) {
        return store.find(number)
                .map(found -> found.map(standing -> ReplayCheck.of(buyer, draft, standing))
                        .orElseGet(Placement.NotYours::new));
    }

    private static Uni<Placement> item(Placement placement) {
        return Uni.createFrom().item(placement);
    }

    /** One request under a number that is its buyer's own. */
    private final class Request {
        private final Buyer buyer;
        private final OrderNumber number;
        private final OrderDraft draft;
        private final Optional<Placement> refusal;

        Request(Buyer buyer, OrderNumber number, Wanted wanted) {
            this.buyer = buyer;
            this.number = number;
            this.draft = wanted.draft();
            this.refusal = wanted.refusal();
        }

        Uni<Placement> place() {
            return refusal.map(this::refuseUnlessPlaced).orElseGet(this::enter);
        }

        private Uni<Placement> enter() {
            ContentClaim likeness = askFirst.likeness(draft);
            return admitNumber.admit(number, buyer, likeness).chain(entry -> switch (entry) {
                case Entry.Free _ -> offerOrder();
                case Entry.SeenBefore _ -> find(askAgain(likeness));
                case Entry.Refused(VoidReason why, boolean forGood) -> find(refuse(why, forGood));
                case Entry.CannotTell(Store silent) -> find(StoreUnavailable.failure(silent));
                case Entry.Limited(var excess) -> find(item(new Placement.Limited(excess)));
                case Entry.Alike alike -> find(unless(askFirst.compare(buyer, number, likeness, alike)));
            });
        }

        /** Nothing is marked and no limit is spent. */
        private Uni<Placement> refuseUnlessPlaced(Placement refused) {
            return admitNumber.look(number, buyer).chain(admission -> switch (admission) {
                case Admission.Admitted _ -> find(item(refused));
                case Admission.Refused(VoidReason why, boolean forGood) -> find(refuse(why, forGood));
                case Admission.CannotTell(Store silent) -> find(StoreUnavailable.failure(silent));
            });
        }

        /**
         * A decision that stands is found before anything can refuse the request.
         *
         * @param undecided begun only if nothing stands
         */
        private Uni<Placement> find(Uni<Placement> undecided) {
            return store.find(number)
                    .chain(found -> found.map(standing -> item(ReplayCheck.of(buyer, draft, standing)))
                            .orElse(undecided));
        }

        /** It was tried before, and nothing came of it. */
        private Uni<Placement> askAgain(ContentClaim likeness) {
            return Uni.createFrom().deferred(() -> unless(askFirst.ask(buyer, number, likeness)));
        }

        private Uni<Placement> unless(Uni<Optional<Placement>> refusal) {
            return refusal.chain(refused -> refused.map(PlaceByNumber::item).orElseGet(this::offerOrder));
        }

        private Uni<Placement> refuse(VoidReason why, boolean forGood) {
            return forGood
                    ? item(new Placement.NumberSpent(number, why))
                    : Uni.createFrom()
                            .deferred(() -> offer(new Tombstone(number, buyer, why, Order.kept(validity.now()))));
        }

        private Uni<Placement> offerOrder() {
            return offer(Order.placed(number, Optional.empty(), buyer, draft, validity.now()));
        }

        /**
         * Offers a row to the primary key: an order, or the tombstone of a number that may not
         * become one.
         */
        private Uni<Placement> offer(DecidedNumber offered) {
            return store.decide(offered)
                    .map(decision -> decision.isOurs() && offered instanceof Order order
                            ? new Placement.Placed(order)
                            : ReplayCheck.of(buyer, draft, decision.standing()));
        }
    }
}
