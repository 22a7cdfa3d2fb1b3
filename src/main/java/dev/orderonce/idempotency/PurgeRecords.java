package dev.orderonce.idempotency;

import dev.orderonce.postgres.Purge;
import io.quarkus.scheduler.Scheduled;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;

/** Removes records whose time is over; every replica does, and no two the same ones. */
@ApplicationScoped
class PurgeRecords {
    private final RecordStore store;
    private final Clock clock;

    PurgeRecords(RecordStore store, Clock clock) {
        this.store = store;
        this.clock = clock;
    }

    @Scheduled(every = "${idempotency.forget-every}", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    Uni<Void> forget() {
        return Purge.inBatches("records", most -> store.removeOver(clock.instant(), most));
    }
}
