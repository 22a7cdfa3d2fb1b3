/**
 * Mutual exclusion across replicas, by leases in Redis. A lock spares others a race and is never
 * what is correct: what it guards is a conditional update, which a stale holder fails.
 */
@NullMarked
package dev.orderonce.locks;

import org.jspecify.annotations.NullMarked;
