package dev.orderonce.issuing;

import dev.orderonce.admission.RateLimited;
import dev.orderonce.http.Outcome;
import dev.orderonce.numbers.OrderNumber;

/** The state of a number, as returned to its buyer. All but {@link Issued} and {@link Limited} are final. */
public sealed interface NumberState extends Outcome {
    /** The number was not issued to this buyer: malformed, forged, or another buyer's. */
    record Unknown() implements NumberState {}

    /** The buyer has named too many numbers that were not issued to them. */
    record Limited(RateLimited limited) implements NumberState {}

    /** The number can be placed. */
    record Issued(OrderNumber number) implements NumberState {}

    /** The order exists. */
    record Placed(OrderNumber number) implements NumberState {}

    /** The number was voided, or Redis had lost it; it can never become an order. */
    record Voided(OrderNumber number) implements NumberState {}

    /** The number has expired and can never become an order. */
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
