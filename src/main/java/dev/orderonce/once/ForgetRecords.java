package dev.orderonce.once;

import dev.orderonce.stores.StoreUnavailable;

import io.quarkus.scheduler.Scheduled;
import io.smallrye.mutiny.Uni;

import jakarta.enterprise.context.ApplicationScoped;

import org.jboss.logging.Logger;

import java.time.Clock;

/** Removes records whose time is over; every replica does, and no two the same ones. */
@ApplicationScoped
class ForgetRecords {
    private static final Logger LOG = Logger.getLogger(ForgetRecords.class);

    /** One statement's worth: some milliseconds, in which nobody waits for these rows. */
    private static final int AT_ONCE = 1000;

    private final RecordStore store;
    private final Clock clock;

    ForgetRecords(RecordStore store, Clock clock) {
        this.store = store;
        this.clock = clock;
    }

    @Scheduled(
            every = "${once.forget-every}",
            concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    Uni<Void> forget() {
        return Uni.createFrom()
                .deferred(() -> store.removeOver(clock.instant(), AT_ONCE))
                .repeat()
                .whilst(removed -> removed == AT_ONCE)
                .collect()
                .last()
                .onFailure(StoreUnavailable.class)
                .invoke(silent -> LOG.debugf("records are removed later: %s", silent.getMessage()))
                .onFailure(StoreUnavailable.class)
                .recoverWithNull()
                .replaceWithVoid();
    }
}
