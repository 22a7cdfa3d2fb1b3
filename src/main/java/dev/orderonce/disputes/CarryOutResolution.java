package dev.orderonce.disputes;

import dev.orderonce.disputes.DisputeState.Move;
import dev.orderonce.orders.FindOrder;
import dev.orderonce.orders.Order;
import dev.orderonce.payments.CancelOrder;
import dev.orderonce.payments.CancelOrder.Cancelling;
import dev.orderonce.payments.RefundOrder;
import dev.orderonce.payments.RefundOrder.RefundRequest;
import dev.orderonce.payments.RefundOrder.Refunding;
import dev.orderonce.stores.StoreUnavailable;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;

/**
 * Cancels or refunds the order of a granted dispute. It may run repeatedly and concurrently: an order is cancelled
 * once, and a dispute refunds once.
 */
@ApplicationScoped
class CarryOutResolution {
    private final CancelOrder cancelOrder;
    private final RefundOrder refundOrder;
    private final FindOrder findOrder;
    private final DisputeStore store;
    private final DisputeReader disputes;
    private final DisputeSettings settings;
    private final Clock clock;

    CarryOutResolution(
            CancelOrder cancelOrder,
            RefundOrder refundOrder,
            FindOrder findOrder,
            DisputeStore store,
            DisputeReader disputes,
            DisputeSettings settings,
            Clock clock) {
        this.cancelOrder = cancelOrder;
        this.refundOrder = refundOrder;
        this.findOrder = findOrder;
        this.store = store;
        this.disputes = disputes;
        this.settings = settings;
        this.clock = clock;
    }

    /** Every outcome of one run. */
    sealed interface Carrying {
        /** The order can no longer be cancelled: the dispute is open again, with a message that says so. */
        record Impossible(Order order) implements Carrying {}

        /**
         * The amount exceeds what is left of the payment: the dispute is open again, with a message that says so.
         *
         * @param left in minor units
         */
        record TooMuch(Order order, long left) implements Carrying {}

        /** The order was locked, or a store unavailable: a job resumes the work. */
        record NotYet(Dispute dispute) implements Carrying {}

        /** The order is cancelled, or refunded as decided; its money is refunded, or the refund is under way. */
        record Done(Dispute dispute) implements Carrying {}
    }

    /**
     * Cancels or refunds the order, if that is possible now, and moves the dispute.
     *
     * @param granted a dispute that is RESOLVING
     * @return fails with {@link StoreUnavailable} if the dispute could not be moved; a job resumes the work then
     */
    Uni<Carrying> carryOut(Dispute granted) {
        Resolution resolution = granted.resolution().orElseThrow();
        return (resolution.amount().isPresent() ? refund(granted, resolution) : cancel(granted, resolution))
                // The claim is granted all the same: the job does it.
                .onFailure(StoreUnavailable.class)
                .recoverWithItem(unavailable -> new Carrying.NotYet(granted));
    }

    private Uni<Carrying> cancel(Dispute granted, Resolution resolution) {
        return cancelOrder
                .bySupport(
                        resolution.by(),
                        granted.number().symbols(),
                        resolution.reason(),
                        granted.claim().duplicateOf())
                .chain(cancelling -> switch (cancelling) {
                    case Cancelling.Invalid _, Cancelling.Absent _, Cancelling.Changed _ -> fault(granted);
                    case Cancelling.AlreadyCancelled _, Cancelling.Refunding _, Cancelling.Cancelled _ ->
                        settle(granted, resolution);
                    case Cancelling.NotOpen(Order order)
                    when resolution.verdict() == Verdict.REFUND && order.state().isRefundable() ->
                        refund(granted, resolution, order);
                    case Cancelling.NotOpen(Order order) -> reopen(granted, order);
                    case Cancelling.Busy _ -> Uni.createFrom().item(new Carrying.NotYet(granted));
                });
    }

    private Uni<Carrying> refund(Dispute granted, Resolution resolution) {
        return findOrder
                .byNumber(granted.number())
                .map(Optional::orElseThrow)
                .chain(order -> refund(granted, resolution, order));
    }

    private Uni<Carrying> refund(Dispute granted, Resolution resolution, Order order) {
        RefundRequest request = new RefundRequest(
                resolution.by(),
                "dispute " + granted.id().text(),
                resolution.amount(),
                resolution.reason(),
                granted.claim().duplicateOf());
        return refundOrder.refund(order, request).chain(refunding -> switch (refunding) {
            case Refunding.NoKey _,
                    Refunding.KeyUnusable _,
                    Refunding.Invalid _,
                    Refunding.Absent _,
                    Refunding.Own _,
                    Refunding.Changed _,
                    Refunding.Differs _ -> fault(granted);
            case Refunding.AlreadyDecided _, Refunding.UnderWay _, Refunding.Refunded _ -> settle(granted, resolution);
            // Cancelled or refunded meanwhile: all of the money is returned.
            case Refunding.NotOpen(Order current) when !current.state().isRefundable() -> settle(granted, resolution);
            case Refunding.NotOpen(Order current) -> reopen(granted, current);
            case Refunding.TooMuch(Order current, long left) ->
                reopen(granted, "The refund exceeds what is left of the payment. The dispute is open again.")
                        .map(_ -> new Carrying.TooMuch(current, left));
            case Refunding.Busy _ -> Uni.createFrom().item(new Carrying.NotYet(granted));
        });
    }

    /** The order existed and the request was valid when the dispute was decided. */
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
        return reopen(
                        granted,
                        "The order is %s and can no longer be cancelled. The dispute is open again."
                                .formatted(order.state()))
                .map(_ -> new Carrying.Impossible(order));
    }

    private Uni<Optional<Dispute>> reopen(Dispute granted, String text) {
        Instant now = clock.instant();
        return store.reopen(granted.id(), text, now, now.plus(settings.answerTimeout()));
    }
}
