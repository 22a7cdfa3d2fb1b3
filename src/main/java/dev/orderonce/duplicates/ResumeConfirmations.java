package dev.orderonce.duplicates;

import dev.orderonce.stores.StoreUnavailable;
import io.quarkus.scheduler.Scheduled;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.util.List;
import org.jboss.logging.Logger;

/** Cancels what was confirmed as a duplicate by somebody who did not live to cancel it. */
@ApplicationScoped
class ResumeConfirmations {
    private static final Logger LOG = Logger.getLogger(ResumeConfirmations.class);

    /** Seldom more than one: each is a handler that died, or a payment under way. */
    private static final int AT_ONCE = 20;

    private final SuspicionStore store;
    private final ConfirmSuspicion confirmSuspicion;
    private final DuplicateSettings settings;
    private final Clock clock;

    ResumeConfirmations(
            SuspicionStore store, ConfirmSuspicion confirmSuspicion, DuplicateSettings settings, Clock clock) {
        this.store = store;
        this.confirmSuspicion = confirmSuspicion;
        this.settings = settings;
        this.clock = clock;
    }

    @Scheduled(every = "${duplicates.finish-every}", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    Uni<Void> finish() {
        return store.claimDue(clock.instant(), settings.lookAfter(), AT_ONCE)
                .chain(this::finishAll)
                .onFailure(StoreUnavailable.class)
                .invoke(silent -> LOG.debugf("confirmed duplicates wait: %s", silent.getMessage()))
                .onFailure(StoreUnavailable.class)
                .recoverWithNull();
    }

    private Uni<Void> finishAll(List<Suspicion> claimed) {
        return Multi.createFrom()
                .iterable(claimed)
                .onItem()
                .transformToUni(this::finish)
                .merge(AT_ONCE)
                .collect()
                .last()
                .replaceWithVoid();
    }

    /** What fails is due again when the claim is over. */
    private Uni<Boolean> finish(Suspicion confirmed) {
        return confirmSuspicion
                .goOn(confirmed)
                .map(confirming -> true)
                .onFailure()
                .invoke(failure ->
                        LOG.warnf(failure, "the duplicate of suspicion %d is cancelled later", confirmed.id()))
                .onFailure()
                .recoverWithItem(false);
    }
}
