package dev.orderonce.disputes;

import dev.orderonce.stores.StoreUnavailable;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.scheduler.Scheduled;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.util.concurrent.atomic.AtomicInteger;
import org.jboss.logging.Logger;

/** Tells operators how many disputes are overdue. */
@ApplicationScoped
class OverdueGauge {
    private static final Logger LOG = Logger.getLogger(OverdueGauge.class);

    /** More than this is told as this: somebody is to look either way. */
    private static final int MOST = 100;

    private final DisputeStore store;
    private final Clock clock;
    private final AtomicInteger overdue = new AtomicInteger();

    OverdueGauge(DisputeStore store, Clock clock, MeterRegistry metrics) {
        this.store = store;
        this.clock = clock;
        metrics.gauge("orderonce.disputes.overdue", overdue);
    }

    @Scheduled(every = "${disputes.watch-every}", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    Uni<Void> watch() {
        return store.countOverdue(clock.instant(), MOST)
                .invoke(overdue::set)
                .replaceWithVoid()
                .onFailure(StoreUnavailable.class)
                .invoke(silent -> LOG.debugf("not counted: %s", silent.getMessage()))
                .onFailure(StoreUnavailable.class)
                .recoverWithNull();
    }
}
