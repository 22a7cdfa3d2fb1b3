package dev.orderonce.disputes;

import dev.orderonce.work.Work;
import dev.orderonce.work.WorkCount;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;

/** The disputes that wait for the shop's staff. */
class DisputeWork {
    @Produces
    @Singleton
    WorkCount waiting(DisputeSettings settings) {
        return new WorkCount(Work.Kind.DISPUTES, DisputeStore.waiting(settings.answerTimeout()));
    }

    @Produces
    @Singleton
    WorkCount overdue() {
        return new WorkCount(Work.Kind.OVERDUE, DisputeStore.OVERDUE);
    }
}
