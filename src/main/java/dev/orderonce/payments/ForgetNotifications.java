package dev.orderonce.payments;

import dev.orderonce.stores.StoreUnavailable;

import io.quarkus.scheduler.Scheduled;
import io.smallrye.mutiny.Uni;

import jakarta.enterprise.context.ApplicationScoped;

import org.jboss.logging.Logger;

import java.time.Clock;
import java.time.Duration;

/** Forgets which events of the provider were dealt with, once it cannot send them any more. */
@ApplicationScoped
class ForgetNotifications {
    private static final Logger LOG = Logger.getLogger(ForgetNotifications.class);

    /** Providers try for some days; and an event that is dealt with twice changes nothing. */
    private static final Duration KEPT_FOR = Duration.ofDays(30);

    private static final int AT_ONCE = 1000;

    private final PaymentStore store;
    private final Clock clock;

    ForgetNotifications(PaymentStore store, Clock clock) {
        this.store = store;
        this.clock = clock;
    }

    @Scheduled(every = "1h", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    Uni<Void> forget() {
        return Uni.createFrom()
                .deferred(() -> store.forget(clock.instant().minus(KEPT_FOR), AT_ONCE))
                .repeat()
                .whilst(forgotten -> forgotten == AT_ONCE)
                .collect()
                .last()
                .onFailure(StoreUnavailable.class)
                .invoke(silent -> LOG.debugf("they are forgotten later: %s", silent.getMessage()))
                .onFailure(StoreUnavailable.class)
                .recoverWithNull()
                .replaceWithVoid();
    }
}
