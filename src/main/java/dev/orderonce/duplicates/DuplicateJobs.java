package dev.orderonce.duplicates;

import dev.orderonce.events.DeliverEvents;
import dev.orderonce.jobs.Gauge;
import dev.orderonce.jobs.Job;
import dev.orderonce.jobs.Purge;
import dev.orderonce.jobs.Resume;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;

/** The jobs of suspected duplicates. */
class DuplicateJobs {
    /** An order is compared about a second after it was placed: long before it is picked. */
    private static final Duration SCAN_INTERVAL = Duration.ofSeconds(1);

    /**
     * How long the request of support is left to cancel the order before the job resumes it: longer than the provider
     * may take to answer.
     */
    static final Duration RESUME_DELAY = Duration.ofSeconds(30);

    /** Short against the resume delay: the order is not to be shipped meanwhile. */
    private static final Duration RESUME_INTERVAL = Duration.ofSeconds(10);

    /** A hold lasts so much longer than {@code duplicates.hold-ttl} at most, which is an hour. */
    private static final Duration HOLDS_INTERVAL = Duration.ofSeconds(10);

    /** Seldom more than one: each is a request that crashed, or a payment in progress. */
    private static final int CLAIM_SIZE = 20;

    /** A larger number is shown as this one: support has to act either way. */
    private static final int COUNT_LIMIT = 1000;

    /** Compares new orders with their neighbours. */
    @Produces
    @Singleton
    Job scan(DeliverEvents deliverEvents, ScanOrders scanOrders) {
        return new Job("scan-orders", SCAN_INTERVAL, () -> deliverEvents.deliverTo(scanOrders));
    }

    /** Cancels orders that were confirmed as duplicates by a request that crashed. */
    @Produces
    @Singleton
    Job resumeConfirmations(SuspicionStore store, ConfirmSuspicion confirmSuspicion, Resume resume, Clock clock) {
        return new Job(
                "resume-confirmations",
                RESUME_INTERVAL,
                () -> store.claimDue(clock.instant(), RESUME_DELAY, CLAIM_SIZE)
                        .chain(claimed -> resume.each(
                                claimed, suspicion -> "suspicion " + suspicion.id(), confirmSuspicion::goOn)));
    }

    /** Ends the holds of pairs that support has not reviewed in time. */
    @Produces
    @Singleton
    Job endHolds(SuspicionStore store, Clock clock) {
        return new Job(
                "end-holds", HOLDS_INTERVAL, () -> Purge.inBatches(most -> store.endHolds(clock.instant(), most)));
    }

    /** Tells operators how many pairs wait for support. */
    @Produces
    @Singleton
    Job countOpen(SuspicionStore store, MeterRegistry metrics) {
        return Gauge.job(
                "count-open-suspicions", metrics, "orderonce.duplicates.open", () -> store.countOpen(COUNT_LIMIT));
    }
}
