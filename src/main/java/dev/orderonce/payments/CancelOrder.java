package dev.orderonce.payments;

import dev.orderonce.http.FreeText;
import dev.orderonce.http.Outcome;
import dev.orderonce.http.Violation;
import dev.orderonce.identity.Actor;
import dev.orderonce.identity.Buyer;
import dev.orderonce.identity.Subject;
import dev.orderonce.locks.OrderLock;
import dev.orderonce.locks.OrderLock.Locked;
import dev.orderonce.numbers.OrderNumber;
import dev.orderonce.orders.FindOrder;
import dev.orderonce.orders.FindOrder.Finding;
import dev.orderonce.orders.MoveOrder;
import dev.orderonce.orders.MoveOrder.Moved;
import dev.orderonce.orders.Order;
import dev.orderonce.orders.OrderState;
import dev.orderonce.orders.OrderState.Move;
import dev.orderonce.orders.Precondition;
import dev.orderonce.orders.Transition;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Cancels an order; a payment of a cancelled order is refunded or never captured. */
@ApplicationScoped
public class CancelOrder {
    public static final int LONGEST_REASON = 500;

    /** A try fails if the order changed its state since it was read; an order has fewer states than this. */
    private static final int MOST_TRIES = 8;

    private final FindOrder findOrder;
    private final MoveOrder moveOrder;
    private final PaymentStore payments;
    private final SettlePayment settlePayment;
    private final OrderLock lock;

    CancelOrder(
            FindOrder findOrder,
            MoveOrder moveOrder,
            PaymentStore payments,
            SettlePayment settlePayment,
            OrderLock lock) {
        this.findOrder = findOrder;
        this.moveOrder = moveOrder;
        this.payments = payments;
        this.settlePayment = settlePayment;
        this.lock = lock;
    }

    /** Every outcome of cancelling, in the order the checks run. */
    public sealed interface Cancelling extends Outcome {
        /** The reason is missing or too long. */
        record Invalid(List<Violation> violations) implements Cancelling {}

        /** There is no such order, or the subject may not cancel it. */
        record Absent() implements Cancelling {}

        /** The order is not in the version that the request expects. */
        record Changed(Order current) implements Cancelling {}

        /** The order was cancelled before, and no money is held for it. */
        record AlreadyCancelled(Order order) implements Cancelling {}

        /** The order cannot be cancelled in its state. */
        record NotOpen(Order order) implements Cancelling {}

        /** A payment is in progress, and its result is not known. */
        record Busy(Order order) implements Cancelling {}

        /** The order is cancelled, and the provider has not confirmed yet that no money is held. */
        record Refunding(Order order) implements Cancelling {}

        /** This request cancelled the order, and no money is held for it. */
        record Cancelled(Order order) implements Cancelling {}

        @Override
        default String label() {
            return switch (this) {
                case Invalid _ -> "invalid";
                case Absent _ -> "absent";
                case Changed _ -> "changed";
                case AlreadyCancelled _ -> "already-cancelled";
                case NotOpen _ -> "not-open";
                case Busy _ -> "busy";
                case Refunding _ -> "refunding";
                case Cancelled _ -> "cancelled";
            };
        }
    }

    /** A request of the order's buyer, or of support, who must give a reason and may cancel during a payment. */
    private record CancelRequest(
            Actor by,
            boolean isSupport,
            Optional<String> reason,
            Optional<OrderNumber> duplicateOf,
            Precondition precondition) {
        Transition because() {
            Transition because = Transition.of(by).when(precondition);
            Transition reasoned = reason.map(because::reason).orElse(because);
            return duplicateOf.map(reasoned::duplicateOf).orElse(reasoned);
        }
    }

    /**
     * Cancels an order for its buyer.
     *
     * @param by the buyer, or the program that acts for them
     * @param written the order's number as the client wrote it
     * @return fails with {@link dev.orderonce.stores.StoreUnavailable} if PostgreSQL does not answer
     */
    public Uni<Cancelling> byBuyer(
            Buyer buyer, Actor by, String written, @Nullable String reason, Precondition precondition) {
        List<Violation> violations = new ArrayList<>();
        Optional<String> words =
                reason == null ? Optional.empty() : FreeText.read("reason", reason, LONGEST_REASON, violations);
        return violations.isEmpty()
                ? cancel(
                        findOrder.ofBuyer(buyer, written),
                        new CancelRequest(by, false, words, Optional.empty(), precondition))
                : item(new Cancelling.Invalid(violations));
    }

    /** Cancels any order for support, without naming another order. */
    public Uni<Cancelling> bySupport(
            Subject support, String written, @Nullable String reason, Precondition precondition) {
        return bySupport(support, written, reason, Optional.empty(), precondition);
    }

    /**
     * Cancels any order for support.
     *
     * @param written the order's number as the client wrote it
     * @param duplicateOf the order that this one was found to repeat: the history that its buyer reads names it
     * @return fails with {@link dev.orderonce.stores.StoreUnavailable} if PostgreSQL does not answer
     */
    public Uni<Cancelling> bySupport(
            Subject support, String written, @Nullable String reason, Optional<OrderNumber> duplicateOf) {
        return bySupport(support, written, reason, duplicateOf, Precondition.NONE);
    }

    private Uni<Cancelling> bySupport(
            Subject support,
            String written,
            @Nullable String reason,
            Optional<OrderNumber> duplicateOf,
            Precondition precondition) {
        List<Violation> violations = new ArrayList<>();
        Optional<String> words = FreeText.read("reason", reason, LONGEST_REASON, violations);
        return words.isPresent()
                ? cancel(
                        findOrder.ofAnyBuyer(written),
                        new CancelRequest(new Actor.Person(support), true, words, duplicateOf, precondition))
                : item(new Cancelling.Invalid(violations));
    }

    private Uni<Cancelling> cancel(Uni<Finding> finding, CancelRequest request) {
        return finding.chain(found -> switch (found) {
            case Finding.Absent _ -> item(new Cancelling.Absent());
            case Finding.Found(Order order) -> cancelLocked(order, request);
        });
    }

    private Uni<Cancelling> cancelLocked(Order order, CancelRequest request) {
        return lock.hold(order.number().symbols(), fence -> readAndCancel(order, request, fence, MOST_TRIES))
                .chain(locked -> switch (locked) {
                    case Locked.Had<Cancelling>(Cancelling cancelling) -> item(cancelling);
                    case Locked.NotHad<Cancelling> _ ->
                        findOrder.byNumber(order.number()).map(now -> new Cancelling.Busy(now.orElse(order)));
                });
    }

    /** Under the lock: the order may have changed since it was read before the lock was acquired. */
    private Uni<Cancelling> readAndCancel(Order order, CancelRequest request, OptionalLong fence, int triesLeft) {
        return findOrder
                .byNumber(order.number())
                .chain(found -> cancel(found.orElse(order), request, fence, triesLeft));
    }

    /** The order changed its state since it was read. */
    private Uni<Cancelling> retry(Order current, CancelRequest request, OptionalLong fence, int triesLeft) {
        return triesLeft == 1 ? item(new Cancelling.Busy(current)) : cancel(current, request, fence, triesLeft - 1);
    }

    private Uni<Cancelling> cancel(Order order, CancelRequest request, OptionalLong fence, int triesLeft) {
        if (!request.precondition().isMetBy(order)) {
            return item(new Cancelling.Changed(order));
        }
        Transition because = request.because().under(fence);
        return switch (order.state()) {
            case CREATED -> move(order, Move.CANCELLED, because, request, fence, triesLeft);
            case PAYING ->
                request.isSupport()
                        ? move(order, Move.PAYMENT_ABANDONED, because, request, fence, triesLeft)
                        : item(new Cancelling.Busy(order));
            case PAID ->
                order.payment().isPresent()
                        ? refund(order, because, request, fence, triesLeft)
                        : move(order, Move.FREE_ORDER_CANCELLED, because, request, fence, triesLeft);
            case REFUNDING -> item(new Cancelling.Refunding(order));
            case CANCELLED, REFUNDED -> item(new Cancelling.AlreadyCancelled(order));
            case SHIPPED, COMPLETED, RETURNING, RETURNED -> item(new Cancelling.NotOpen(order));
        };
    }

    private Uni<Cancelling> move(
            Order order, Move move, Transition because, CancelRequest request, OptionalLong fence, int triesLeft) {
        return moveOrder.move(order.number(), move, because).chain(moved -> switch (moved) {
            case Moved.Absent _ -> item(new Cancelling.Absent());
            case Moved.NotOpen(Order current) -> retry(current, request, fence, triesLeft);
            case Moved.Done(Order cancelled) when move == Move.PAYMENT_ABANDONED -> abandoned(cancelled);
            case Moved.Done(Order cancelled) -> item(new Cancelling.Cancelled(cancelled));
        });
    }

    /**
     * Whether money is to be refunded is not known: the job requests the payment's state, with the first delay again.
     */
    private Uni<Cancelling> abandoned(Order order) {
        return payments.restartAttempts(order.payment().orElseThrow(), settlePayment.resumeAt())
                .map(_ -> new Cancelling.Refunding(order));
    }

    /** The payment becomes due before the order changes: if this process crashes, the job resumes the work. */
    private Uni<Cancelling> refund(
            Order order, Transition because, CancelRequest request, OptionalLong fence, int triesLeft) {
        return payments.schedule(order.payment().orElseThrow(), settlePayment.resumeAt())
                .chain(payment -> moveOrder
                        .move(
                                order.number(),
                                List.of(OrderState.PAID),
                                Move.REFUND_BEGUN,
                                because.payment(payment.id()))
                        .chain(moved -> switch (moved) {
                            case Moved.Absent _ -> item(new Cancelling.Absent());
                            case Moved.NotOpen(Order current) -> retry(current, request, fence, triesLeft);
                            case Moved.Done(Order refunding) ->
                                settlePayment
                                        .settle(payment, refunding, fence)
                                        .map(settled -> refunded(settled.order()));
                        }));
    }

    private static Cancelling refunded(Order order) {
        return order.state() == OrderState.REFUNDED ? new Cancelling.Cancelled(order) : new Cancelling.Refunding(order);
    }

    private static Uni<Cancelling> item(Cancelling cancelling) {
        return Uni.createFrom().item(cancelling);
    }
}
