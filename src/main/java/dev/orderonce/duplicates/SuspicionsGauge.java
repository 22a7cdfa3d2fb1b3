package dev.orderonce.duplicates;

import dev.orderonce.stores.StoreUnavailable;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.scheduler.Scheduled;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.concurrent.atomic.AtomicInteger;
import org.jboss.logging.Logger;

/** Tells operators how many pairs wait for support. */
@ApplicationScoped
class SuspicionsGauge {
    private static final Logger LOG = Logger.getLogger(SuspicionsGauge.class);

    /** More than this is told as this: somebody is to look either way. */
    private static final int MOST = 1000;

    private final SuspicionStore store;
    private final AtomicInteger open = new AtomicInteger();

    SuspicionsGauge(SuspicionStore store, MeterRegistry metrics) {
        this.store = store;
        metrics.gauge("orderonce.duplicates.open", open);
    }

    @Scheduled(every = "${duplicates.watch-every}", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    Uni<Void> watch() {
        return store.countOpen(MOST)
                .invoke(open::set)
                .replaceWithVoid()
                .onFailure(StoreUnavailable.class)
                .invoke(silent -> LOG.debugf("not counted: %s", silent.getMessage()))
                .onFailure(StoreUnavailable.class)
                .recoverWithNull();
    }
}
