package dev.orderonce.disputes;

import dev.orderonce.numbers.OrderNumber;
import java.util.Optional;

/**
 * What a buyer claims about an order.
 *
 * @param duplicateOf the other order; present with {@link DisputeKind#DUPLICATE} only
 */
public record Claim(DisputeKind kind, Optional<OrderNumber> duplicateOf) {
    public Claim {
        if ((kind == DisputeKind.DUPLICATE) != duplicateOf.isPresent()) {
            throw new IllegalArgumentException("another order belongs to a duplicate, and to nothing else");
        }
    }
}
