package dev.orderonce.issuing;

import dev.orderonce.admission.NumberOwners;
import dev.orderonce.admission.RegisterNumber;
import dev.orderonce.identity.Buyer;
import dev.orderonce.numbers.OrderNumber;
import dev.orderonce.numbers.Validity;
import dev.orderonce.numbers.VoidReason;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;

/**
 * Spends a number without an order; of a void and a place that race, exactly one wins and both hear
 * which.
 */
@ApplicationScoped
public class VoidNumber {
    private final NumberOwners owners;
    private final NumberRegistry registry;
    private final RegisterNumber registerNumber;
    private final Validity validity;

    VoidNumber(NumberOwners owners, NumberRegistry registry, RegisterNumber registerNumber, Validity validity) {
        this.owners = owners;
        this.registry = registry;
        this.registerNumber = registerNumber;
        this.validity = validity;
    }

    public Uni<Voiding> voidNumber(Buyer buyer, String written) {
        Uni<Voiding> voiding = OrderNumber.read(written)
                .map(number -> number.isIssuable() ? voidIssued(buyer, number) : refuseOfClientKey(buyer, number))
                .orElseGet(() -> item(new Voiding.Unknown()));
        return voiding;
    }

    private Uni<Voiding> voidIssued(Buyer buyer, OrderNumber number) {
        return switch (owners.ask(number, buyer)) {
            case NumberOwners.Answer.Own _ -> voidNumber(buyer, number);
            case NumberOwners.Answer.Foreign _ -> item(new Voiding.Unknown());
            case NumberOwners.Answer.TooManyWrong(var excess) -> item(new Voiding.Limited(excess));
        };
    }

    /**
     * Such a number exists only as its order's. A tombstone under it would keep the client key from
     * ever becoming an order, which nobody was told.
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
                .call(voiding -> forget(voiding, buyer, number));
    }

    /**
     * The tombstone under the primary key is what counts. Without Redis the number goes on counting
     * as outstanding for a while.
     */
    private Uni<Void> forget(Voiding voiding, Buyer buyer, OrderNumber number) {
        return voiding instanceof Voiding.Voided
                ? registerNumber.unregister(number, buyer)
                : Uni.createFrom().voidItem();
    }

    private static Voiding outcome(NumberStatus status, Buyer asking, OrderNumber number) {
        return switch (status) {
            case NumberStatus.Placed(Buyer buyer) when !buyer.equals(asking) -> new Voiding.Unknown();
            case NumberStatus.Voided(Buyer buyer, VoidReason _) when !buyer.equals(asking) -> new Voiding.Unknown();
            case NumberStatus.Placed _ -> new Voiding.PlacedFirst(number);
            case NumberStatus.Voided(Buyer _, VoidReason why) ->
                why == VoidReason.EXPIRED ? new Voiding.Expired(number) : new Voiding.Voided(number);
            case NumberStatus.Undecided _ ->
                throw new IllegalStateException("a tombstone was written and nothing stands under " + number);
        };
    }

    private static Uni<Voiding> item(Voiding voiding) {
        return Uni.createFrom().item(voiding);
    }
}
