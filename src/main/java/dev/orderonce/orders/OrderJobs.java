package dev.orderonce.orders;

import dev.orderonce.jobs.Job;
import dev.orderonce.jobs.Purge;
import dev.orderonce.numbers.Validity;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Duration;

/** The jobs of orders. */
class OrderJobs {
    /** Short compared with the week for which a tombstone is needed at least. */
    private static final Duration PURGE_INTERVAL = Duration.ofMinutes(10);

    /**
     * Deletes tombstones of numbers that are expired on every replica, whatever its clock and its settings: from then
     * on the time stamp in the number suffices to refuse it. A key that was given up has no time, and keeps its
     * tombstone.
     */
    @Produces
    @Singleton
    Job purgeTombstones(OrderStore store, Validity validity) {
        return new Job(
                "purge-tombstones",
                PURGE_INTERVAL,
                () -> Purge.inBatches(most -> store.purgeTombstones(validity.forGoodBefore(), most)));
    }
}
