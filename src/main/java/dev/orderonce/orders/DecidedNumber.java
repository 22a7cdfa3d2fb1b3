package dev.orderonce.orders;

import dev.orderonce.idempotency.IdempotencyKey;
import dev.orderonce.identity.Buyer;
import dev.orderonce.numbers.OrderNumber;
import java.util.Optional;

/** The row that exists under a number: an order or a tombstone. */
sealed interface DecidedNumber permits Order, Tombstone {
    OrderNumber number();

    /** The key from which the number was derived, if it was. */
    Optional<IdempotencyKey> clientKey();

    Buyer buyer();
}
