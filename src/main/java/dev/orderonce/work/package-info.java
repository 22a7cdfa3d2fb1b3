/**
 * What waits for the shop's staff, and the streams that notify them of it. The packages that own the tables contribute
 * the counts.
 */
@NullMarked
package dev.orderonce.work;

import org.jspecify.annotations.NullMarked;
