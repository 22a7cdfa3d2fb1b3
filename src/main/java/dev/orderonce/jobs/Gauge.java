package dev.orderonce.jobs;

import io.micrometer.core.instrument.MeterRegistry;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/** A gauge whose value a statement counts. */
public final class Gauge {
    /** Prometheus usually scrapes every 15 s: it would not read a value that is counted more often. */
    private static final Duration INTERVAL = Duration.ofSeconds(15);

    private Gauge() {}

    /**
     * Returns the job that counts. While the store does not answer, the gauge keeps its value.
     *
     * @param metric the gauge's name
     */
    public static Job job(String name, MeterRegistry metrics, String metric, Supplier<Uni<Integer>> count) {
        AtomicInteger value = new AtomicInteger();
        metrics.gauge(metric, value);
        return new Job(name, INTERVAL, () -> count.get().invoke(value::set).replaceWithVoid());
    }
}
