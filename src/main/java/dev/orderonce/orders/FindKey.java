package dev.orderonce.orders;

import dev.orderonce.http.Outcome;
import dev.orderonce.idempotency.IdempotencyKey;
import dev.orderonce.identity.Buyer;
import dev.orderonce.numbers.OrderNumber;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;

/** Returns what has become of a buyer's idempotency key. Placed and voided are final; unused is not. */
@ApplicationScoped
public class FindKey {
    private final LookUpKey lookUpKey;

    FindKey(LookUpKey lookUpKey) {
        this.lookUpKey = lookUpKey;
    }

    /** The results of the search. */
    public sealed interface Finding extends Outcome {
        /** The key is malformed. */
        record Unusable(String why) implements Finding {}

        /** Another key has the number of this key. */
        record Collides() implements Finding {}

        /** No order was placed under the key, and none is prevented. */
        record Unused(IdempotencyKey key) implements Finding {}

        /** The order exists. */
        record Placed(IdempotencyKey key, OrderNumber number) implements Finding {}

        /** The key can never become an order. */
        record Voided(IdempotencyKey key) implements Finding {}

        @Override
        default String label() {
            return switch (this) {
                case Unusable _ -> "key-unusable";
                case Collides _ -> "key-collides";
                case Unused _ -> "unused";
                case Placed _ -> "placed";
                case Voided _ -> "voided";
            };
        }
    }

    /**
     * Finds what exists under the key.
     *
     * @param written as in the header {@code Idempotency-Key}
     */
    public Uni<Finding> find(Buyer buyer, String written) {
        return switch (IdempotencyKey.read(List.of(written))) {
            case IdempotencyKey.Reading.None _ -> throw new IllegalStateException("a key was given");
            case IdempotencyKey.Reading.Unusable(String why) -> Uni.createFrom().item(new Finding.Unusable(why));
            case IdempotencyKey.Reading.Usable(IdempotencyKey key) ->
                lookUpKey.find(buyer, key).map(status -> finding(key, status));
        };
    }

    private static Finding finding(IdempotencyKey key, KeyStatus status) {
        return switch (status) {
            case KeyStatus.Unused _ -> new Finding.Unused(key);
            case KeyStatus.Placed(Order order) -> new Finding.Placed(key, order.number());
            case KeyStatus.Voided _ -> new Finding.Voided(key);
            case KeyStatus.Collides _ -> new Finding.Collides();
        };
    }
}
