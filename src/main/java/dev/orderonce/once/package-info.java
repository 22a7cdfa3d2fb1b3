/**
 * Whatever must be created once: a key that its client made, a mark in Redis that keeps repeats
 * from doing the work twice at the same time, and the store's primary key, which decides.
 *
 * <p>{@link dev.orderonce.once.CreateOnce} is the one way it is done, for orders as for the records
 * of the general form, {@code /once/{scope}/{key}}.
 */
@NullMarked
package dev.orderonce.once;

import org.jspecify.annotations.NullMarked;
