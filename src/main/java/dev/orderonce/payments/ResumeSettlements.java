package dev.orderonce.payments;

import dev.orderonce.stores.StoreUnavailable;
import io.quarkus.scheduler.Scheduled;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.util.List;
import java.util.OptionalLong;
import org.jboss.logging.Logger;

/**
 * Goes on with payments that whoever began them left behind, until both rows agree; every replica
 * does, and no two with the same one.
 */
@ApplicationScoped
class ResumeSettlements {
    private static final Logger LOG = Logger.getLogger(ResumeSettlements.class);

    /** Payments claimed at once; each may take as long as the provider takes to answer. */
    private static final int AT_ONCE = 50;

    private final PaymentStore store;
    private final SettlePayment settlePayment;
    private final PaymentSettings settings;
    private final Clock clock;

    ResumeSettlements(PaymentStore store, SettlePayment settlePayment, PaymentSettings settings, Clock clock) {
        this.store = store;
        this.settlePayment = settlePayment;
        this.settings = settings;
        this.clock = clock;
    }

    @Scheduled(every = "${payments.settle-every}", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    Uni<Void> settleDue() {
        return store.lookAtForgotten(clock.instant().plus(settings.lookAfter()))
                .chain(noted -> store.claimDue(clock.instant(), settings.lookAfter(), AT_ONCE))
                .chain(this::settleAll)
                .onFailure(StoreUnavailable.class)
                .invoke(silent -> LOG.debugf("payments are settled later: %s", silent.getMessage()))
                .onFailure(StoreUnavailable.class)
                .recoverWithNull();
    }

    private Uni<Void> settleAll(List<Payment> claimed) {
        return Multi.createFrom()
                .iterable(claimed)
                .onItem()
                .transformToUni(this::settle)
                .merge(AT_ONCE)
                .collect()
                .last()
                .replaceWithVoid();
    }

    /** What fails is due again when the claim is over. */
    private Uni<Boolean> settle(Payment payment) {
        return settlePayment
                .settle(payment.id(), OptionalLong.empty())
                .map(settled -> true)
                .onFailure()
                .invoke(failure -> LOG.warnf(failure, "payment %s is looked at later", payment.id()))
                .onFailure()
                .recoverWithItem(false);
    }
}
