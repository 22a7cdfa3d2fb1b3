package dev.orderonce.orders;

import dev.orderonce.idempotency.IdempotencyKey;
import dev.orderonce.identity.Buyer;
import dev.orderonce.numbers.OrderNumber;
import dev.orderonce.numbers.VoidReason;
import java.time.Instant;
import java.util.Optional;

/**
 * The row that marks a number as retired: it can never become an order.
 *
 * @param clientKey the key that its client has given up; the tombstone of such a key is kept forever
 */
record Tombstone(
        OrderNumber number, Optional<IdempotencyKey> clientKey, Buyer buyer, VoidReason reason, Instant decidedAt)
        implements DecidedNumber {}
