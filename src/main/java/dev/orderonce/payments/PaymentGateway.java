package dev.orderonce.payments;

import dev.orderonce.money.Money;
import io.smallrye.mutiny.Uni;

/**
 * The provider that holds the money. Everything is asked under our own reference, so asking again is harmless: the
 * provider does it once and gives the same answer.
 *
 * <p>No method fails: no answer is an {@link Answer} too.
 */
public interface PaymentGateway {

    /** Takes the money. */
    Uni<Answer> capture(String reference, Money amount, String method);

    /** Gives all of the money of this reference back. */
    Uni<Answer> refund(String reference, Money amount);

    /** What became of a capture, and of its refund if there was one. */
    Uni<Answer> query(String reference);

    /** What a provider can answer. */
    sealed interface Answer {
        /** The money was taken and is held. */
        record Captured() implements Answer {}

        /** No money was taken under this reference, and none will be. */
        record Declined(String reason) implements Answer {}

        /** The money was taken and given back. */
        record Refunded() implements Answer {}

        /** Nothing was ever asked under this reference, as far as the provider knows now. */
        record Unheard() implements Answer {}

        /** No answer, or none that can be understood: anything may have happened. */
        record Silent(String why) implements Answer {}
    }
}
