/**
 * The benchmark: the packaged service on durable stores, measured against its alternatives, all in one run on one
 * machine.
 *
 * <p>Start it with {@code ./mvnw -Pbench verify}; {@link dev.orderonce.bench.Bench} reads top to bottom.
 */
@NullMarked
package dev.orderonce.bench;

import org.jspecify.annotations.NullMarked;
