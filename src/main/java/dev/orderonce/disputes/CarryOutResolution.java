package dev.orderonce.disputes;

import dev.orderonce.orders.Order;
import dev.orderonce.payments.CancelOrder;
import dev.orderonce.payments.CancelOrder.Cancelling;
import dev.orderonce.stores.StoreUnavailable;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * Does what was granted, through the order's own life; whoever does it, however often, and however
 * many at once: an order is cancelled once.
 */
@ApplicationScoped
class CarryOutResolution {
    private final CancelOrder cancelOrder;
    private final DisputeStore store;
    private final DisputeSettings settings;
    private final Clock clock;

    CarryOutResolution(CancelOrder cancelOrder, DisputeStore store, DisputeSettings settings, Clock clock) {
        this.cancelOrder = cancelOrder;
        this.store = store;
        this.settings = settings;
        this.clock = clock;
    }

    /** Every way it can end. */
    sealed interface Carrying {
        /** The order can no longer be cancelled: the dispute is open again, and says so. */
        record Impossible(Order order) implements Carrying {}

        /** Somebody is at the order, or a store was silent: it is gone on with. */
        record NotYet(Dispute dispute) implements Carrying {}

        /** It is done; money that goes back is on its way, if it is not back. */
        record Done(Dispute dispute) implements Carrying {}
    }

    /**
     * Does it as far as it can be done now.
     *
     * @return fails with {@link dev.orderonce.stores.StoreUnavailable} if the dispute could not be
     *     moved; the next who looks goes on then
     */
    Uni<Carrying> carryOut(Dispute granted) {
        Resolution resolution = granted.resolution().orElseThrow();
        return cancelOrder
                .bySupport(
                        resolution.by(),
                        granted.number().symbols(),
                        resolution.reason(),
                        granted.claim().duplicateOf())
                .chain(cancelling -> switch (cancelling) {
                    case Cancelling.Invalid _ -> fault(granted);
                    case Cancelling.Absent _ -> fault(granted);
                    case Cancelling.AlreadyCancelled _ -> settle(granted);
                    case Cancelling.NotOpen(Order order) -> reopen(granted, order);
                    case Cancelling.Busy _ -> item(new Carrying.NotYet(granted));
                    case Cancelling.Refunding _ -> settle(granted);
                    case Cancelling.Cancelled _ -> settle(granted);
                })
                // It is granted all the same: the job carries it out.
                .onFailure(StoreUnavailable.class)
                .recoverWithItem(unavailable -> new Carrying.NotYet(granted));
    }

    /** The order was there and the reason was sound when the dispute was decided. */
    private static Uni<Carrying> fault(Dispute granted) {
        return Uni.createFrom()
                .failure(new IllegalStateException("dispute %s cannot be carried out"
                        .formatted(granted.id().text())));
    }

    private Uni<Carrying> settle(Dispute granted) {
        return store.settle(granted.id(), now())
                .chain(settled -> settled.isPresent() ? item(new Carrying.Done(settled.get())) : standing(granted));
    }

    /** Somebody was faster. */
    private Uni<Carrying> standing(Dispute granted) {
        return store.find(granted.id()).map(found -> new Carrying.Done(found.orElse(granted)));
    }

    private Uni<Carrying> reopen(Dispute granted, Order order) {
        Instant now = now();
        return store.reopen(
                        granted.id(),
                        "The order is %s and can no longer be cancelled. The dispute is open again."
                                .formatted(order.state()),
                        now,
                        now.plus(settings.answerTimeout()))
                .map(reopened -> new Carrying.Impossible(order));
    }

    /** To the microsecond, which is what PostgreSQL keeps. */
    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }

    private static Uni<Carrying> item(Carrying carrying) {
        return Uni.createFrom().item(carrying);
    }
}
