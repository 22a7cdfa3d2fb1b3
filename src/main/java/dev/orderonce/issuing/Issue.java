package dev.orderonce.issuing;

import dev.orderonce.admission.Excess;
import dev.orderonce.http.Outcome;
import dev.orderonce.numbers.OrderNumber;

/** Every way a request for a number can end. */
public sealed interface Issue extends Outcome {
    /** The checkout's id cannot be one. */
    record BadCheckout(String why) implements Issue {}

    /** The buyer has had as many numbers as they may for now. */
    record Limited(Excess excess) implements Issue {}

    /** A number that can be placed: a new one, or the one this checkout had. */
    record Issued(OrderNumber number) implements Issue {}

    /** This checkout's number became an order; that is where its buyer should be led. */
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
