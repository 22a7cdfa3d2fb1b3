package dev.orderonce.payments;

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
    REFUNDED
}
