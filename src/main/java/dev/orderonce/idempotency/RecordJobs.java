package dev.orderonce.idempotency;

import dev.orderonce.jobs.Job;
import dev.orderonce.jobs.Purge;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;

/** The jobs of the records and claims of {@code /once}. */
class RecordJobs {
    /**
     * An expired record counts as absent, as a claim does long before its row is deleted: deleting only gives the space
     * back, and some records live for minutes only.
     */
    private static final Duration PURGE_INTERVAL = Duration.ofMinutes(1);

    /** Deletes expired records, expired results, and claims a day after their leases. */
    @Produces
    @Singleton
    Job purgeRecords(RecordStore store, Clock clock) {
        return new Job(
                "purge-records",
                PURGE_INTERVAL,
                () -> Purge.inBatches(most -> store.removeOver(clock.instant(), most)));
    }
}
