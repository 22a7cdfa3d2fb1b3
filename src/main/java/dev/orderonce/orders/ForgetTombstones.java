package dev.orderonce.orders;

import dev.orderonce.numbers.Validity;
import dev.orderonce.stores.StoreUnavailable;

import io.quarkus.scheduler.Scheduled;
import io.smallrye.mutiny.Uni;

import jakarta.enterprise.context.ApplicationScoped;

import org.jboss.logging.Logger;

import java.time.Duration;

/**
 * Removes tombstones of numbers that no replica would place any more, whatever its clock and its
 * settings: from then on their own time stamp says all that the row said.
 */
@ApplicationScoped
class ForgetTombstones {
    private static final Logger LOG = Logger.getLogger(ForgetTombstones.class);

    /** Rows that one statement holds: some milliseconds' worth. */
    private static final int AT_ONCE = 500;

    /** Between two of them; placing comes first. */
    private static final Duration PAUSE = Duration.ofMillis(50);

    private final OrderStore store;
    private final Validity validity;

    ForgetTombstones(OrderStore store, Validity validity) {
        this.store = store;
        this.validity = validity;
    }

    @Scheduled(
            every = "${orders.forget-every}",
            concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    Uni<Void> forget() {
        return Uni.createFrom()
                .deferred(() -> store.forgetTombstones(validity.forGoodBefore(), AT_ONCE))
                .onItem()
                .call(gone -> Uni.createFrom().voidItem().onItem().delayIt().by(PAUSE))
                .repeat()
                .whilst(gone -> gone == AT_ONCE)
                .collect()
                .last()
                .replaceWithVoid()
                .onFailure(StoreUnavailable.class)
                .invoke(silent -> LOG.debugf("tombstones stay: %s", silent.getMessage()))
                .onFailure(StoreUnavailable.class)
                .recoverWithNull();
    }
}
