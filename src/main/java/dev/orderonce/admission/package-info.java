/**
 * What Redis knows of a buyer: rate limits, content claims, resubmissions, outstanding numbers.
 *
 * <p>Every use case is one command or one script ({@code src/main/resources/redis}), in one round trip. Without Redis
 * each replica applies the limits by itself and no order is compared with earlier ones.
 */
@NullMarked
package dev.orderonce.admission;

import org.jspecify.annotations.NullMarked;
