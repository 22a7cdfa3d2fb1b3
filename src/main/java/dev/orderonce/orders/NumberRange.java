package dev.orderonce.orders;

import dev.orderonce.numbers.OrderNumber;
import dev.orderonce.numbers.Validity;
import java.time.Instant;
import java.util.Optional;

/**
 * A range of order numbers, compared as texts.
 *
 * @param from the first text in it
 * @param to the first text after it
 */
record NumberRange(String from, String to) {
    /** After every symbol of a number. */
    private static final char BEYOND = '~';

    /** The numbers of orders that were placed under idempotency keys: they have no time. */
    static final NumberRange OF_KEYS =
            new NumberRange(OrderNumber.firstSymbols(Instant.MAX), Character.toString(BEYOND));

    /** The numbers that begin with these symbols. */
    static NumberRange beginningWith(String symbols) {
        return new NumberRange(symbols, symbols + BEYOND);
    }

    /** The issued numbers of all orders that can have been placed from one time until before another one. */
    static NumberRange issued(Optional<Instant> placedFrom, Optional<Instant> placedTo) {
        return new NumberRange(
                OrderNumber.firstSymbols(placedFrom.map(Validity::earliestIssue).orElse(Instant.MIN)),
                OrderNumber.firstSymbols(placedTo.map(Validity::latestIssue).orElse(Instant.MAX)));
    }
}
