package dev.orderonce.events;

import dev.orderonce.postgres.Purge;
import io.quarkus.scheduler.Scheduled;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Duration;

/**
 * Removes events that are older than they are to be kept, none before every follower has had it;
 * without the setting every event is kept.
 */
@ApplicationScoped
class PurgeEvents {
    private final OutboxStore store;
    private final EventSettings settings;
    private final Clock clock;

    PurgeEvents(OutboxStore store, EventSettings settings, Clock clock) {
        this.store = store;
        this.settings = settings;
        this.clock = clock;
    }

    @Scheduled(every = "${events.forget-every}", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    Uni<Void> forget() {
        return settings.ttl()
                .map(this::forgetOlderThan)
                .orElseGet(() -> Uni.createFrom().voidItem());
    }

    Uni<Void> forgetOlderThan(Duration age) {
        return Purge.inBatches(
                "old events", most -> store.forget(clock.instant().minus(age), most));
    }
}
