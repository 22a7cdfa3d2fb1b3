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
 * Runs every {@link Job} of the service from startup to shutdown. Jobs do not wait for each other, and no two runs of
 * one job overlap within a replica; between replicas, the statements of a job ensure it.
 *
 * <p>The framework's scheduler is not used: it supports whole seconds only.
 */
@ApplicationScoped
class Jobs implements MadeFromSettings {
    /**
     * How long shutdown waits for the runs in progress: longer than PostgreSQL may take to reply to one statement (3
     * s). A run that takes longer, because it processes many rows or waits for the provider, is cancelled between two
     * statements and resumed later, as after a crash.
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

    /** Stops the jobs before any store connection that a run needs is closed. */
    void stop(@Observes @Priority(1) ShutdownEvent stop) throws InterruptedException {
        long deadline = System.nanoTime() + STOP_TIMEOUT.toNanos();
        jobs.forEach(RepeatedJob::pause);
        for (RepeatedJob job : jobs) {
            job.stop(Duration.ofNanos(deadline - System.nanoTime()));
        }
    }
}
