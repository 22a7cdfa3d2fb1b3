package dev.orderonce.orders;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The state of an order, and the moves that it allows.
 *
 * <pre>
 *             pay                capture           ship            complete
 *   CREATED ───────▶ PAYING ───────────────▶ PAID ──────▶ SHIPPED ──────────▶ COMPLETED
 *    │    ▲            │ │                    │
 *    │    └──refused───┘ │                    │ cancel
 *    │ cancel            │ cancel (support)   ▼
 *    └──────▶ CANCELLED ◀┘                REFUNDING ──refunded──▶ REFUNDED
 * </pre>
 */
public enum OrderState {
    /** Placed and not paid. */
    CREATED,
    /** The provider was requested to capture the money, and its response is not known. */
    PAYING,
    PAID,
    SHIPPED,
    COMPLETED,
    /** Ended without money: a payment that is captured afterwards is refunded. */
    CANCELLED,
    /** Cancelled after it was paid; the refund is in progress. */
    REFUNDING,
    REFUNDED;

    /** The name of the request to ship an order. */
    static final String SHIP = "ship";

    /** Whether the order is meant to be fulfilled, or was. */
    public boolean isAlive() {
        return switch (this) {
            case CREATED, PAYING, PAID, SHIPPED, COMPLETED -> true;
            case CANCELLED, REFUNDING, REFUNDED -> false;
        };
    }

    /** The moves that a client may request in this state, as the API names them. */
    public List<String> next() {
        return Arrays.stream(Move.values())
                .filter(move -> move.from == this)
                .flatMap(move -> move.request.stream())
                .toList();
    }

    /** A change from one state to another; its name is the kind of its event. */
    public enum Move {
        PAYMENT_BEGUN("pay", PAYING, CREATED),
        PAYMENT_REFUSED(CREATED, PAYING),
        PAID(OrderState.PAID, PAYING),
        CANCELLED("cancel", OrderState.CANCELLED, CREATED),
        /** Cancelled while the provider's response is not known; by support only, who takes responsibility for it. */
        PAYMENT_ABANDONED(OrderState.CANCELLED, PAYING),
        REFUND_BEGUN("cancel", REFUNDING, OrderState.PAID),
        REFUNDED(OrderState.REFUNDED, REFUNDING),
        /** Refused while the order is on hold. */
        SHIPPED(SHIP, OrderState.SHIPPED, OrderState.PAID),
        COMPLETED("complete", OrderState.COMPLETED, OrderState.SHIPPED);

        private final Optional<String> request;
        private final OrderState to;
        private final OrderState from;

        Move(String request, OrderState to, OrderState from) {
            this.request = Optional.of(request);
            this.to = to;
            this.from = from;
        }

        Move(OrderState to, OrderState from) {
            this.request = Optional.empty();
            this.to = to;
            this.from = from;
        }

        public OrderState to() {
            return to;
        }

        public boolean isOpenFrom(OrderState state) {
            return from == state;
        }

        public OrderState from() {
            return from;
        }
    }
}
