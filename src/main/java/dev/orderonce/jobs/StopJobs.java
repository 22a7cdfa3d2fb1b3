package dev.orderonce.jobs;

import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.scheduler.Scheduler;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

/** A service that stops begins no duty any more; the other replicas go on with them. */
@ApplicationScoped
class StopJobs {
    private final Scheduler scheduler;

    StopJobs(Scheduler scheduler) {
        this.scheduler = scheduler;
    }

    /** Before anything that duties need is closed. */
    void stop(@Observes @Priority(1) ShutdownEvent stop) {
        scheduler.pause();
    }
}
