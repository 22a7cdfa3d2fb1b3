package dev.orderonce.issuing;

import dev.orderonce.admission.Admission;
import dev.orderonce.admission.AdmitNumber;
import dev.orderonce.admission.NumberOwners;
import dev.orderonce.identity.Buyer;
import dev.orderonce.numbers.OrderNumber;
import dev.orderonce.numbers.Validity;
import dev.orderonce.numbers.VoidReason;
import dev.orderonce.stores.StoreUnavailable;
import dev.orderonce.stores.StoreUnavailable.Store;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;

/** Answers "was it placed?" with the truth: what it calls final stays so (I2). */
@ApplicationScoped
public class FindNumber {
    private final NumberOwners owners;
    private final NumberRegistry registry;
    private final AdmitNumber admitNumber;
    private final Validity validity;

    FindNumber(NumberOwners owners, NumberRegistry registry, AdmitNumber admitNumber, Validity validity) {
        this.owners = owners;
        this.registry = registry;
        this.admitNumber = admitNumber;
        this.validity = validity;
    }

    public Uni<NumberState> find(Buyer buyer, String written) {
        Uni<NumberState> finding = OrderNumber.read(written)
                .map(number -> number.isIssuable() ? findIssued(buyer, number) : findOfClientKey(buyer, number))
                .orElseGet(() -> item(new NumberState.Unknown()));
        return finding;
    }

    private Uni<NumberState> findIssued(Buyer buyer, OrderNumber number) {
        return switch (owners.ask(number, buyer)) {
            case NumberOwners.Answer.Own _ -> find(buyer, number);
            case NumberOwners.Answer.Foreign _ -> item(new NumberState.Unknown());
            case NumberOwners.Answer.TooManyWrong(var excess) -> item(new NumberState.Limited(excess));
        };
    }

    /** Such a number exists only as its order's. */
    private Uni<NumberState> findOfClientKey(Buyer buyer, OrderNumber number) {
        return registry.statusOf(number)
                .map(status -> status instanceof NumberStatus.Undecided
                        ? new NumberState.Unknown()
                        : decided(status, buyer, number));
    }

    private Uni<NumberState> find(Buyer buyer, OrderNumber number) {
        return registry.statusOf(number)
                .chain(status -> status instanceof NumberStatus.Undecided
                        ? undecided(buyer, number)
                        : item(decided(status, buyer, number)));
    }

    private Uni<NumberState> undecided(Buyer buyer, OrderNumber number) {
        return admitNumber.look(number, buyer).chain(admission -> switch (admission) {
            case Admission.Admitted _ -> item(new NumberState.Issued(number));
            case Admission.CannotTell(Store silent) -> StoreUnavailable.failure(silent);
            case Admission.Refused(VoidReason why, boolean forGood) ->
                forGood ? item(new NumberState.Expired(number)) : voidIfUndecided(buyer, number, why);
        });
    }

    private Uni<NumberState> voidIfUndecided(Buyer buyer, OrderNumber number, VoidReason why) {
        return registry.voidIfUndecided(number, buyer, why, validity.now())
                .map(status -> decided(status, buyer, number));
    }

    private static NumberState decided(NumberStatus status, Buyer asking, OrderNumber number) {
        return switch (status) {
            case NumberStatus.Placed(Buyer buyer) ->
                buyer.equals(asking) ? new NumberState.Placed(number) : new NumberState.Unknown();
            case NumberStatus.Voided(Buyer buyer, VoidReason _) when !buyer.equals(asking) -> new NumberState.Unknown();
            case NumberStatus.Voided(Buyer _, VoidReason why) ->
                switch (why) {
                    case EXPIRED -> new NumberState.Expired(number);
                    case VOIDED, NOT_CACHED -> new NumberState.Voided(number);
                };
            case NumberStatus.Undecided _ -> new NumberState.Issued(number);
        };
    }

    private static Uni<NumberState> item(NumberState state) {
        return Uni.createFrom().item(state);
    }
}
