package dev.orderonce.once;

import dev.orderonce.stores.Removal;
import io.quarkus.scheduler.Scheduled;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;

/** Removes records whose time is over; every replica does, and no two the same ones. */
@ApplicationScoped
class ForgetRecords {
    private final RecordStore store;
    private final Clock clock;

    ForgetRecords(RecordStore store, Clock clock) {
        this.store = store;
        this.clock = clock;
    }

    @Scheduled(every = "${once.forget-every}", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    Uni<Void> forget() {
        return Removal.inBatches("records", most -> store.removeOver(clock.instant(), most));
    }
}
