package dev.orderonce.payments;

import dev.orderonce.money.Money;
import dev.orderonce.numbers.OrderNumber;
import java.time.Instant;

/**
 * A refund that support decided, of a payment or of a part of it.
 *
 * @param id the reference at the provider
 * @param payment the reference of the payment
 * @param isConfirmed whether the provider has returned the money
 */
public record Refund(
        String id,
        String payment,
        OrderNumber number,
        Money amount,
        String reason,
        Instant decidedAt,
        boolean isConfirmed) {}
