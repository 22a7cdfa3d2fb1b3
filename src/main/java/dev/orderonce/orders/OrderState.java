package dev.orderonce.orders;

import java.util.List;

/**
 * The state of an order, and the moves that it allows.
 *
 * <pre>
 *             pay                capture           ship            complete
 *   CREATED ───────▶ PAYING ───────────────▶ PAID ──────▶ SHIPPED ──────────▶ COMPLETED
 *    │    ▲            │ │                    │
 *    │    └──refused───┘ │                    │              │                   │
 *    │ cancel            │ cancel (support)   │ cancel       │ refund in full    │
 *    └──────▶ CANCELLED ◀┘                    └──────────────┴──▶ REFUNDING ◀────┘
 *                                                                     │ refunded
 *                                                                     ▼
 *                        return           receive                  REFUNDED
 *    SHIPPED, COMPLETED ───────▶ RETURNING ─────▶ RETURNED
 *                                    └── refund in full ──▶ REFUNDING
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
    /** The goods are on their way back to the shop. */
    RETURNING,
    /** The shop has the goods back. */
    RETURNED,
    /** Ended without money: a payment that is captured afterwards is refunded. */
    CANCELLED,
    /** Cancelled after it was paid, or refunded in full; the refund is in progress. */
    REFUNDING,
    REFUNDED;

    /** The name of the request to cancel an order. */
    static final String CANCEL = "cancel";

    /** The name of the request to ship an order. */
    static final String SHIP = "ship";

    /** The name of the request to refund a part of an order, or all of it. */
    static final String REFUND = "refund";

    /** Whether the order is meant to be fulfilled, or was. */
    public boolean isAlive() {
        return switch (this) {
            case CREATED, PAYING, PAID, SHIPPED, COMPLETED -> true;
            case RETURNING, RETURNED, CANCELLED, REFUNDING, REFUNDED -> false;
        };
    }

    /** The moves that clients may request in this state, as the API names them. */
    List<String> next() {
        return switch (this) {
            case CREATED -> List.of("pay", CANCEL);
            case PAID -> List.of(CANCEL, SHIP, REFUND);
            case SHIPPED -> List.of("complete", "return", REFUND);
            case COMPLETED -> List.of("return", REFUND);
            case RETURNING -> List.of("receive", REFUND);
            case RETURNED -> List.of(REFUND);
            case PAYING, CANCELLED, REFUNDING, REFUNDED -> List.of();
        };
    }

    /** Whether the order's money can be refunded by support. */
    public boolean isRefundable() {
        return Move.REFUND_BEGUN.isOpenFrom(this);
    }

    /** A change from one state to another, with one event. */
    public enum Move {
        PAYMENT_BEGUN(PAYING, CREATED),
        PAYMENT_REFUSED(CREATED, PAYING),
        PAID(OrderState.PAID, PAYING),
        CANCELLED(OrderState.CANCELLED, CREATED),
        /** Cancelled while the provider's response is not known; by support only, who takes responsibility for it. */
        PAYMENT_ABANDONED(OrderState.CANCELLED, PAYING),
        /** Cancelled after it was paid, or refunded in full: all of the money that is left is returned. */
        REFUND_BEGUN(
                REFUNDING, OrderState.PAID, OrderState.SHIPPED, OrderState.COMPLETED, RETURNING, OrderState.RETURNED),
        /** Cancelled after it was paid by itself, because its total is 0: there is nothing to refund. */
        FREE_ORDER_CANCELLED(OrderState.CANCELLED, OrderState.PAID),
        REFUNDED(OrderState.REFUNDED, REFUNDING),
        /** Refused while the order is on hold. */
        SHIPPED(OrderState.SHIPPED, OrderState.PAID),
        COMPLETED(OrderState.COMPLETED, OrderState.SHIPPED),
        RETURN_BEGUN(RETURNING, OrderState.SHIPPED, OrderState.COMPLETED),
        RETURNED(OrderState.RETURNED, RETURNING);

        private final OrderState to;

        @SuppressWarnings("ImmutableEnumChecker") // List.of cannot be changed
        private final List<OrderState> from;

        Move(OrderState to, OrderState... from) {
            this.to = to;
            this.from = List.of(from);
        }

        /** The kind of its event. */
        public String kind() {
            return this == FREE_ORDER_CANCELLED ? CANCELLED.name() : name();
        }

        public OrderState to() {
            return to;
        }

        public boolean isOpenFrom(OrderState state) {
            return from.contains(state);
        }

        /** The states from which the move is open; one at least. */
        public List<OrderState> from() {
            return from;
        }
    }
}
