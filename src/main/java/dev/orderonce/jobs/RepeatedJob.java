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

/** One job of this replica: its runs one after the other, each in a Vert.x context of its own on one event loop. */
final class RepeatedJob {
    private static final Logger LOG = Logger.getLogger(RepeatedJob.class);

    private final Job job;
    private final Duration interval;
    private final ContextInternal eventLoop;
    private final Counter outages;
    private final Counter errors;

    /** Taken by each run, and by the stop for good. */
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
                .with(nothing -> {});
    }

    /** No further run begins; one that is in progress goes on. */
    void pause() {
        isPaused = true;
    }

    /** Waits for the run that is in progress, and cancels it if it takes longer. */
    void stop(Duration timeout) throws InterruptedException {
        isPaused = true;
        if (!permit.tryAcquire(timeout.toNanos(), TimeUnit.NANOSECONDS)) {
            LOG.warnf("job %s is cut off; it is resumed by another replica or after the next start", job.name());
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
                .runSubscriptionOn(step -> eventLoop.duplicate().runOnContext(then -> step.run()))
                .onItemOrFailure()
                .invoke((done, failure) -> note(failure))
                .onFailure()
                .recoverWithNull()
                .onTermination()
                .invoke(() -> permit.release());
    }

    /** An outage of a store is logged where it is found out. */
    private void note(@Nullable Throwable failure) {
        if (failure == null) {
            if (isFailing) {
                isFailing = false;
                LOG.infof("job %s works again", job.name());
            }
        } else if (failure instanceof StoreUnavailable) {
            outages.increment();
            LOG.debugf("job %s is tried again: %s", job.name(), failure.getMessage());
        } else {
            errors.increment();
            if (!isFailing) {
                isFailing = true;
                LOG.errorf(failure, "job %s fails; it is tried again every %s", job.name(), interval);
            }
        }
    }
}
