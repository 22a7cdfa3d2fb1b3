package dev.orderonce.jobs;

import dev.orderonce.config.MadeFromSettings;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.arc.All;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.vertx.core.Vertx;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.util.List;
import org.eclipse.microprofile.config.Config;

/**
 * Runs every {@link Job} of the service from its start to its stop. Jobs do not wait for each other, and no two runs of
 * one job overlap within a replica; between replicas, the statements of a job see to that.
 *
 * <p>The framework's scheduler does not do it: it knows whole seconds only.
 */
@ApplicationScoped
class Jobs implements MadeFromSettings {
    /**
     * How long a stop waits for the runs that are in progress: longer than PostgreSQL may take to reply to one
     * statement (3 s). A run that takes longer, because it has many rows before it or waits for the provider, is cut
     * off between two statements and resumed later, as after a crash.
     */
    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(5);

    private final List<RepeatedJob> jobs;

    Jobs(@All List<Job> jobs, Config config, Vertx vertx, MeterRegistry metrics) {
        JobIntervals intervals =
                new JobIntervals(config, jobs.stream().map(Job::name).toList());
        this.jobs = jobs.stream()
                .flatMap(job ->
                        intervals.of(job).map(interval -> new RepeatedJob(job, interval, vertx, metrics)).stream())
                .toList();
    }

    void start(@Observes StartupEvent start) {
        jobs.forEach(RepeatedJob::start);
    }

    /** Before anything that a run needs is closed. */
    void stop(@Observes @Priority(1) ShutdownEvent stop) throws InterruptedException {
        long deadline = System.nanoTime() + STOP_TIMEOUT.toNanos();
        jobs.forEach(RepeatedJob::pause);
        for (RepeatedJob job : jobs) {
            job.stop(Duration.ofNanos(deadline - System.nanoTime()));
        }
    }
}
