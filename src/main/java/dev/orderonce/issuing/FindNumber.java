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
        return number.get().isIssuable() ? findIssued(buyer, number.get()) : findOwn(buyer, number.get());
    }

    private Uni<NumberState> findIssued(Buyer buyer, OrderNumber number) {
        return switch (verifyNumber.verify(number, buyer)) {
            case VerifyNumber.Owner.Self _ -> find(buyer, buyer, number);
            case VerifyNumber.Owner.Other _ ->
                verifyNumber
                        .guestOf(number, buyer)
                        .chain(guest -> guest.map(issuedTo -> find(buyer, issuedTo, number))
                                .orElseGet(() -> findOwn(buyer, number)));
            case VerifyNumber.Owner.TooManyWrong(var limited) -> item(new NumberState.Limited(limited));
        };
    }

    /**
     * A number that was not issued to the buyer exists only with the buyer's row: it was derived from an idempotency
     * key, or the order was claimed from a guest long ago.
     */
    private Uni<NumberState> findOwn(Buyer buyer, OrderNumber number) {
        return registry.statusOf(number)
                .map(status -> status.owner().equals(Optional.of(buyer))
                        ? decided(status, number)
                        : new NumberState.Unknown());
    }

    /** The number was issued to the caller, or to a guest of the caller. */
    private Uni<NumberState> find(Buyer buyer, Buyer issuedTo, OrderNumber number) {
        return registry.statusOf(number)
                .chain(status -> status instanceof NumberStatus.Undecided
                        ? undecided(buyer, issuedTo, number)
                        : decided(status, buyer, issuedTo, number));
    }

    private Uni<NumberState> undecided(Buyer buyer, Buyer issuedTo, OrderNumber number) {
        return admitNumber.lookUp(number, issuedTo, Optional.empty()).chain(found -> switch (found.admission()) {
            case Admission.Admitted _ -> item(new NumberState.Issued(number));
            case Admission.Refused(VoidReason reason, boolean isFinal) ->
                isFinal ? item(new NumberState.Expired(number)) : voidIfUndecided(buyer, issuedTo, number, reason);
        });
    }

    private Uni<NumberState> voidIfUndecided(Buyer buyer, Buyer issuedTo, OrderNumber number, VoidReason reason) {
        return registry.voidIfUndecided(number, buyer, reason, validity.now())
                .chain(status -> decided(status, buyer, issuedTo, number));
    }

    private Uni<NumberState> decided(NumberStatus status, Buyer caller, Buyer issuedTo, OrderNumber number) {
        return status.owner()
                .map(owner -> verifyNumber.isOwn(owner, caller, issuedTo))
                .orElseGet(() -> Uni.createFrom().item(true))
                .map(isOwn -> isOwn ? decided(status, number) : new NumberState.Unknown());
    }

    private static NumberState decided(NumberStatus status, OrderNumber number) {
        return switch (status) {
            case NumberStatus.Placed _ -> new NumberState.Placed(number);
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
