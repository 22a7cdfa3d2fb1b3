package dev.orderonce.orders;

import static dev.orderonce.stores.StoreUnavailable.Store.POSTGRESQL;

import dev.orderonce.admission.Limits;
import dev.orderonce.admission.RateLimited;
import dev.orderonce.http.Outcome;
import dev.orderonce.idempotency.IdempotencyKey;
import dev.orderonce.identity.Buyer;
import dev.orderonce.numbers.OrderNumber;
import dev.orderonce.numbers.Validity;
import dev.orderonce.numbers.VoidReason;
import dev.orderonce.stores.StoreUnavailable;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Optional;

/**
 * Gives an idempotency key up without an order. If it races with the placement, the primary key decides and both return
 * the same decision. The in-flight marker is not asked: it says at most that a row exists, and the row is read then.
 */
@ApplicationScoped
public class VoidKey {
    private final LookUpKey lookUpKey;
    private final OrderStore store;
    private final Limits limits;
    private final Validity validity;

    VoidKey(LookUpKey lookUpKey, OrderStore store, Limits limits, Validity validity) {
        this.lookUpKey = lookUpKey;
        this.store = store;
        this.limits = limits;
        this.validity = validity;
    }

    /** The results of giving up. */
    public sealed interface Voiding extends Outcome {
        /** The key is malformed. */
        record Unusable(String why) implements Voiding {}

        /** Another key has the number of this key. */
        record Collides() implements Voiding {}

        /** The buyer has given up as many keys as the limit allows orders. */
        record Limited(RateLimited limited) implements Voiding {}

        /** The order was placed first and exists. */
        record PlacedFirst(OrderNumber number) implements Voiding {}

        /** The key can never become an order, by this request or by an earlier one. */
        record Voided(IdempotencyKey key) implements Voiding {}

        @Override
        default String label() {
            return switch (this) {
                case Unusable _ -> "key-unusable";
                case Collides _ -> "key-collides";
                case Limited _ -> "limited";
                case PlacedFirst _ -> "placed-first";
                case Voided _ -> "voided";
            };
        }
    }

    /**
     * Gives the key up unless an order exists under it.
     *
     * @param written as in the header {@code Idempotency-Key}
     * @return fails with {@link StoreUnavailable} if PostgreSQL is unavailable; the key may be voided then
     */
    public Uni<Voiding> voidKey(Buyer buyer, String written) {
        return switch (IdempotencyKey.read(List.of(written))) {
            case IdempotencyKey.Reading.None _ -> throw new IllegalStateException("a key was given");
            case IdempotencyKey.Reading.Unusable(String why) -> item(new Voiding.Unusable(why));
            case IdempotencyKey.Reading.Usable(IdempotencyKey key) ->
                lookUpKey
                        .find(buyer, key)
                        .chain(status -> status instanceof KeyStatus.Unused
                                ? voidUnlessFull(buyer, key)
                                : item(decided(key, status)));
        };
    }

    /** A tombstone stays forever, as an order does: this replica allows as many of them, beside the orders. */
    private Uni<Voiding> voidUnlessFull(Buyer buyer, IdempotencyKey key) {
        return limits.countKeyGivenUp(buyer)
                .map(limited -> item(new Voiding.Limited(limited)))
                .orElseGet(() -> voidUnused(buyer, key));
    }

    private Uni<Voiding> voidUnused(Buyer buyer, IdempotencyKey key) {
        Tombstone tombstone = new Tombstone(
                OrderNumber.ofClientKey(buyer, key.text()), Optional.of(key), buyer, VoidReason.VOIDED, validity.now());
        return store.insert(tombstone)
                .chain(isWritten -> isWritten
                        ? item(new Voiding.Voided(key))
                        : lookUpKey.find(buyer, key).map(status -> decided(key, status)));
    }

    private static Voiding decided(IdempotencyKey key, KeyStatus status) {
        return switch (status) {
            case KeyStatus.Unused _ ->
                throw new StoreUnavailable(POSTGRESQL, "a row changed its buyer while it was read");
            case KeyStatus.Placed(Order order) -> new Voiding.PlacedFirst(order.number());
            case KeyStatus.Voided _ -> new Voiding.Voided(key);
            case KeyStatus.Collides _ -> new Voiding.Collides();
        };
    }

    private static Uni<Voiding> item(Voiding voiding) {
        return Uni.createFrom().item(voiding);
    }
}
