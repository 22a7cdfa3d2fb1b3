package dev.orderonce.disputes;

import dev.orderonce.stores.StoreUnavailable;
import io.quarkus.scheduler.Scheduled;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.util.List;
import org.jboss.logging.Logger;

/**
 * Goes on with what was granted and whoever granted it left behind; every replica does, and no two
 * with the same one.
 */
@ApplicationScoped
class ResumeResolutions {
    private static final Logger LOG = Logger.getLogger(ResumeResolutions.class);

    /** Decisions claimed at once; each may take as long as the provider takes to answer. */
    private static final int AT_ONCE = 20;

    private final DisputeStore store;
    private final CarryOutResolution carryOutResolution;
    private final DisputeSettings settings;
    private final Clock clock;

    ResumeResolutions(
            DisputeStore store, CarryOutResolution carryOutResolution, DisputeSettings settings, Clock clock) {
        this.store = store;
        this.carryOutResolution = carryOutResolution;
        this.settings = settings;
        this.clock = clock;
    }

    @Scheduled(every = "${disputes.finish-every}", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    Uni<Void> finish() {
        return store.claimDue(clock.instant(), settings.lookAfter(), AT_ONCE)
                .chain(this::finishAll)
                .onFailure(StoreUnavailable.class)
                .invoke(silent -> LOG.debugf("disputes are finished later: %s", silent.getMessage()))
                .onFailure(StoreUnavailable.class)
                .recoverWithNull();
    }

    private Uni<Void> finishAll(List<Dispute> claimed) {
        return Multi.createFrom()
                .iterable(claimed)
                .onItem()
                .transformToUni(this::finishOne)
                .merge(AT_ONCE)
                .collect()
                .last()
                .replaceWithVoid();
    }

    /** What fails is due again when the claim is over. */
    private Uni<Boolean> finishOne(Dispute granted) {
        return carryOutResolution
                .carryOut(granted)
                .map(carrying -> true)
                .onFailure()
                .invoke(failure -> LOG.warnf(
                        failure, "dispute %s is finished later", granted.id().text()))
                .onFailure()
                .recoverWithItem(false);
    }
}
