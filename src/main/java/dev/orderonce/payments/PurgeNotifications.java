package dev.orderonce.payments;

import dev.orderonce.postgres.Purge;
import io.quarkus.scheduler.Scheduled;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Duration;

/** Forgets which events of the provider were dealt with, once it cannot send them any more. */
@ApplicationScoped
class PurgeNotifications {
    /** Providers try for some days; and an event that is dealt with twice changes nothing. */
    private static final Duration KEPT_FOR = Duration.ofDays(30);

    private final PaymentStore store;
    private final Clock clock;

    PurgeNotifications(PaymentStore store, Clock clock) {
        this.store = store;
        this.clock = clock;
    }

    @Scheduled(every = "1h", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    Uni<Void> forget() {
        return Purge.inBatches(
                "notifications", most -> store.forget(clock.instant().minus(KEPT_FOR), most));
    }
}
