package dev.orderonce.disputes;

import dev.orderonce.jobs.Gauge;
import dev.orderonce.jobs.Job;
import dev.orderonce.jobs.Resume;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;

/** The jobs of disputes. */
class DisputeJobs {
    /**
     * How long the request that decided a dispute is left to carry the decision out before the job resumes it: longer
     * than a request takes.
     */
    static final Duration RESUME_DELAY = Duration.ofSeconds(30);

    /** An abandoned decision is resumed after one to two resume delays: nobody waits for it at a page. */
    private static final Duration RESUME_INTERVAL = Duration.ofSeconds(30);

    /** Decisions claimed at once; each may take as long as the provider takes to answer. */
    private static final int CLAIM_SIZE = 20;

    /** A larger number is shown as this one: support has to act either way. */
    private static final int COUNT_LIMIT = 100;

    /** Carries out decisions whose request crashed. */
    @Produces
    @Singleton
    Job resumeResolutions(DisputeStore store, CarryOutResolution carryOutResolution, Resume resume, Clock clock) {
        return new Job(
                "resume-resolutions",
                RESUME_INTERVAL,
                () -> store.claimDue(clock.instant(), RESUME_DELAY, CLAIM_SIZE)
                        .chain(claimed -> resume.each(
                                claimed, dispute -> "dispute " + dispute.id().text(), carryOutResolution::carryOut)));
    }

    /** Tells operators how many disputes are overdue. */
    @Produces
    @Singleton
    Job countOverdue(DisputeStore store, Clock clock, MeterRegistry metrics) {
        return Gauge.job(
                "count-overdue-disputes",
                metrics,
                "orderonce.disputes.overdue",
                () -> store.countOverdue(clock.instant(), COUNT_LIMIT));
    }
}
