package dev.orderonce.jobs;

import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.function.Supplier;

/**
 * Background work that every replica repeats. A job is a bean: {@link Jobs} finds and runs all of them.
 *
 * @param name its name in logs, in metrics and in {@code jobs.interval.<job>}: lower case, words joined by hyphens
 * @param interval from the end of one run to the beginning of the next; at least 1 ms
 * @param run begins one run, which may fail, with {@link dev.orderonce.stores.StoreUnavailable} if a store does not
 *     answer
 */
public record Job(String name, Duration interval, Supplier<Uni<Void>> run) {}
