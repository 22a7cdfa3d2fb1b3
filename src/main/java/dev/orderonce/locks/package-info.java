/**
 * Mutual exclusion across replicas, by leases in Redis. Correctness does not depend on a lock, which only avoids races:
 * it guards a conditional update, which fails for a stale holder.
 */
@NullMarked
package dev.orderonce.locks;

import org.jspecify.annotations.NullMarked;
