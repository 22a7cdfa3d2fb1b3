package dev.orderonce.issuing;

import dev.orderonce.admission.RateLimited;
import dev.orderonce.http.Outcome;
import dev.orderonce.numbers.OrderNumber;

/** The results of a request for a number. */
public sealed interface Issue extends Outcome {
    /** The checkout's id is malformed. */
    record BadCheckout(String why) implements Issue {}

    /** The buyer has reached a limit. */
    record Limited(RateLimited limited) implements Issue {}

    /** A number that can be placed: a new one, or the number of this checkout. */
    record Issued(OrderNumber number) implements Issue {}

    /** The order of this checkout exists; the client should show it. */
    record AlreadyPlaced(OrderNumber number) implements Issue {}

    @Override
    default String label() {
        return switch (this) {
            case BadCheckout _ -> "bad-checkout";
            case Limited _ -> "limited";
            case Issued _ -> "issued";
            case AlreadyPlaced _ -> "already-placed";
        };
    }
}
