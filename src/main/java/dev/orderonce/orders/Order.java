package dev.orderonce.orders;

import dev.orderonce.identity.Buyer;
import dev.orderonce.numbers.OrderNumber;

import java.time.Instant;

/**
 * An order as it stands in the store.
 *
 * @param content what was ordered; it never changes
 * @param placedAt to the microsecond, which is what PostgreSQL keeps
 */
public record Order(
        OrderNumber number, Buyer buyer, OrderState state, OrderDraft content, Instant placedAt)
        implements Standing {}
