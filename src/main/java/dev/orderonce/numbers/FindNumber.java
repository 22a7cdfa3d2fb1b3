package dev.orderonce.numbers;

import dev.orderonce.identity.Buyer;
import dev.orderonce.stores.StoreUnavailable;
import dev.orderonce.stores.StoreUnavailable.Store;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;

/** Answers "was it placed?" with the truth: what it calls final stays so (I2). */
@ApplicationScoped
public class FindNumber {
    private final NumberOwners owners;
    private final Ledger ledger;
    private final AdmitNumber admitNumber;
    private final Validity validity;

    FindNumber(NumberOwners owners, Ledger ledger, AdmitNumber admitNumber, Validity validity) {
        this.owners = owners;
        this.ledger = ledger;
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
        return ledger.fateOf(number)
                .map(fate -> fate instanceof Fate.Undecided ? new NumberState.Unknown() : decided(fate, buyer, number));
    }

    private Uni<NumberState> find(Buyer buyer, OrderNumber number) {
        return ledger.fateOf(number)
                .chain(fate ->
                        fate instanceof Fate.Undecided ? undecided(buyer, number) : item(decided(fate, buyer, number)));
    }

    private Uni<NumberState> undecided(Buyer buyer, OrderNumber number) {
        return admitNumber.look(number, buyer).chain(admission -> switch (admission) {
            case Admission.Admitted _ -> item(new NumberState.Issued(number));
            case Admission.CannotTell(Store silent) -> StoreUnavailable.failure(silent);
            case Admission.Refused(Why why, boolean forGood) ->
                forGood ? item(new NumberState.Expired(number)) : bury(buyer, number, why);
        });
    }

    private Uni<NumberState> bury(Buyer buyer, OrderNumber number, Why why) {
        return ledger.bury(number, buyer, why, validity.now()).map(fate -> decided(fate, buyer, number));
    }

    private static NumberState decided(Fate fate, Buyer asking, OrderNumber number) {
        return switch (fate) {
            case Fate.Ordered(Buyer buyer) ->
                buyer.equals(asking) ? new NumberState.Placed(number) : new NumberState.Unknown();
            case Fate.Buried(Buyer buyer, Why _) when !buyer.equals(asking) -> new NumberState.Unknown();
            case Fate.Buried(Buyer _, Why why) ->
                switch (why) {
                    case EXPIRED -> new NumberState.Expired(number);
                    case VOIDED, NOT_CACHED -> new NumberState.Voided(number);
                };
            case Fate.Undecided _ -> new NumberState.Issued(number);
        };
    }

    private static Uni<NumberState> item(NumberState state) {
        return Uni.createFrom().item(state);
    }
}
