package dev.orderonce.payments;

import dev.orderonce.orders.MoneyEvent;

/**
 * What is known of the money.
 *
 * <pre>
 *   ASKED ──▶ CAPTURED ──▶ REFUNDING ──▶ REFUNDED
 *     │                        ▲
 *     └─────▶ DECLINED ────────┘ the provider said no, and captured after all
 * </pre>
 */
public enum PaymentState {
    /** The provider's answer is not known. */
    ASKED,
    /** The provider holds the buyer's money for us. */
    CAPTURED,
    /** No money moved. */
    DECLINED,
    /** The money is on its way back. */
    REFUNDING,
    /** The money is back. */
    REFUNDED;

    /**
     * What happens to the money by a change to another state.
     *
     * @throws IllegalArgumentException if there is no way from this state to that one
     */
    MoneyEvent eventOf(PaymentState to) {
        return switch (this) {
            case ASKED ->
                switch (to) {
                    case CAPTURED -> MoneyEvent.CAPTURED;
                    case DECLINED -> MoneyEvent.DECLINED;
                    case ASKED, REFUNDING, REFUNDED -> throw noWay(to);
                };
            case CAPTURED -> {
                if (to != REFUNDING) {
                    throw noWay(to);
                }
                yield MoneyEvent.REFUND_BEGUN;
            }
            case DECLINED -> {
                if (to != REFUNDING) {
                    throw noWay(to);
                }
                yield MoneyEvent.CAPTURED_AFTER_ALL;
            }
            case REFUNDING -> {
                if (to != REFUNDED) {
                    throw noWay(to);
                }
                yield MoneyEvent.REFUNDED;
            }
            case REFUNDED -> throw noWay(to);
        };
    }

    private IllegalArgumentException noWay(PaymentState to) {
        return new IllegalArgumentException("no payment goes from " + this + " to " + to);
    }
}
