package dev.orderonce.payments;

import dev.orderonce.idempotency.IdempotencyKey;
import dev.orderonce.money.Money;
import dev.orderonce.numbers.OrderNumber;
import java.time.Instant;
import java.util.Optional;

/**
 * One attempt to pay an order.
 *
 * @param id our reference at the provider
 * @param clientKey the buyer's key for this attempt
 * @param method the provider's token of a card or an account
 * @param reason why it was declined
 * @param attempts how often the job has tried to settle it without an answer
 * @param refunded what was returned, in minor units; 0 if a version before V20 has returned all of it
 * @param refunding what is decided to be returned besides, and not confirmed by the provider
 */
public record Payment(
        String id,
        OrderNumber number,
        IdempotencyKey clientKey,
        String method,
        Money amount,
        PaymentState state,
        Optional<String> reason,
        Instant begunAt,
        int attempts,
        long refunded,
        long refunding) {

    /** What can still be returned, in minor units. */
    long left() {
        return amount.minor() - refunded - refunding;
    }
}
