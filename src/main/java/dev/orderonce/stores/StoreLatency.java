package dev.orderonce.stores;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;

/** The metric {@code orderonce.store}: how long a store takes to reply. */
public final class StoreLatency {
    /** From the latency of a store in the same rack to a client's timeout. */
    private static final Duration[] BUCKETS = {
        Duration.ofNanos(500_000), Duration.ofMillis(1), Duration.ofMillis(2),
        Duration.ofMillis(5), Duration.ofMillis(10), Duration.ofMillis(20),
        Duration.ofMillis(50), Duration.ofMillis(100), Duration.ofMillis(500),
        Duration.ofSeconds(3)
    };

    private StoreLatency() {}

    /** The timer of one kind of statement. */
    public static Timer of(String store, String statement, MeterRegistry metrics) {
        return Timer.builder("orderonce.store")
                .description("How long a store takes to reply")
                .tag("store", store)
                .tag("statement", statement)
                .serviceLevelObjectives(BUCKETS)
                .register(metrics);
    }
}
