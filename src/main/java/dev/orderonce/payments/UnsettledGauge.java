package dev.orderonce.payments;

import dev.orderonce.payments.ListUnsettled.Listing;
import dev.orderonce.stores.StoreUnavailable;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.scheduler.Scheduled;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.concurrent.atomic.AtomicInteger;

/** Tells operators how many payments support is shown: those whose end is not known for long. */
@ApplicationScoped
class UnsettledGauge {
    private final ListUnsettled listUnsettled;
    private final AtomicInteger unsettled = new AtomicInteger();

    UnsettledGauge(ListUnsettled listUnsettled, MeterRegistry metrics) {
        this.listUnsettled = listUnsettled;
        metrics.gauge("orderonce.payments.unsettled", unsettled);
    }

    @Scheduled(every = "${payments.watch-every}", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    Uni<Void> watch() {
        return listUnsettled
                .list()
                .invoke(this::note)
                .replaceWithVoid()
                // What was known stays: that PostgreSQL does not answer is reported elsewhere.
                .onFailure(StoreUnavailable.class)
                .recoverWithNull();
    }

    private void note(Listing listing) {
        switch (listing) {
            case Listing.Told(var payments) -> unsettled.set(payments.size());
        }
    }
}
