/**
 * What PostgreSQL and Redis have in common: a store that does not answer is a failure that says so, never a missing
 * value.
 */
@NullMarked
package dev.orderonce.stores;

import org.jspecify.annotations.NullMarked;
