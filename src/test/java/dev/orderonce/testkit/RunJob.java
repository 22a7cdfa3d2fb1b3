package dev.orderonce.testkit;

import dev.orderonce.jobs.Job;
import io.quarkus.arc.Arc;
import io.quarkus.arc.InstanceHandle;
import java.time.Duration;

/** Runs a job of the service on demand, besides its interval. */
public final class RunJob {
    private static final Duration BOUND = Duration.ofMinutes(5);

    private RunJob() {}

    /** One run, to its end. */
    public static void named(String name) {
        Arc.container().listAll(Job.class).stream()
                .map(InstanceHandle::get)
                .filter(job -> job.name().equals(name))
                .findFirst()
                .orElseThrow()
                .run()
                .get()
                .await()
                .atMost(BOUND);
    }
}
