package dev.orderonce.work;

import dev.orderonce.events.EventSettings;
import dev.orderonce.jobs.Job;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;

/** The job of the streams of work. */
class WorkJobs {
    /** Reads what waits for staff; a replica without open streams of staff reads nothing. */
    @Produces
    @Singleton
    Job pollWork(LiveWork liveWork, EventSettings settings) {
        return new Job("poll-work", settings.workInterval(), liveWork::poll);
    }
}
