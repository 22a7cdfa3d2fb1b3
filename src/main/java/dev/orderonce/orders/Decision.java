package dev.orderonce.orders;

import dev.orderonce.numbers.OrderNumber;
import java.util.Optional;

/** The result of inserting an order. */
sealed interface Decision {
    /** This request inserted it. */
    record Inserted() implements Decision {}

    /** The number was decided before, or the checkout has an order: this row exists instead. */
    record Existing(DecidedNumber row) implements Decision {}

    /**
     * Another order of the shop has the reference; nothing was decided.
     *
     * @param own its number, if it is the same buyer's
     */
    record ReferenceTaken(Optional<OrderNumber> own) implements Decision {}
}
