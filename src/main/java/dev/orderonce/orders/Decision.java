package dev.orderonce.orders;

/**
 * The result of inserting a row under a number.
 *
 * @param row the row that exists under the number now
 * @param isInserted whether it is the row of this request; otherwise the number had been decided before
 */
record Decision(DecidedNumber row, boolean isInserted) {}
