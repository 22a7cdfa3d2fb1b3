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
    private final SigningKeys keys;
    private final Ledger ledger;
    private final NumberCache cache;
    private final Validity validity;

    VoidNumber(SigningKeys keys, Ledger ledger, NumberCache cache, Validity validity) {
        this.keys = keys;
        this.ledger = ledger;
        this.cache = cache;
        this.validity = validity;
    }

    public Uni<Voiding> voidNumber(Buyer buyer, String written) {
        return keys.readOwn(written, buyer)
                .map(number -> voidNumber(buyer, number))
                .orElseGet(() -> Uni.createFrom().item(new Voiding.Unknown()));
    }

    private Uni<Voiding> voidNumber(Buyer buyer, OrderNumber number) {
        return ledger.bury(number, buyer, Why.VOIDED, validity.now())
                .map(fate -> outcome(fate, buyer, number))
                .onItem()
                .call(voiding -> forget(voiding, buyer, number))
                .onFailure(StoreUnavailable.class)
                .recoverWithItem(silent -> new Voiding.Unavailable(silent.store()));
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
            case Fate.Buried(Buyer buyer, Why why) when !buyer.equals(asking) ->
                    new Voiding.Unknown();
            case Fate.Ordered ordered -> new Voiding.PlacedFirst(number);
            case Fate.Buried(Buyer buyer, Why why) ->
                    why == Why.EXPIRED ? new Voiding.Expired(number) : new Voiding.Voided(number);
            case Fate.Undecided undecided ->
                    throw new IllegalStateException(
                            "a tombstone was written and nothing stands under " + number);
        };
    }
}
