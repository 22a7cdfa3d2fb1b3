package dev.orderonce.orders;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Where an order stands, and the moves from there.
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
    /** Placed, and not paid. */
    CREATED,
    /** The provider has been asked for the money, and its answer is not known. */
    PAYING,
    PAID,
    SHIPPED,
    COMPLETED,
    /** Ended without money: what is captured afterwards all the same is given back. */
    CANCELLED,
    /** Cancelled after it was paid; the money is on its way back. */
    REFUNDING,
    REFUNDED;

    /** Whether the order is meant to be fulfilled, or was. */
    public boolean isAlive() {
        return switch (this) {
            case CREATED, PAYING, PAID, SHIPPED, COMPLETED -> true;
            case CANCELLED, REFUNDING, REFUNDED -> false;
        };
    }

    /** What callers may ask for from here, as the representation names it. */
    public List<String> next() {
        return Arrays.stream(Move.values())
                .filter(move -> move.from == this)
                .flatMap(move -> move.word.stream())
                .toList();
    }

    /** One way from one state to another; its name is the kind of its event. */
    public enum Move {
        PAYMENT_BEGUN("pay", PAYING, CREATED),
        PAYMENT_REFUSED(CREATED, PAYING),
        PAID(OrderState.PAID, PAYING),
        CANCELLED("cancel", OrderState.CANCELLED, CREATED),
        /** Cancelled while the provider's answer is not known; by support only, who answers for it. */
        PAYMENT_ABANDONED(OrderState.CANCELLED, PAYING),
        REFUND_BEGUN("cancel", REFUNDING, OrderState.PAID),
        REFUNDED(OrderState.REFUNDED, REFUNDING),
        SHIPPED("ship", OrderState.SHIPPED, OrderState.PAID),
        COMPLETED("complete", OrderState.COMPLETED, OrderState.SHIPPED);

        private final Optional<String> word;
        private final OrderState to;
        private final OrderState from;

        Move(String word, OrderState to, OrderState from) {
            this.word = Optional.of(word);
            this.to = to;
            this.from = from;
        }

        Move(OrderState to, OrderState from) {
            this.word = Optional.empty();
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
