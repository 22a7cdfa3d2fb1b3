/** Statistics of all replicas for the last hour, minute by minute. */
@NullMarked
package dev.orderonce.statistics;

import org.jspecify.annotations.NullMarked;
