package dev.orderonce.issuing;

import dev.orderonce.admission.RegisterNumber;
import dev.orderonce.admission.VerifyNumber;
import dev.orderonce.identity.Buyer;
import dev.orderonce.numbers.OrderNumber;
import dev.orderonce.numbers.Validity;
import dev.orderonce.numbers.VoidReason;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;

/**
 * Retires a number without an order. If a void and a place race, one of them wins and both return the same decision.
 */
@ApplicationScoped
public class VoidNumber {
    private final VerifyNumber verifyNumber;
    private final NumberRegistry registry;
    private final RegisterNumber registerNumber;
    private final Validity validity;

    VoidNumber(VerifyNumber verifyNumber, NumberRegistry registry, RegisterNumber registerNumber, Validity validity) {
        this.verifyNumber = verifyNumber;
        this.registry = registry;
        this.registerNumber = registerNumber;
        this.validity = validity;
    }

    public Uni<Voiding> voidNumber(Buyer buyer, String written) {
        Optional<OrderNumber> number = OrderNumber.read(written);
        if (number.isEmpty()) {
            return item(new Voiding.Unknown());
        }
        return number.get().isIssuable() ? voidIssued(buyer, number.get()) : refuseUnlessOwn(buyer, number.get());
    }

    private Uni<Voiding> voidIssued(Buyer buyer, OrderNumber number) {
        return switch (verifyNumber.verify(number, buyer)) {
            case VerifyNumber.Owner.Self _ -> voidNumber(buyer, buyer, number);
            case VerifyNumber.Owner.Other _ ->
                verifyNumber
                        .guestOf(number, buyer)
                        .chain(guest -> guest.map(issuedTo -> voidNumber(buyer, issuedTo, number))
                                .orElseGet(() -> refuseUnlessOwn(buyer, number)));
            case VerifyNumber.Owner.TooManyWrong(var limited) -> item(new Voiding.Limited(limited));
        };
    }

    /**
     * A number that was not issued to the buyer exists only with the buyer's row: it was derived from an idempotency
     * key, or the order was claimed from a guest long ago. A tombstone under the former would prevent the order of that
     * key, which its client has not requested.
     */
    private Uni<Voiding> refuseUnlessOwn(Buyer buyer, OrderNumber number) {
        return registry.statusOf(number)
                .map(status ->
                        status.owner().equals(Optional.of(buyer)) ? outcome(status, number) : new Voiding.Unknown());
    }

    /** The number was issued to the caller, or to a guest of the caller. */
    private Uni<Voiding> voidNumber(Buyer buyer, Buyer issuedTo, OrderNumber number) {
        return registry.voidIfUndecided(number, buyer, VoidReason.VOIDED, validity.now())
                .chain(status -> outcome(status, buyer, issuedTo, number))
                .onItem()
                .call(voiding -> unregister(voiding, issuedTo, number));
    }

    /** Only the tombstone decides. Without Redis the number counts as outstanding until it expires. */
    private Uni<Void> unregister(Voiding voiding, Buyer buyer, OrderNumber number) {
        return voiding instanceof Voiding.Voided
                ? registerNumber.unregister(number, buyer)
                : Uni.createFrom().voidItem();
    }

    private Uni<Voiding> outcome(NumberStatus status, Buyer caller, Buyer issuedTo, OrderNumber number) {
        return status.owner()
                .map(owner -> verifyNumber.isOwn(owner, caller, issuedTo))
                .orElseGet(() -> Uni.createFrom().item(true))
                .map(isOwn -> isOwn ? outcome(status, number) : new Voiding.Unknown());
    }

    private static Voiding outcome(NumberStatus status, OrderNumber number) {
        return switch (status) {
            case NumberStatus.Placed _ -> new Voiding.PlacedFirst(number);
            case NumberStatus.Voided(Buyer _, VoidReason reason) ->
                reason == VoidReason.EXPIRED ? new Voiding.Expired(number) : new Voiding.Voided(number);
            case NumberStatus.Undecided _ ->
                throw new IllegalStateException("a tombstone was written and no row exists under " + number);
        };
    }

    private static Uni<Voiding> item(Voiding voiding) {
        return Uni.createFrom().item(voiding);
    }
}
