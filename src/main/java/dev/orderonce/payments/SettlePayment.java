package dev.orderonce.payments;

import dev.orderonce.identity.Actor;
import dev.orderonce.money.Money;
import dev.orderonce.orders.FindOrder;
import dev.orderonce.orders.FindUnsettled;
import dev.orderonce.orders.MoneyEvent.Followed;
import dev.orderonce.orders.MoveOrder;
import dev.orderonce.orders.MoveOrder.Moved;
import dev.orderonce.orders.Order;
import dev.orderonce.orders.OrderState;
import dev.orderonce.orders.OrderState.Move;
import dev.orderonce.orders.Transition;
import dev.orderonce.payments.PaymentGateway.Answer;
import dev.orderonce.payments.PaymentStore.Changed;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;

/**
 * Brings a payment and its order to agree, one step after another, from whatever states the two are in. Requests,
 * notifications and the job all call it; it may run any number of times, and at the same time in several replicas.
 *
 * <p>{@link #next} decides the step from the two states and from whether the payment is the order's current one, which
 * is the one that the order is, or was last, being paid with:
 *
 * <pre>
 *   payment     order                                step
 *   ASKED       PAYING, current                      CAPTURE
 *   ASKED       any other state, current             QUERY
 *   ASKED       any, not current                     DECLINE
 *   CAPTURED    PAYING, current                      SET_PAID
 *   CAPTURED    PAID, SHIPPED, COMPLETED,            REFUND_PART if a refund is in progress, else DONE
 *               RETURNING, RETURNED, current
 *   CAPTURED    any other state, or not current      BEGIN_REFUND
 *   REFUNDING   any                                  REFUND_PART if a refund is in progress, else REFUND
 *   REFUNDED,   PAYING, current                      REOPEN
 *   DECLINED    REFUNDING, current                   SET_REFUNDED
 *               any other state, or not current      DONE
 * </pre>
 *
 * <p>The answer of the provider changes the payment, and in the same statement its order: captured → CAPTURED and PAID,
 * declined → DECLINED and CREATED, refunded → REFUNDED and REFUNDED. The steps SET_PAID, SET_REFUNDED and REOPEN
 * complete rows of the first version, which changed the two one after the other.
 */
@ApplicationScoped
class SettlePayment {
    /** From ASKED to the end there are five steps; more than this are two processes that undo each other. */
    private static final int MOST_STEPS = 12;

    /** Payments in progress that one run of the job checks: one page of an index. */
    private static final int CHECKED_AT_ONCE = 1000;

    private static final String REFUNDED_BY_PROVIDER = "the provider gave it back";

    private static final Transition BY = Transition.of(new Actor.Job("payments"));

    private final PaymentStore store;
    private final PaymentReader reader;
    private final RefundStore refundStore;
    private final RefundReader refunds;
    private final PaymentGateway gateway;
    private final FindOrder findOrder;
    private final FindUnsettled findUnsettled;
    private final MoveOrder moveOrder;
    private final PaymentSettings settings;
    private final Clock clock;

    /** The last payment in progress that was checked; the next run continues after it. */
    private volatile String checkedUpTo = "";

    SettlePayment(
            PaymentStore store,
            PaymentReader reader,
            RefundStore refundStore,
            RefundReader refunds,
            PaymentGateway gateway,
            FindOrder findOrder,
            FindUnsettled findUnsettled,
            MoveOrder moveOrder,
            PaymentSettings settings,
            Clock clock) {
        this.store = store;
        this.reader = reader;
        this.refundStore = refundStore;
        this.refunds = refunds;
        this.gateway = gateway;
        this.findOrder = findOrder;
        this.findUnsettled = findUnsettled;
        this.moveOrder = moveOrder;
        this.settings = settings;
        this.clock = clock;
    }

    /** The next step for a payment and its order. */
    enum Step {
        /** Request the capture from the provider, under the same reference as every request before. */
        CAPTURE,
        /** Request the payment's state from the provider; the order does not wait for the payment any more. */
        QUERY,
        /** No request was ever sent to the provider: the payment is declined. */
        DECLINE,
        /** The order was not changed with the captured payment: it becomes PAID. */
        SET_PAID,
        /** The order cannot use the captured money: the payment becomes REFUNDING. */
        BEGIN_REFUND,
        /** Request a refund that support has decided from the provider. */
        REFUND_PART,
        /** Request the refund of what is left from the provider. */
        REFUND,
        /** The order was not changed with the payment that ended: it becomes REFUNDED. */
        SET_REFUNDED,
        /** The order was not changed with the payment that ended: it becomes CREATED. */
        REOPEN,
        /** The two agree. */
        DONE
    }

    /**
     * Returns the next step.
     *
     * @param isCurrent whether this is the payment that the order is, or was last, being paid with
     * @param isPartDue whether a refund that support has decided is not confirmed by the provider
     */
    static Step next(PaymentState payment, OrderState order, boolean isCurrent, boolean isPartDue) {
        return switch (payment) {
            case ASKED -> {
                if (!isCurrent) {
                    yield Step.DECLINE;
                }
                yield order == OrderState.PAYING ? Step.CAPTURE : Step.QUERY;
            }
            case CAPTURED -> isCurrent ? afterCapture(order, isPartDue) : Step.BEGIN_REFUND;
            case REFUNDING -> isPartDue ? Step.REFUND_PART : Step.REFUND;
            case REFUNDED, DECLINED -> isCurrent ? afterEnd(order) : Step.DONE;
        };
    }

    private static Step afterCapture(OrderState order, boolean isPartDue) {
        return switch (order) {
            case PAYING -> Step.SET_PAID;
            case PAID, SHIPPED, COMPLETED, RETURNING, RETURNED -> isPartDue ? Step.REFUND_PART : Step.DONE;
            case CREATED, CANCELLED, REFUNDING, REFUNDED -> Step.BEGIN_REFUND;
        };
    }

    private static Step afterEnd(OrderState order) {
        return switch (order) {
            case PAYING -> Step.REOPEN;
            case REFUNDING -> Step.SET_REFUNDED;
            case CREATED, PAID, SHIPPED, COMPLETED, RETURNING, RETURNED, CANCELLED, REFUNDED -> Step.DONE;
        };
    }

    /** The payment and its order when no further step is possible now. */
    record Settled(Payment payment, Order order) {}

    /**
     * Takes all steps that are possible now.
     *
     * @param payment as it was just read or written
     * @param fence the token of the lock that the caller holds, if any
     * @return fails with {@link dev.orderonce.stores.StoreUnavailable} if PostgreSQL does not answer; the job resumes
     *     the payment then
     */
    Uni<Settled> settle(Payment payment, OptionalLong fence) {
        return withOrder(payment, fence, MOST_STEPS);
    }

    /**
     * Takes all steps that are possible now.
     *
     * @param order as it was just read or written
     */
    Uni<Settled> settle(Payment payment, Order order, OptionalLong fence) {
        return step(payment, order, fence, MOST_STEPS, false);
    }

    /** Takes all steps for a payment that was just begun: the provider has received no request for it yet. */
    Uni<Settled> settleNew(Payment payment, Order order, OptionalLong fence) {
        return step(payment, order, fence, MOST_STEPS, true);
    }

    private Uni<Settled> withOrder(Payment payment, OptionalLong fence, int stepsLeft) {
        return findOrder
                .byNumber(payment.number())
                .map(Optional::orElseThrow)
                .chain(order -> step(payment, order, fence, stepsLeft, false));
    }

    private Uni<Settled> step(Payment payment, Order order, OptionalLong fence, int stepsLeft, boolean isNew) {
        if (stepsLeft == 0) {
            return unfinished(payment, order);
        }
        boolean isCurrent = order.payment().equals(Optional.of(payment.id()));
        return switch (next(payment.state(), order.state(), isCurrent, payment.refunding() > 0)) {
            case CAPTURE ->
                (isNew ? capture(payment) : queryThenCapture(payment))
                        .chain(answer -> apply(payment, order, answer, fence, stepsLeft));
            case QUERY -> query(payment).chain(answer -> apply(payment, order, answer, fence, stepsLeft));
            case DECLINE ->
                change(payment, PaymentState.DECLINED, Optional.of("the order could not be paid any more"))
                        .chain(recorded -> proceed(order, recorded, fence, stepsLeft));
            case SET_PAID -> move(payment, Move.PAID, BY, fence, stepsLeft);
            case BEGIN_REFUND ->
                change(payment, PaymentState.REFUNDING, Optional.empty())
                        .chain(recorded -> proceed(order, recorded, fence, stepsLeft));
            case REFUND_PART -> refundPart(payment, order, fence, stepsLeft);
            case REFUND ->
                refund(payment)
                        .chain(answer -> answer instanceof Answer.Refunded
                                ? change(payment, PaymentState.REFUNDED, Optional.empty())
                                        .chain(recorded -> proceed(order, recorded, fence, stepsLeft))
                                : retryLater(payment, order));
            case SET_REFUNDED -> move(payment, Move.REFUNDED, BY, fence, stepsLeft);
            case REOPEN ->
                move(
                        payment,
                        Move.PAYMENT_REFUSED,
                        payment.reason().map(BY::reason).orElse(BY),
                        fence,
                        stepsLeft);
            case DONE -> done(payment, order);
        };
    }

    /** A free order needs no provider: most refuse an amount of zero. */
    private Uni<Answer> capture(Payment payment) {
        return isFree(payment)
                ? Uni.createFrom().item(new Answer.Captured())
                : gateway.capture(payment.id(), payment.amount(), payment.method());
    }

    private Uni<Answer> query(Payment payment) {
        return isFree(payment) ? Uni.createFrom().item(new Answer.Unknown()) : gateway.query(payment.id());
    }

    private Uni<Answer> refund(Payment payment) {
        return payment.left() == 0
                ? Uni.createFrom().item(new Answer.Refunded())
                : payment.reason().equals(Optional.of(REFUNDED_BY_PROVIDER))
                        ? refundUnlessRefunded(payment)
                        : refundLeft(payment);
    }

    private Uni<Answer> refundLeft(Payment payment) {
        return gateway.refund(
                payment.id(), new Money(payment.left(), payment.amount().currency()));
    }

    /** The refunds of a payment, one after the other. */
    private Uni<Settled> refundPart(Payment payment, Order order, OptionalLong fence, int stepsLeft) {
        return refunds.inProgress(payment.id())
                .chain(found -> found.isEmpty()
                        ? current(payment).chain(recorded -> proceed(order, recorded, fence, stepsLeft))
                        : gateway.refundPart(
                                        payment.id(),
                                        found.get().id(),
                                        found.get().amount())
                                .chain(answer -> answer instanceof Answer.Refunded
                                        ? confirm(payment, found.get())
                                                .chain(recorded -> proceed(order, recorded, fence, stepsLeft))
                                        : retryLater(payment, order)));
    }

    private Uni<Recorded> confirm(Payment payment, Refund refund) {
        return refundStore.confirm(refund, BY, clock.instant()).chain(changed -> recorded(payment, changed));
    }

    /** The provider reported that it returned the money by itself: a request could make it return the money twice. */
    private Uni<Answer> refundUnlessRefunded(Payment payment) {
        return gateway.query(payment.id())
                .chain(answer -> answer instanceof Answer.Captured
                        ? refundLeft(payment)
                        : Uni.createFrom().item(answer));
    }

    private static boolean isFree(Payment payment) {
        return payment.amount().minor() == 0;
    }

    /** An earlier request had no answer: its result is requested first. */
    private Uni<Answer> queryThenCapture(Payment payment) {
        return query(payment)
                .chain(answer -> answer instanceof Answer.Unknown
                        ? capture(payment)
                        : Uni.createFrom().item(answer));
    }

    private Uni<Settled> apply(Payment payment, Order order, Answer answer, OptionalLong fence, int stepsLeft) {
        return switch (answer) {
            case Answer.Captured _ -> captured(payment).chain(recorded -> proceed(order, recorded, fence, stepsLeft));
            case Answer.Declined(String reason) ->
                declined(payment, reason).chain(recorded -> proceed(order, recorded, fence, stepsLeft));
            // Refunded in the provider's console: no money is held.
            case Answer.Refunded _ ->
                change(payment, PaymentState.DECLINED, Optional.of(REFUNDED_BY_PROVIDER))
                        .chain(recorded -> proceed(order, recorded, fence, stepsLeft));
            case Answer.Unknown _ ->
                isGivenUp(payment, order)
                        ? change(payment, PaymentState.DECLINED, Optional.of("the provider never heard of it"))
                                .chain(recorded -> proceed(order, recorded, fence, stepsLeft))
                        : retryLater(payment, order);
            case Answer.NoAnswer _ -> retryLater(payment, order);
        };
    }

    /**
     * Whether to give the payment up: the order does not wait for it any more, and the provider has had the time to
     * receive the request. If the provider captures all the same, the payment is refunded.
     */
    private boolean isGivenUp(Payment payment, Order order) {
        return order.state() != OrderState.PAYING && payment.attempts() >= PaymentJobs.ATTEMPTS_UNTIL_SUPPORT;
    }

    /**
     * A payment after the provider's answer was recorded.
     *
     * @param order the order as that statement left it; empty if another process changed the payment first
     */
    private record Recorded(Payment payment, Optional<Followed> order) {}

    /** Records that the provider captured the payment; returns the payment as it is then. */
    Uni<Payment> recordCaptured(Payment payment) {
        return captured(payment).map(Recorded::payment);
    }

    /** Records that the provider declined the payment; returns the payment as it is then. */
    Uni<Payment> recordDeclined(Payment payment, String reason) {
        return declined(payment, reason).map(Recorded::payment);
    }

    /** Records that the provider returned the money; returns the payment as it is then. */
    Uni<Payment> recordRefunded(Payment payment) {
        return refunded(payment).map(Recorded::payment);
    }

    /** The provider holds the money, whatever our row says: a payment that is declined in our row is refunded. */
    private Uni<Recorded> captured(Payment payment) {
        return switch (payment.state()) {
            case ASKED ->
                change(payment, PaymentState.CAPTURED, Optional.empty())
                        .chain(recorded -> retryIfChanged(recorded, this::captured));
            case DECLINED -> change(payment, PaymentState.REFUNDING, Optional.empty());
            case CAPTURED, REFUNDING, REFUNDED -> unchanged(payment);
        };
    }

    /** The provider declines this method, so the payment counts for the limit of declined payments. */
    private Uni<Recorded> declined(Payment payment, String reason) {
        return payment.state() == PaymentState.ASKED
                ? change(payment, PaymentState.DECLINED, Optional.of(reason), true)
                : unchanged(payment);
    }

    /**
     * The provider returned the money, on our request or not: an operator did it in the provider's console, or the
     * buyer's bank. The order changes with it; an order that was shipped gets events that say so.
     */
    private Uni<Recorded> refunded(Payment payment) {
        return switch (payment.state()) {
            case REFUNDING -> change(payment, PaymentState.REFUNDED, Optional.empty());
            case CAPTURED ->
                change(payment, PaymentState.REFUNDING, Optional.of(REFUNDED_BY_PROVIDER))
                        .chain(recorded -> refunded(recorded.payment()));
            case ASKED ->
                change(payment, PaymentState.DECLINED, Optional.of(REFUNDED_BY_PROVIDER))
                        .chain(recorded -> retryIfChanged(recorded, this::refunded));
            case DECLINED, REFUNDED -> unchanged(payment);
        };
    }

    /** Repeats the change if another process changed the payment first; a payment never returns to ASKED. */
    private static Uni<Recorded> retryIfChanged(Recorded recorded, Function<Payment, Uni<Recorded>> change) {
        return recorded.order().isPresent() ? Uni.createFrom().item(recorded) : change.apply(recorded.payment());
    }

    private static Uni<Recorded> unchanged(Payment payment) {
        return Uni.createFrom().item(new Recorded(payment, Optional.empty()));
    }

    private Uni<Recorded> change(Payment payment, PaymentState to, Optional<String> reason) {
        return change(payment, to, reason, false);
    }

    /** Changes the payment, and its order with it. If another process changed the payment first, it is read. */
    private Uni<Recorded> change(Payment payment, PaymentState to, Optional<String> reason, boolean isRefused) {
        Instant now = clock.instant();
        return store.change(payment, to, reason, isRefused, now.plus(settings.resumeDelay()), BY, now)
                .chain(changed -> recorded(payment, changed));
    }

    private Uni<Recorded> recorded(Payment payment, Optional<Changed> changed) {
        return changed.isPresent()
                ? Uni.createFrom()
                        .item(new Recorded(
                                changed.get().payment(),
                                Optional.of(changed.get().order())))
                : current(payment);
    }

    /** Another process changed the payment first. */
    private Uni<Recorded> current(Payment payment) {
        return reader.find(payment.id()).map(Optional::orElseThrow).chain(SettlePayment::unchanged);
    }

    private Uni<Settled> proceed(Order order, Recorded recorded, OptionalLong fence, int stepsLeft) {
        return recorded.order()
                .map(followed -> step(recorded.payment(), order.after(followed), fence, stepsLeft - 1, false))
                .orElseGet(() -> withOrder(recorded.payment(), fence, stepsLeft - 1));
    }

    private Uni<Settled> move(Payment payment, Move move, Transition because, OptionalLong fence, int stepsLeft) {
        return moveOrder
                .move(payment.number(), move, because.payment(payment.id()).under(fence))
                .chain(moved -> switch (moved) {
                    case Moved.Done(Order order) -> step(payment, order, fence, stepsLeft - 1, false);
                    // Another flow holds the lock now, and continues.
                    case Moved.NotOpen(Order current)
                    when move.isOpenFrom(current.state()) -> unfinished(payment, current);
                    case Moved.NotOpen(Order current) -> step(payment, current, fence, stepsLeft - 1, false);
                    case Moved.Absent _ -> withOrder(payment, fence, stepsLeft - 1);
                });
    }

    /**
     * Makes those payments due that are in progress and that are not due at any time: another process read the order
     * before its state changed, took the payment for settled, and the process that changed the order crashed. Each call
     * checks one page of the payments in progress.
     */
    Uni<Void> scheduleMissed() {
        return findUnsettled.payments(checkedUpTo, CHECKED_AT_ONCE).chain(page -> {
            checkedUpTo = page.size() < CHECKED_AT_ONCE ? "" : page.getLast();
            return page.isEmpty()
                    ? Uni.createFrom().voidItem()
                    : store.scheduleMissed(page, resumeAt()).replaceWithVoid();
        });
    }

    private Uni<Settled> done(Payment payment, Order order) {
        return store.recordSettled(payment).map(_ -> new Settled(payment, order));
    }

    /** No answer: the job sends the request again, after a delay that doubles. */
    private Uni<Settled> retryLater(Payment payment, Order order) {
        return store.schedule(payment.id(), clock.instant().plus(retryDelay(payment.attempts())))
                .map(_ -> new Settled(payment, order));
    }

    /** Without a further step; the payment stays due, and the job resumes it. */
    private static Uni<Settled> unfinished(Payment payment, Order order) {
        return Uni.createFrom().item(new Settled(payment, order));
    }

    private Duration retryDelay(int attempts) {
        return settings.retryDelay()
                .multipliedBy(Math.min(1L << Math.min(attempts, 20), PaymentJobs.LONGEST_RETRY_DELAY));
    }

    /** When the job resumes the work if this process crashes. */
    Instant resumeAt() {
        return clock.instant().plus(settings.resumeDelay());
    }
}
