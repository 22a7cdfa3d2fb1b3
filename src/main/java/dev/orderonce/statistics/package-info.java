/** What all replicas did in the last hour, minute by minute. */
@NullMarked
package dev.orderonce.statistics;

import org.jspecify.annotations.NullMarked;
