package dev.orderonce.orders;

import dev.orderonce.numbers.Validity;
import dev.orderonce.postgres.Purge;
import io.quarkus.scheduler.Scheduled;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;

/**
 * Removes tombstones of numbers that no replica would place any more, whatever its clock and its
 * settings: from then on their own time stamp says all that the row said.
 */
@ApplicationScoped
class PurgeTombstones {
    private final OrderStore store;
    private final Validity validity;

    PurgeTombstones(OrderStore store, Validity validity) {
        this.store = store;
        this.validity = validity;
    }

    @Scheduled(every = "${orders.forget-every}", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    Uni<Void> forget() {
        return Purge.inBatches("tombstones", most -> store.forgetTombstones(validity.forGoodBefore(), most));
    }
}
