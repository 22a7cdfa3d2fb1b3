package dev.orderonce.disputes;

import dev.orderonce.disputes.DisputeState.Move;
import dev.orderonce.orders.Order;
import dev.orderonce.payments.CancelOrder;
import dev.orderonce.payments.CancelOrder.Cancelling;
import dev.orderonce.stores.StoreUnavailable;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;

/** Cancels the order of a granted dispute. It may run repeatedly and concurrently: an order is cancelled once. */
@ApplicationScoped
class CarryOutResolution {
    private final CancelOrder cancelOrder;
    private final DisputeStore store;
    private final DisputeReader disputes;
    private final DisputeSettings settings;
    private final Clock clock;

    CarryOutResolution(
            CancelOrder cancelOrder,
            DisputeStore store,
            DisputeReader disputes,
            DisputeSettings settings,
            Clock clock) {
        this.cancelOrder = cancelOrder;
        this.store = store;
        this.disputes = disputes;
        this.settings = settings;
        this.clock = clock;
    }

    /** Every outcome of one run. */
    sealed interface Carrying {
        /** The order can no longer be cancelled: the dispute is open again, with a message that says so. */
        record Impossible(Order order) implements Carrying {}

        /** The order was locked, or a store unavailable: a job resumes the work. */
        record NotYet(Dispute dispute) implements Carrying {}

        /** The order is cancelled; its money is refunded, or the refund is under way. */
        record Done(Dispute dispute) implements Carrying {}
    }

    /**
     * Cancels the order, if that is possible now, and moves the dispute.
     *
     * @param granted a dispute that is RESOLVING
     * @return fails with {@link StoreUnavailable} if the dispute could not be moved; a job resumes the work then
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
                    case Cancelling.Invalid _, Cancelling.Absent _ -> fault(granted);
                    case Cancelling.AlreadyCancelled _, Cancelling.Refunding _, Cancelling.Cancelled _ ->
                        settle(granted, resolution);
                    case Cancelling.NotOpen(Order order) -> reopen(granted, order);
                    case Cancelling.Busy _ -> Uni.createFrom().item(new Carrying.NotYet(granted));
                })
                // The claim is granted all the same: the job cancels the order.
                .onFailure(StoreUnavailable.class)
                .recoverWithItem(unavailable -> new Carrying.NotYet(granted));
    }

    /** The order existed and the reason was valid when the dispute was decided. */
    private static Uni<Carrying> fault(Dispute granted) {
        return Uni.createFrom()
                .failure(new IllegalStateException("dispute %s cannot be carried out"
                        .formatted(granted.id().text())));
    }

    private Uni<Carrying> settle(Dispute granted, Resolution resolution) {
        return store.end(granted, Move.SETTLED, Optional.of(resolution), clock.instant())
                .chain(settled -> settled.isPresent() ? Uni.createFrom().item(settled) : disputes.find(granted.id()))
                .map(current -> new Carrying.Done(current.orElse(granted)));
    }

    private Uni<Carrying> reopen(Dispute granted, Order order) {
        Instant now = clock.instant();
        return store.reopen(
                        granted.id(),
                        "The order is %s and can no longer be cancelled. The dispute is open again."
                                .formatted(order.state()),
                        now,
                        now.plus(settings.answerTimeout()))
                .map(reopened -> new Carrying.Impossible(order));
    }
}
