package dev.orderonce.payments;

import dev.orderonce.work.Work;
import dev.orderonce.work.WorkCount;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;

/** The payments that wait for support. */
class PaymentWork {
    @Produces
    @Singleton
    WorkCount waiting() {
        return new WorkCount(Work.Kind.UNSETTLED, PaymentStore.WAITING);
    }
}
