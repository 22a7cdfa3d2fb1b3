package dev.orderonce.issuing;

import dev.orderonce.admission.Admission;
import dev.orderonce.admission.AdmitNumber;
import dev.orderonce.admission.VerifyNumber;
import dev.orderonce.identity.Buyer;
import dev.orderonce.numbers.OrderNumber;
import dev.orderonce.numbers.Validity;
import dev.orderonce.numbers.VoidReason;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;

/** Returns the state of a number. A final state never changes (I2): a tombstone is committed before it is returned. */
@ApplicationScoped
public class FindNumber {
    private final VerifyNumber verifyNumber;
    private final NumberRegistry registry;
    private final AdmitNumber admitNumber;
    private final Validity validity;

    FindNumber(VerifyNumber verifyNumber, NumberRegistry registry, AdmitNumber admitNumber, Validity validity) {
        this.verifyNumber = verifyNumber;
        this.registry = registry;
        this.admitNumber = admitNumber;
        this.validity = validity;
    }

    public Uni<NumberState> find(Buyer buyer, String written) {
        Optional<OrderNumber> number = OrderNumber.read(written);
        if (number.isEmpty()) {
            return item(new NumberState.Unknown());
        }
        return number.get().isIssuable() ? findIssued(buyer, number.get()) : findOfClientKey(buyer, number.get());
    }

    private Uni<NumberState> findIssued(Buyer buyer, OrderNumber number) {
        return switch (verifyNumber.verify(number, buyer)) {
            case VerifyNumber.Owner.Self _ -> find(buyer, number);
            case VerifyNumber.Owner.Other _ -> item(new NumberState.Unknown());
            case VerifyNumber.Owner.TooManyWrong(var limited) -> item(new NumberState.Limited(limited));
        };
    }

    /** A number that was derived from an idempotency key exists only with its order. */
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
        return admitNumber.lookUp(number, buyer, Optional.empty()).chain(found -> switch (found.admission()) {
            case Admission.Admitted _ -> item(new NumberState.Issued(number));
            case Admission.Refused(VoidReason reason, boolean isFinal) ->
                isFinal ? item(new NumberState.Expired(number)) : voidIfUndecided(buyer, number, reason);
        });
    }

    private Uni<NumberState> voidIfUndecided(Buyer buyer, OrderNumber number, VoidReason reason) {
        return registry.voidIfUndecided(number, buyer, reason, validity.now())
                .map(status -> decided(status, buyer, number));
    }

    private static NumberState decided(NumberStatus status, Buyer caller, OrderNumber number) {
        return switch (status) {
            case NumberStatus.Placed(Buyer buyer) ->
                buyer.equals(caller) ? new NumberState.Placed(number) : new NumberState.Unknown();
            case NumberStatus.Voided(Buyer buyer, VoidReason _) when !buyer.equals(caller) -> new NumberState.Unknown();
            case NumberStatus.Voided(Buyer _, VoidReason reason) ->
                switch (reason) {
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
