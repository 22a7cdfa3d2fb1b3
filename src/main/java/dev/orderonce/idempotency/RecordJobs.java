package dev.orderonce.idempotency;

import dev.orderonce.jobs.Job;
import dev.orderonce.jobs.Purge;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;

/** The jobs of the records of {@code /once}. */
class RecordJobs {
    /** An expired record counts as absent: deleting it only gives the space back, and some live for minutes only. */
    private static final Duration PURGE_INTERVAL = Duration.ofMinutes(1);

    /** Deletes expired records. */
    @Produces
    @Singleton
    Job purgeRecords(RecordStore store, Clock clock) {
        return new Job(
                "purge-records",
                PURGE_INTERVAL,
                () -> Purge.inBatches(most -> store.removeOver(clock.instant(), most)));
    }
}
