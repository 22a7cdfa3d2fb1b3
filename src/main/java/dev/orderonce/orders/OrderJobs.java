package dev.orderonce.orders;

import dev.orderonce.jobs.Job;
import dev.orderonce.jobs.Purge;
import dev.orderonce.numbers.Validity;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Duration;

/** The jobs of orders. */
class OrderJobs {
    /** Short against the week that a tombstone lives at least. */
    private static final Duration PURGE_INTERVAL = Duration.ofMinutes(10);

    /**
     * Deletes tombstones of numbers that no replica would place any longer, whatever its clock and its settings: from
     * then on their own time stamp says all that the row said.
     */
    @Produces
    @Singleton
    Job purgeTombstones(OrderStore store, Validity validity) {
        return new Job(
                "purge-tombstones",
                PURGE_INTERVAL,
                () -> Purge.inBatches(most -> store.forgetTombstones(validity.forGoodBefore(), most)));
    }
}
