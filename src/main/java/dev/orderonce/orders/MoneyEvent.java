package dev.orderonce.orders;

import dev.orderonce.events.EventLog;
import dev.orderonce.orders.OrderState.Move;
import io.vertx.sqlclient.Row;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A change of an order's money, and its effect on the order in the same statement: the order's own move if it is being
 * paid or refunded with that payment, else an event alone. Either way there is exactly one event (I6).
 */
public enum MoneyEvent {
    /** The provider captured the payment; if the order no longer waits for it, it is refunded. */
    CAPTURED(Move.PAID, "PAYMENT_CAPTURED"),
    /** No money moved. No event if the order was never being paid with this payment. */
    DECLINED(Move.PAYMENT_REFUSED, "PAYMENT_DECLINED"),
    /** The provider captured a payment after it had declined it; it is refunded. */
    CAPTURED_AFTER_ALL("PAYMENT_CAPTURED"),
    /**
     * The money is to be returned, or the provider has returned it without a request: then a paid order moves too. No
     * event if the order's own move has recorded it before.
     */
    REFUND_BEGUN(Move.REFUND_BEGUN, "PAYMENT_REFUND_BEGUN"),
    /** The money is returned. */
    REFUNDED(Move.REFUNDED, "PAYMENT_REFUNDED"),
    /** A part of the money is to be returned; the order keeps its state. */
    PARTIAL_REFUND_BEGUN("PARTIAL_REFUND_BEGUN"),
    /** A part of the money is returned. */
    PARTIALLY_REFUNDED("PARTIALLY_REFUNDED");

    /**
     * CTEs of a statement whose CTE {@code change} has a row if the money changed, with the columns {@code number} and
     * {@code payment}; {@code move}, {@code move_to} and {@code move_from}, an array: the order's move; the array is
     * null or empty without one; {@code kind}: the event without a move; {@code refunded}: what was returned of the
     * payment; {@code at} and {@code detail}. Their CTE {@code followed} has the columns {@code number} and those of
     * {@link Followed}.
     *
     * <p>The order's row is locked first, so its state cannot change between the decision and the update.
     */
    public static final String FOLLOW = """
            followed AS (
                SELECT o.number, o.payment AS order_payment, o.sequence AS sequence_before, c.at, c.detail,
                       CASE WHEN o.payment = c.payment AND o.state = ANY (c.move_from) THEN c.move_to ELSE o.state END
                           AS order_state,
                       CASE WHEN o.payment = c.payment THEN NULLIF(c.refunded, 0) ELSE o.refunded END AS order_refunded,
                       CASE
                           WHEN o.payment = c.payment AND o.state = ANY (c.move_from) THEN c.move
                           WHEN c.kind = 'PAYMENT_DECLINED' AND o.payment IS DISTINCT FROM c.payment THEN NULL
                           WHEN c.kind = 'PAYMENT_REFUND_BEGUN' AND o.payment = c.payment AND o.state = 'REFUNDING' THEN NULL
                           ELSE c.kind
                       END AS event
                FROM change c JOIN orders o ON o.number = c.number
                FOR UPDATE OF o
            ), moved AS (
                UPDATE orders SET sequence = sequence + 1, state = f.order_state, refunded = f.order_refunded
                FROM followed f WHERE orders.number = f.number AND f.event IS NOT NULL
                RETURNING orders.number, buyer, sequence, f.event, f.at, f.detail
            ), happened AS (
                SELECT number, buyer, sequence, event AS kind, at, detail FROM moved
            ), %s
            """.formatted(EventLog.APPEND);

    /** The columns of {@link Followed}, selected from the CTE {@code followed}. */
    public static final String FOLLOWED =
            "order_state, order_payment, order_refunded, sequence_before + (event IS NOT NULL)::integer AS order_sequence";

    /**
     * A CTE {@code expected} that has the order of the CTE {@code held} if it meets a {@link Precondition}, and locks
     * it: the order is in this version still when it follows. {@code held} has the column {@code number} and locks the
     * payment, which is locked before its order in every statement.
     */
    public static String expected(String placeholder) {
        return """
            expected AS (
                SELECT o.number FROM held JOIN orders o ON o.number = held.number
                WHERE %s
                FOR UPDATE OF o
            )
            """.formatted(Precondition.sql(placeholder, "o.sequence"));
    }

    /**
     * The order after the change, in the fields that a change can alter.
     *
     * @param payment the reference of the order's current or latest payment
     */
    public record Followed(
            OrderState state,
            Optional<String> payment,
            @Nullable Long refunded,
            int sequence) {
        /** Reads a row with the columns {@link #FOLLOWED}. */
        public static Followed of(Row row) {
            return new Followed(
                    OrderState.valueOf(row.getString("order_state")),
                    Optional.ofNullable(row.getString("order_payment")),
                    row.getLong("order_refunded"),
                    row.getInteger("order_sequence"));
        }
    }

    private final Optional<Move> move;
    private final String kind;

    MoneyEvent(Move move, String kind) {
        this.move = Optional.of(move);
        this.kind = kind;
    }

    MoneyEvent(String kind) {
        this.move = Optional.empty();
        this.kind = kind;
    }

    /** The order's move, made if the order waits for this event. */
    public Optional<Move> move() {
        return move;
    }

    /** The names of the states from which the order moves; none without a move. */
    public String[] from() {
        return move.map(Move::from).orElse(List.of()).stream()
                .map(OrderState::name)
                .toArray(String[]::new);
    }

    /** The kind of the event if the order does not move. */
    public String kind() {
        return kind;
    }

    /** The detail that is stored with the event, as JSON. */
    public String detail(Transition transition) {
        return OrderJson.detail(transition);
    }
}
