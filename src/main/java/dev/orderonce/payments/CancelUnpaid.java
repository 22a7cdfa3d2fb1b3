package dev.orderonce.payments;

import dev.orderonce.orders.CancelStale;
import dev.orderonce.stores.StoreUnavailable;
import io.quarkus.scheduler.Scheduled;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import org.jboss.logging.Logger;

/**
 * Cancels orders that stayed unpaid for too long; never one whose payment was begun, which is
 * CREATED no more.
 */
@ApplicationScoped
class CancelUnpaid {
    private static final Logger LOG = Logger.getLogger(CancelUnpaid.class);

    private final CancelStale cancelStale;
    private final PaymentSettings settings;
    private final Clock clock;

    CancelUnpaid(CancelStale cancelStale, PaymentSettings settings, Clock clock) {
        this.cancelStale = cancelStale;
        this.settings = settings;
        this.clock = clock;
    }

    @Scheduled(every = "${payments.unpaid-every}", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    Uni<Void> cancel() {
        return cancelStale
                .createdBefore(clock.instant().minus(settings.unpaidOrderTtl()))
                .onFailure(StoreUnavailable.class)
                .invoke(silent -> LOG.debugf("unpaid orders wait: %s", silent.getMessage()))
                .onFailure(StoreUnavailable.class)
                .recoverWithNull();
    }
}
