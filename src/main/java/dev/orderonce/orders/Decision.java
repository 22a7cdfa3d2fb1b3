package dev.orderonce.orders;

/**
 * The result of inserting a row under a number.
 *
 * @param row the row that exists under the number now
 * @param isInserted whether this request inserted it; otherwise the number was decided before
 */
record Decision(DecidedNumber row, boolean isInserted) {}
