package dev.orderonce.issuing;

import dev.orderonce.admission.Excess;
import dev.orderonce.http.Outcome;
import dev.orderonce.numbers.OrderNumber;

/**
 * Every answer to "what became of this number?". All but {@link Issued}, {@link Limited} and {@link
 * Unavailable} are final.
 */
public sealed interface NumberState extends Outcome {
    /** Never issued to this buyer: malformed, forged, or somebody else's. */
    record Unknown() implements NumberState {}

    /** The buyer has named too many numbers that were never issued to them. */
    record Limited(Excess excess) implements NumberState {}

    /** It can still be placed. */
    record Issued(OrderNumber number) implements NumberState {}

    /** It became an order. */
    record Placed(OrderNumber number) implements NumberState {}

    /** It was given up, or forgotten by the cache, and can never become an order. */
    record Voided(OrderNumber number) implements NumberState {}

    /** Its time ran out and it can never become an order. */
    record Expired(OrderNumber number) implements NumberState {}

    @Override
    default String label() {
        return switch (this) {
            case Unknown _ -> "unknown";
            case Limited _ -> "limited";
            case Issued _ -> "issued";
            case Placed _ -> "placed";
            case Voided _ -> "voided";
            case Expired _ -> "expired";
        };
    }
}
