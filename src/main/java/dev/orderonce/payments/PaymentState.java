package dev.orderonce.payments;

import dev.orderonce.orders.MoneyEvent;

/**
 * The state of a payment, as far as the provider has confirmed it.
 *
 * <pre>
 *   ASKED ──▶ CAPTURED ──▶ REFUNDING ──▶ REFUNDED
 *     │                        ▲
 *     └─────▶ DECLINED ────────┘ the provider declined, and captured after all
 * </pre>
 */
public enum PaymentState {
    /** The provider's answer is not known. */
    ASKED,
    /** The provider holds the buyer's money for us. */
    CAPTURED,
    /** No money moved. */
    DECLINED,
    /** The refund is requested from the provider, and not confirmed yet. */
    REFUNDING,
    /** The provider has returned the money. */
    REFUNDED;

    /**
     * Returns the event of a change to another state.
     *
     * @throws IllegalArgumentException if a payment cannot change from this state to that one
     */
    MoneyEvent eventOf(PaymentState to) {
        return switch (this) {
            case ASKED ->
                switch (to) {
                    case CAPTURED -> MoneyEvent.CAPTURED;
                    case DECLINED -> MoneyEvent.DECLINED;
                    case ASKED, REFUNDING, REFUNDED -> throw notAllowed(to);
                };
            case CAPTURED -> {
                if (to != REFUNDING) {
                    throw notAllowed(to);
                }
                yield MoneyEvent.REFUND_BEGUN;
            }
            case DECLINED -> {
                if (to != REFUNDING) {
                    throw notAllowed(to);
                }
                yield MoneyEvent.CAPTURED_AFTER_ALL;
            }
            case REFUNDING -> {
                if (to != REFUNDED) {
                    throw notAllowed(to);
                }
                yield MoneyEvent.REFUNDED;
            }
            case REFUNDED -> throw notAllowed(to);
        };
    }

    private IllegalArgumentException notAllowed(PaymentState to) {
        return new IllegalArgumentException("a payment cannot change from " + this + " to " + to);
    }
}
