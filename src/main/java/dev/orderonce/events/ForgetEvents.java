package dev.orderonce.events;

import dev.orderonce.stores.StoreUnavailable;

import io.quarkus.scheduler.Scheduled;
import io.smallrye.mutiny.Uni;

import jakarta.enterprise.context.ApplicationScoped;

import org.jboss.logging.Logger;

import java.time.Clock;
import java.time.Duration;

/**
 * Removes events that are older than they are to be kept, none before every follower has had it;
 * without the setting every event is kept.
 */
@ApplicationScoped
class ForgetEvents {
    private static final Logger LOG = Logger.getLogger(ForgetEvents.class);

    /** Rows that one statement holds: some milliseconds' worth. */
    private static final int AT_ONCE = 500;

    /** Between two of them; placing comes first. */
    private static final Duration PAUSE = Duration.ofMillis(50);

    private final OutboxStore store;
    private final EventSettings settings;
    private final Clock clock;

    ForgetEvents(OutboxStore store, EventSettings settings, Clock clock) {
        this.store = store;
        this.settings = settings;
        this.clock = clock;
    }

    @Scheduled(
            every = "${events.forget-every}",
            concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    Uni<Void> forget() {
        return settings.keptFor()
                .map(this::forgetOlderThan)
                .orElseGet(() -> Uni.createFrom().voidItem());
    }

    Uni<Void> forgetOlderThan(Duration age) {
        return Uni.createFrom()
                .deferred(() -> store.forget(clock.instant().minus(age), AT_ONCE))
                .onItem()
                .call(gone -> Uni.createFrom().voidItem().onItem().delayIt().by(PAUSE))
                .repeat()
                .whilst(gone -> gone == AT_ONCE)
                .collect()
                .last()
                .replaceWithVoid()
                .onFailure(StoreUnavailable.class)
                .invoke(silent -> LOG.debugf("old events stay: %s", silent.getMessage()))
                .onFailure(StoreUnavailable.class)
                .recoverWithNull();
    }
}
