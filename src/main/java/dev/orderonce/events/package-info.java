/**
 * The event log of orders as an outbox. The statement that changes an order appends its event; what was committed is
 * published to a Redis Stream, at least once and in each order's own order.
 */
@NullMarked
package dev.orderonce.events;

import org.jspecify.annotations.NullMarked;
