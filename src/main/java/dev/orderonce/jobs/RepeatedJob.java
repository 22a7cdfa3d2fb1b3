package dev.orderonce.jobs;

import dev.orderonce.stores.StoreUnavailable;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.Cancellable;
import io.vertx.core.Vertx;
import io.vertx.core.impl.ContextInternal;
import io.vertx.core.impl.VertxInternal;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Repeats one job in this replica; each run has its own Vert.x context on one event loop. */
final class RepeatedJob {
    private static final Logger LOG = Logger.getLogger(RepeatedJob.class);

    private final Job job;
    private final Duration interval;
    private final ContextInternal eventLoop;
    private final Counter outages;
    private final Counter errors;

    /** Acquired by each run, and by shutdown for good. */
    private final Semaphore permit = new Semaphore(1);

    private volatile boolean isPaused;
    private volatile boolean isFailing;
    private volatile Cancellable repetition = () -> {};

    RepeatedJob(Job job, Duration interval, Vertx vertx, MeterRegistry metrics) {
        this.job = job;
        this.interval = interval;
        this.eventLoop = ((VertxInternal) vertx).createEventLoopContext();
        this.outages = failures(metrics, "unavailable");
        this.errors = failures(metrics, "error");
    }

    private Counter failures(MeterRegistry metrics, String cause) {
        return metrics.counter("orderonce.jobs.failures", "name", job.name(), "cause", cause);
    }

    /** The first run begins at once. */
    void start() {
        repetition = Multi.createBy()
                .repeating()
                .uni(this::run)
                .withDelay(interval)
                .indefinitely()
                .subscribe()
                .with(_ -> {});
    }

    /** Begins no further run; a run in progress continues. */
    void pause() {
        isPaused = true;
    }

    /** Waits for the run in progress, and cancels it after the timeout. */
    void stop(Duration timeout) throws InterruptedException {
        isPaused = true;
        if (!permit.tryAcquire(timeout.toNanos(), TimeUnit.NANOSECONDS)) {
            LOG.warnf(
                    "job %s was cancelled by shutdown; another replica resumes it, or this one after the next start",
                    job.name());
        }
        repetition.cancel();
    }

    private Uni<Void> run() {
        if (!permit.tryAcquire()) {
            return Uni.createFrom().voidItem();
        }
        return Uni.createFrom()
                .deferred(
                        () -> isPaused ? Uni.createFrom().voidItem() : job.run().get())
                .runSubscriptionOn(step -> eventLoop.duplicate().runOnContext(_ -> step.run()))
                .onItemOrFailure()
                .invoke((_, failure) -> recordResult(failure))
                .onFailure()
                .recoverWithNull()
                .onTermination()
                .invoke(() -> permit.release());
    }

    /** Logs and counts a failure; the store's own package logs its outage. */
    private void recordResult(@Nullable Throwable failure) {
        if (failure == null) {
            if (isFailing) {
                isFailing = false;
                LOG.infof("job %s works again", job.name());
            }
        } else if (failure instanceof StoreUnavailable) {
            outages.increment();
            LOG.debugf("job %s runs again after the interval: %s", job.name(), failure.getMessage());
        } else {
            errors.increment();
            if (!isFailing) {
                isFailing = true;
                LOG.errorf(failure, "job %s fails; it runs again every %s", job.name(), interval);
            }
        }
    }
}
