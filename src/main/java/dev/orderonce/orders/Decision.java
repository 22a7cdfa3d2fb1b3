package dev.orderonce.orders;

/**
 * What PostgreSQL decided when a row was offered under a number.
 *
 * @param standing what stands under the number now
 * @param isOurs whether it is the row that was offered; otherwise the number had been decided
 *     before
 */
record Decision(DecidedNumber standing, boolean isOurs) {}
