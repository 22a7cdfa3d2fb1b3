package dev.orderonce.events;

import dev.orderonce.stores.Removal;
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
class ForgetEvents {
    private final OutboxStore store;
    private final EventSettings settings;
    private final Clock clock;

    ForgetEvents(OutboxStore store, EventSettings settings, Clock clock) {
        this.store = store;
        this.settings = settings;
        this.clock = clock;
    }

    @Scheduled(every = "${events.forget-every}", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    Uni<Void> forget() {
        return settings.keptFor()
                .map(this::forgetOlderThan)
                .orElseGet(() -> Uni.createFrom().voidItem());
    }

    Uni<Void> forgetOlderThan(Duration age) {
        return Removal.inBatches(
                "old events", most -> store.forget(clock.instant().minus(age), most));
    }
}
