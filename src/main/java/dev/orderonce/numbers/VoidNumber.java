package dev.orderonce.numbers;

import dev.orderonce.identity.Buyer;
import dev.orderonce.stores.StoreUnavailable;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;

/**
 * Spends a number without an order; of a void and a place that race, exactly one wins and both hear
 * which.
 */
@ApplicationScoped
public class VoidNumber {
    private final NumberOwners owners;
    private final Ledger ledger;
    private final NumberCache cache;
    private final Validity validity;

    VoidNumber(NumberOwners owners, Ledger ledger, NumberCache cache, Validity validity) {
        this.owners = owners;
        this.ledger = ledger;
        this.cache = cache;
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
        return ledger.fateOf(number)
                .map(fate -> fate instanceof Fate.Undecided ? new Voiding.Unknown() : outcome(fate, buyer, number));
    }

    private Uni<Voiding> voidNumber(Buyer buyer, OrderNumber number) {
        return ledger.bury(number, buyer, Why.VOIDED, validity.now())
                .map(fate -> outcome(fate, buyer, number))
                .onItem()
                .call(voiding -> forget(voiding, buyer, number));
    }

    /**
     * The tombstone under the primary key is what counts. Without Redis the number goes on counting
     * as outstanding for a while.
     */
    private Uni<Void> forget(Voiding voiding, Buyer buyer, OrderNumber number) {
        return voiding instanceof Voiding.Voided
                ? cache.forget(number, buyer).onFailure(StoreUnavailable.class).recoverWithNull()
                : Uni.createFrom().voidItem();
    }

    private static Voiding outcome(Fate fate, Buyer asking, OrderNumber number) {
        return switch (fate) {
            case Fate.Ordered(Buyer buyer) when !buyer.equals(asking) -> new Voiding.Unknown();
            case Fate.Buried(Buyer buyer, Why _) when !buyer.equals(asking) -> new Voiding.Unknown();
            case Fate.Ordered _ -> new Voiding.PlacedFirst(number);
            case Fate.Buried(Buyer _, Why why) ->
                why == Why.EXPIRED ? new Voiding.Expired(number) : new Voiding.Voided(number);
            case Fate.Undecided _ ->
                throw new IllegalStateException("a tombstone was written and nothing stands under " + number);
        };
    }

    private static Uni<Voiding> item(Voiding voiding) {
        return Uni.createFrom().item(voiding);
    }
}
