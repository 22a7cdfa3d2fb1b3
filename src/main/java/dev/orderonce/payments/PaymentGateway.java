package dev.orderonce.payments;

import dev.orderonce.money.Money;
import io.smallrye.mutiny.Uni;

/**
 * The payment provider. Every request names our own reference, so a repeat is harmless: the provider processes a
 * request once and returns the same answer.
 *
 * <p>No method fails: a missing answer is an {@link Answer} too.
 */
public interface PaymentGateway {

    /** Captures the amount from the method. */
    Uni<Answer> capture(String reference, Money amount, String method);

    /**
     * Refunds all that is left of a capture.
     *
     * @param amount what is left: the capture without the parts that were refunded before
     */
    Uni<Answer> refund(String reference, Money amount);

    /**
     * Refunds a part of a capture, or all of it.
     *
     * @param refund our own reference of this refund
     * @return {@link Answer.Refunded} once this amount is refunded
     */
    Uni<Answer> refundPart(String reference, String refund, Money amount);

    /** Requests the state of a capture, and of its refund if there was one. */
    Uni<Answer> query(String reference);

    /** An answer of the provider, or its absence. */
    sealed interface Answer {
        /** The money is captured. */
        record Captured() implements Answer {}

        /** No money was captured under this reference, and none will be. */
        record Declined(String reason) implements Answer {}

        /** The money was captured and refunded. */
        record Refunded() implements Answer {}

        /** The provider knows no request under this reference now; one may still arrive. */
        record Unknown() implements Answer {}

        /** No answer, or an unreadable one: the request may have taken effect or not. */
        record NoAnswer(String why) implements Answer {}
    }
}
