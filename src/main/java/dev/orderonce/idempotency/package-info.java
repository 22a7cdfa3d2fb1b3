/**
 * Creates something at most once per client key: {@link IdempotencyKey}, the in-flight marker in Redis that keeps a
 * repeat from doing the work at the same time, and the primary key, which decides.
 *
 * <p>{@link CreateOnce} is the one way to do it, for orders as for the records of {@code /once/{scope}/{key}}.
 */
@NullMarked
package dev.orderonce.idempotency;

import org.jspecify.annotations.NullMarked;
