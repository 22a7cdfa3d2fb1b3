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
        return number.get().isIssuable() ? voidIssued(buyer, number.get()) : refuseOfClientKey(buyer, number.get());
    }

    private Uni<Voiding> voidIssued(Buyer buyer, OrderNumber number) {
        return switch (verifyNumber.verify(number, buyer)) {
            case VerifyNumber.Owner.Self _ -> voidNumber(buyer, number);
            case VerifyNumber.Owner.Other _ -> item(new Voiding.Unknown());
            case VerifyNumber.Owner.TooManyWrong(var limited) -> item(new Voiding.Limited(limited));
        };
    }

    /**
     * A number that was derived from an idempotency key exists only with its order. A tombstone under it would prevent
     * the order of that key, which its client has not requested.
     */
    private Uni<Voiding> refuseOfClientKey(Buyer buyer, OrderNumber number) {
        return registry.statusOf(number)
                .map(status -> status instanceof NumberStatus.Undecided
                        ? new Voiding.Unknown()
                        : outcome(status, buyer, number));
    }

    private Uni<Voiding> voidNumber(Buyer buyer, OrderNumber number) {
        return registry.voidIfUndecided(number, buyer, VoidReason.VOIDED, validity.now())
                .map(status -> outcome(status, buyer, number))
                .onItem()
                .call(voiding -> unregister(voiding, buyer, number));
    }

    /** Only the tombstone decides. Without Redis the number counts as outstanding until it expires. */
    private Uni<Void> unregister(Voiding voiding, Buyer buyer, OrderNumber number) {
        return voiding instanceof Voiding.Voided
                ? registerNumber.unregister(number, buyer)
                : Uni.createFrom().voidItem();
    }

    private static Voiding outcome(NumberStatus status, Buyer caller, OrderNumber number) {
        return switch (status) {
            case NumberStatus.Placed(Buyer buyer) when !buyer.equals(caller) -> new Voiding.Unknown();
            case NumberStatus.Voided(Buyer buyer, VoidReason _) when !buyer.equals(caller) -> new Voiding.Unknown();
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
