package dev.orderonce.duplicates;

import dev.orderonce.work.Work;
import dev.orderonce.work.WorkCount;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;

/** The suspected duplicates that wait for support. */
class SuspicionWork {
    @Produces
    @Singleton
    WorkCount waiting() {
        return new WorkCount(Work.Kind.SUSPICIONS, SuspicionStore.WAITING);
    }
}
