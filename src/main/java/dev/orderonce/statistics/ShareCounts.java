package dev.orderonce.statistics;

import dev.orderonce.jobs.Job;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Adds the counts of this replica to the shared ones, each second. */
@ApplicationScoped
class ShareCounts {
    /** The statistics are at most this old. */
    private static final Duration INTERVAL = Duration.ofSeconds(1);

    private final StatisticsStore store;
    private final MeterRegistry metrics;
    private final Clock clock;
    private final Map<String, Long> shared = new ConcurrentHashMap<>();

    ShareCounts(StatisticsStore store, MeterRegistry metrics, Clock clock) {
        this.store = store;
        this.metrics = metrics;
        this.clock = clock;
    }

    @Produces
    @Singleton
    Job job() {
        return new Job("share-counts", INTERVAL, this::share);
    }

    private Uni<Void> share() {
        Map<String, Long> now = new HashMap<>();
        Map<String, Long> added = new HashMap<>();
        for (Timer timer :
                metrics.find("orderonce.outcomes").tag("use", "place").timers()) {
            String outcome = String.valueOf(timer.getId().getTag("outcome"));
            long more = timer.count() - shared.getOrDefault(outcome, 0L);
            if (more > 0) {
                added.put(outcome, more);
                now.put(outcome, timer.count());
            }
        }
        return added.isEmpty()
                ? Uni.createFrom().voidItem()
                : store.add(clock.instant(), added)
                        .invoke(() -> shared.putAll(now))
                        // Without a reply they are added again later, and may count twice; statistics tolerate that.
                        .replaceWithVoid();
    }
}
