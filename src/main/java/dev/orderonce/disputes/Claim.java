package dev.orderonce.disputes;

import dev.orderonce.numbers.OrderNumber;
import java.util.Optional;

/**
 * What a buyer says of an order.
 *
 * @param duplicateOf the other order, with {@link DisputeKind#DUPLICATE} and only with it
 */
public record Claim(DisputeKind kind, Optional<OrderNumber> duplicateOf) {
    public Claim {
        if ((kind == DisputeKind.DUPLICATE) != duplicateOf.isPresent()) {
            throw new IllegalArgumentException("a duplicate has another order, and nothing else");
        }
    }
}
