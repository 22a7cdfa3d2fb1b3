package dev.orderonce.issuing;

import dev.orderonce.admission.RateLimited;
import dev.orderonce.http.Outcome;
import dev.orderonce.numbers.OrderNumber;

/** The results of a request to void a number. */
public sealed interface Voiding extends Outcome {
    /** The number was not issued to this buyer: malformed, forged, or another buyer's. */
    record Unknown() implements Voiding {}

    /** The buyer has named too many numbers that were not issued to them. */
    record Limited(RateLimited limited) implements Voiding {}

    /** The number can never become an order, by this request or by an earlier decision. */
    record Voided(OrderNumber number) implements Voiding {}

    /** The number had expired, and a tombstone had been committed before. */
    record Expired(OrderNumber number) implements Voiding {}

    /** The order was placed first and exists. */
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
