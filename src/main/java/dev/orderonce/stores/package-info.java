/**
 * What PostgreSQL and Redis have in common. An unavailable store is always the failure
 * {@link dev.orderonce.stores.StoreUnavailable}, never a missing value.
 */
@NullMarked
package dev.orderonce.stores;

import org.jspecify.annotations.NullMarked;
