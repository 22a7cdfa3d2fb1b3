package dev.orderonce.orders;

import dev.orderonce.idempotency.IdempotencyKey;
import dev.orderonce.identity.Buyer;
import dev.orderonce.money.Money;
import dev.orderonce.numbers.OrderNumber;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An order in its current state.
 *
 * @param clientKey the idempotency key, if the order was placed under one and not under an issued number
 * @param payment the reference of the current or latest payment
 * @param content the ordered lines, charges and total; they never change
 * @param placedAt to the microsecond, the resolution of the clock and of PostgreSQL
 * @param holds while there are any, the order is not shipped
 * @param refunded what was returned of the money that was paid for it, in minor units
 * @param sequence that of its latest event, and so the version of the order: every change has an event
 */
public record Order(
        OrderNumber number,
        Optional<IdempotencyKey> clientKey,
        Buyer buyer,
        OrderState state,
        Optional<String> payment,
        OrderDraft content,
        Instant placedAt,
        List<Hold> holds,
        long refunded,
        int sequence)
        implements DecidedNumber {

    /** A new order; it is paid at once if there is nothing to pay. */
    static Order placed(
            OrderNumber number, Optional<IdempotencyKey> clientKey, Buyer buyer, OrderDraft content, Instant now) {
        OrderState state = content.total().minor() == 0 ? OrderState.PAID : OrderState.CREATED;
        return new Order(
                number,
                clientKey,
                buyer,
                state,
                Optional.empty(),
                content,
                now,
                List.of(),
                0,
                state == OrderState.PAID ? 2 : 1);
    }

    /** The moves that a client may request now, as the API names them. */
    public List<String> next() {
        return state.next().stream()
                .filter(move -> !move.equals(OrderState.SHIP) || holds.isEmpty())
                .filter(move -> !move.equals(OrderState.REFUND)
                        || refunded < content.total().minor())
                .toList();
    }

    /** The moves that support may request now: it cancels an order during a payment, too. */
    List<String> nextForSupport() {
        return state == OrderState.PAYING ? List.of(OrderState.CANCEL) : next();
    }

    /**
     * Reads the column {@code refunded}.
     *
     * @param stored null if nothing was returned, and in orders that a version before V20 has refunded
     */
    static long refunded(OrderState state, Money total, @Nullable Long stored) {
        if (state == OrderState.REFUNDED) {
            return total.minor();
        }
        return stored == null ? 0 : stored;
    }

    /** Returns this order after a change of its money. */
    public Order after(MoneyEvent.Followed followed) {
        return new Order(
                number,
                clientKey,
                buyer,
                followed.state(),
                followed.payment(),
                content,
                placedAt,
                holds,
                refunded(followed.state(), content.total(), followed.refunded()),
                followed.sequence());
    }

    /** The version as an entity tag has it. */
    public String version() {
        return Integer.toString(sequence);
    }
}
