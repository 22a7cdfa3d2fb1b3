/**
 * The event log of orders as an outbox. The statement that changes an order appends its event; a committed event is
 * published to a Redis Stream, at least once and in the order of its order's sequence.
 */
@NullMarked
package dev.orderonce.events;

import org.jspecify.annotations.NullMarked;
