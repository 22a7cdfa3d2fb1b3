/**
 * Creates something at most once per idempotency key: {@link IdempotencyKey}, the in-flight marker in Redis that
 * prevents simultaneous work for repeats, and the primary key, which decides.
 *
 * <p>Orders and the records of {@code /once/{scope}/{key}} use the same {@link CreateOnce}. The claims of {@code /once}
 * do not: their row alone decides, because a crashed worker's lease has to end by one clock.
 */
@NullMarked
package dev.orderonce.idempotency;

import org.jspecify.annotations.NullMarked;
