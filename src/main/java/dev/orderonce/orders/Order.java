package dev.orderonce.orders;

import dev.orderonce.idempotency.IdempotencyKey;
import dev.orderonce.identity.Buyer;
import dev.orderonce.numbers.OrderNumber;
import java.time.Instant;
import java.util.Optional;

/**
 * An order as it stands in the store.
 *
 * @param clientKey the client's own key, if it was placed under one and not under an issued number
 * @param payment the reference of the payment it is, or was last, being paid with
 * @param content what was ordered; it never changes
 * @param placedAt to the microsecond, which is what the clock ticks and PostgreSQL stores
 */
public record Order(
        OrderNumber number,
        Optional<IdempotencyKey> clientKey,
        Buyer buyer,
        OrderState state,
        Optional<String> payment,
        OrderDraft content,
        Instant placedAt)
        implements DecidedNumber {

    /** A new order. */
    static Order placed(
            OrderNumber number, Optional<IdempotencyKey> clientKey, Buyer buyer, OrderDraft content, Instant now) {
        return new Order(number, clientKey, buyer, OrderState.CREATED, Optional.empty(), content, now);
    }

    /** This order after its money changed. */
    public Order after(MoneyEvent.Followed followed) {
        return new Order(number, clientKey, buyer, followed.state(), followed.payment(), content, placedAt);
    }
}
