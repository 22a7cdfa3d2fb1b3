package dev.orderonce.issuing;

import dev.orderonce.admission.Excess;
import dev.orderonce.http.Outcome;
import dev.orderonce.numbers.OrderNumber;

/** Every way a request to void a number can end. */
public sealed interface Voiding extends Outcome {
    /** Never issued to this buyer: malformed, forged, or somebody else's. */
    record Unknown() implements Voiding {}

    /** The buyer has named too many numbers that were never issued to them. */
    record Limited(Excess excess) implements Voiding {}

    /** It can never become an order now, by this request or by an earlier decision. */
    record Voided(OrderNumber number) implements Voiding {}

    /** Its time had run out, and that it can never become an order had been told before. */
    record Expired(OrderNumber number) implements Voiding {}

    /** It was placed first: the order stands. */
    record PlacedFirst(OrderNumber number) implements Voiding {}

    @Override
    default String label() {
        return switch (this) {
            case Unknown _ -> "unknown";
            case Limited _ -> "limited";
            case Voided _ -> "voided";
            case Expired _ -> "expired";
            case PlacedFirst _ -> "placed-first";
        };
    }
}
