package dev.orderonce.statistics;

import dev.orderonce.stores.StoreUnavailable;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.quarkus.scheduler.Scheduled;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jboss.logging.Logger;

/** Adds the counts of this replica to the shared ones, each second. */
@ApplicationScoped
class ShareCounts {
    private static final Logger LOG = Logger.getLogger(ShareCounts.class);

    private final StatisticsStore store;
    private final MeterRegistry metrics;
    private final Clock clock;
    private final Map<String, Long> shared = new ConcurrentHashMap<>();

    ShareCounts(StatisticsStore store, MeterRegistry metrics, Clock clock) {
        this.store = store;
        this.metrics = metrics;
        this.clock = clock;
    }

    @Scheduled(every = "1s", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    Uni<Void> share() {
        Map<String, Long> now = new HashMap<>();
        Map<String, Long> since = new HashMap<>();
        for (Timer timer :
                metrics.find("orderonce.outcomes").tag("use", "place").timers()) {
            String outcome = String.valueOf(timer.getId().getTag("outcome"));
            long more = timer.count() - shared.getOrDefault(outcome, 0L);
            if (more > 0) {
                since.put(outcome, more);
                now.put(outcome, timer.count());
            }
        }
        return since.isEmpty()
                ? Uni.createFrom().voidItem()
                : store.add(clock.instant(), since)
                        .invoke(() -> shared.putAll(now))
                        // The next run adds these counts. If only the reply was lost, they count twice, which
                        // statistics can bear.
                        .onFailure(StoreUnavailable.class)
                        .invoke(unavailable -> LOG.debugf("counts not shared yet: %s", unavailable.getMessage()))
                        .onFailure(StoreUnavailable.class)
                        .recoverWithNull();
    }
}
