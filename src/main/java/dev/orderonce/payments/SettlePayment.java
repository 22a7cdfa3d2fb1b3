package dev.orderonce.payments;

import dev.orderonce.identity.Actor;
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
 * <p>{@link #next} decides the step from the two states and from whether the order is being paid with this payment:
 *
 * <pre>
 *   payment     order                                step
 *   ASKED       PAYING, with it                      CAPTURE
 *   ASKED       any other state, with it             QUERY
 *   ASKED       with another payment, or none        DECLINE
 *   CAPTURED    PAYING, with it                      SET_PAID
 *   CAPTURED    PAID, SHIPPED, COMPLETED, with it    DONE
 *   CAPTURED    any other state, or not with it      BEGIN_REFUND
 *   REFUNDING   any                                  REFUND
 *   REFUNDED,   PAYING, with it                      REOPEN
 *   DECLINED    REFUNDING, with it                   SET_REFUNDED
 *               any other state, or not with it      DONE
 * </pre>
 *
 * <p>What the provider answers changes the payment, and in the same statement its order: captured → CAPTURED and PAID,
 * declined → DECLINED and CREATED, refunded → REFUNDED and REFUNDED. The steps SET_PAID, SET_REFUNDED and REOPEN
 * complete rows of the first version, which changed the two one after the other.
 */
@ApplicationScoped
class SettlePayment {
    /** From ASKED to the end there are five steps; more are two processes that undo each other. */
    private static final int MOST_STEPS = 12;

    /** Payments in progress that one run of the job checks: one page of an index. */
    private static final int CHECKED_AT_ONCE = 1000;

    private static final String REFUNDED_BY_PROVIDER = "the provider gave it back";

    private static final Transition BY = Transition.of(new Actor.Job("payments"));

    private final PaymentStore store;
    private final PaymentGateway gateway;
    private final FindOrder findOrder;
    private final FindUnsettled findUnsettled;
    private final MoveOrder moveOrder;
    private final PaymentSettings settings;
    private final Clock clock;

    /** The last payment in progress that was checked; the next run goes on behind it. */
    private volatile String checkedUpTo = "";

    SettlePayment(
            PaymentStore store,
            PaymentGateway gateway,
            FindOrder findOrder,
            FindUnsettled findUnsettled,
            MoveOrder moveOrder,
            PaymentSettings settings,
            Clock clock) {
        this.store = store;
        this.gateway = gateway;
        this.findOrder = findOrder;
        this.findUnsettled = findUnsettled;
        this.moveOrder = moveOrder;
        this.settings = settings;
        this.clock = clock;
    }

    /** What is to be done next with a payment and its order. */
    enum Step {
        /** Ask the provider to capture, under the same reference as any request before. */
        CAPTURE,
        /** Ask the provider what became of the payment; the order does not wait for it any more. */
        QUERY,
        /** The provider was never asked: the payment is declined. */
        DECLINE,
        /** The order was not changed with the captured payment: it becomes PAID. */
        SET_PAID,
        /** The order does not take the captured money: the payment becomes REFUNDING. */
        BEGIN_REFUND,
        /** Ask the provider to refund. */
        REFUND,
        /** The order was not changed with the payment that ended: it becomes REFUNDED. */
        SET_REFUNDED,
        /** The order was not changed with the payment that ended: it becomes CREATED. */
        REOPEN,
        /** The two agree. */
        DONE
    }

    /**
     * The next step.
     *
     * @param isWithIt whether this is the payment that the order is, or was last, being paid with
     */
    static Step next(PaymentState payment, OrderState order, boolean isWithIt) {
        return switch (payment) {
            case ASKED -> {
                if (!isWithIt) {
                    yield Step.DECLINE;
                }
                yield order == OrderState.PAYING ? Step.CAPTURE : Step.QUERY;
            }
            case CAPTURED -> isWithIt ? afterCapture(order) : Step.BEGIN_REFUND;
            case REFUNDING -> Step.REFUND;
            case REFUNDED, DECLINED -> isWithIt ? afterEnd(order) : Step.DONE;
        };
    }

    private static Step afterCapture(OrderState order) {
        return switch (order) {
            case PAYING -> Step.SET_PAID;
            case PAID, SHIPPED, COMPLETED -> Step.DONE;
            case CREATED, CANCELLED, REFUNDING, REFUNDED -> Step.BEGIN_REFUND;
        };
    }

    private static Step afterEnd(OrderState order) {
        return switch (order) {
            case PAYING -> Step.REOPEN;
            case REFUNDING -> Step.SET_REFUNDED;
            case CREATED, PAID, SHIPPED, COMPLETED, CANCELLED, REFUNDED -> Step.DONE;
        };
    }

    /** The two rows when there is nothing more that can be done now. */
    record Settled(Payment payment, Order order) {}

    /**
     * Takes all steps that are possible now.
     *
     * @param payment as it was just read or written
     * @param fence the token of the lock that the caller holds, if any
     * @return fails with {@link dev.orderonce.stores.StoreUnavailable}; the job resumes it then
     */
    Uni<Settled> settle(Payment payment, OptionalLong fence) {
        return withOrder(payment, fence, MOST_STEPS);
    }

    /**
     * The same.
     *
     * @param order as it was just read or written
     */
    Uni<Settled> settle(Payment payment, Order order, OptionalLong fence) {
        return step(payment, order, fence, MOST_STEPS, false);
    }

    /** The same, for a payment that was just begun: the provider has not been asked for it yet. */
    Uni<Settled> settleFresh(Payment payment, Order order, OptionalLong fence) {
        return step(payment, order, fence, MOST_STEPS, true);
    }

    private Uni<Settled> withOrder(Payment payment, OptionalLong fence, int stepsLeft) {
        return findOrder
                .byNumber(payment.number())
                .map(Optional::orElseThrow)
                .chain(order -> step(payment, order, fence, stepsLeft, false));
    }

    private Uni<Settled> step(Payment payment, Order order, OptionalLong fence, int stepsLeft, boolean isFresh) {
        if (stepsLeft == 0) {
            return stop(payment, order);
        }
        boolean isWithIt = order.payment().equals(Optional.of(payment.id()));
        return switch (next(payment.state(), order.state(), isWithIt)) {
            case CAPTURE ->
                (isFresh ? capture(payment) : queryThenCapture(payment))
                        .chain(answer -> answered(payment, order, answer, fence, stepsLeft));
            case QUERY -> query(payment).chain(answer -> answered(payment, order, answer, fence, stepsLeft));
            case DECLINE ->
                change(payment, PaymentState.DECLINED, Optional.of("the order could not be paid any more"))
                        .chain(noted -> goOn(order, noted, fence, stepsLeft));
            case SET_PAID -> move(payment, Move.PAID, BY, fence, stepsLeft);
            case BEGIN_REFUND ->
                change(payment, PaymentState.REFUNDING, Optional.empty())
                        .chain(noted -> goOn(order, noted, fence, stepsLeft));
            case REFUND ->
                refund(payment)
                        .chain(answer -> answer instanceof Answer.Refunded
                                ? change(payment, PaymentState.REFUNDED, Optional.empty())
                                        .chain(noted -> goOn(order, noted, fence, stepsLeft))
                                : wait(payment, order));
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

    /** What costs nothing needs no provider: most refuse an amount of zero. */
    private Uni<Answer> capture(Payment payment) {
        return isFree(payment)
                ? Uni.createFrom().item(new Answer.Captured())
                : gateway.capture(payment.id(), payment.amount(), payment.method());
    }

    private Uni<Answer> query(Payment payment) {
        return isFree(payment) ? Uni.createFrom().item(new Answer.Unheard()) : gateway.query(payment.id());
    }

    private Uni<Answer> refund(Payment payment) {
        return isFree(payment)
                ? Uni.createFrom().item(new Answer.Refunded())
                : payment.reason().equals(Optional.of(REFUNDED_BY_PROVIDER))
                        ? refundUnlessRefunded(payment)
                        : gateway.refund(payment.id(), payment.amount());
    }

    /** It was told to have returned the money by itself: asked to, it might do it once more. */
    private Uni<Answer> refundUnlessRefunded(Payment payment) {
        return gateway.query(payment.id())
                .chain(answer -> answer instanceof Answer.Captured
                        ? gateway.refund(payment.id(), payment.amount())
                        : Uni.createFrom().item(answer));
    }

    private static boolean isFree(Payment payment) {
        return payment.amount().minor() == 0;
    }

    /** An earlier request had no answer: what came of it is asked first. */
    private Uni<Answer> queryThenCapture(Payment payment) {
        return query(payment)
                .chain(answer -> answer instanceof Answer.Unheard
                        ? capture(payment)
                        : Uni.createFrom().item(answer));
    }

    private Uni<Settled> answered(Payment payment, Order order, Answer answer, OptionalLong fence, int stepsLeft) {
        return switch (answer) {
            case Answer.Captured _ -> captured(payment).chain(noted -> goOn(order, noted, fence, stepsLeft));
            case Answer.Declined(String reason) ->
                declined(payment, reason).chain(noted -> goOn(order, noted, fence, stepsLeft));
            // Refunded in the provider's console: no money is held.
            case Answer.Refunded _ ->
                change(payment, PaymentState.DECLINED, Optional.of(REFUNDED_BY_PROVIDER))
                        .chain(noted -> goOn(order, noted, fence, stepsLeft));
            case Answer.Unheard _ ->
                isGivenUp(payment, order)
                        ? change(payment, PaymentState.DECLINED, Optional.of("the provider never heard of it"))
                                .chain(noted -> goOn(order, noted, fence, stepsLeft))
                        : wait(payment, order);
            case Answer.Silent _ -> wait(payment, order);
        };
    }

    /**
     * The order does not wait for it any more, and the provider has had the time to receive the request. If it captures
     * all the same, it is refunded.
     */
    private boolean isGivenUp(Payment payment, Order order) {
        return order.state() != OrderState.PAYING && payment.looks() >= PaymentJobs.ATTEMPTS_UNTIL_SUPPORT;
    }

    /**
     * A payment after what the provider said was written.
     *
     * @param order the order as that statement left it; empty if another process was faster
     */
    private record Noted(Payment payment, Optional<Followed> order) {}

    /** Writes that the provider captured it; returns the payment as it is then. */
    Uni<Payment> noteCaptured(Payment payment) {
        return captured(payment).map(Noted::payment);
    }

    /** Writes that the provider declined it; returns the payment as it is then. */
    Uni<Payment> noteDeclined(Payment payment, String reason) {
        return declined(payment, reason).map(Noted::payment);
    }

    /** Writes that the provider returned the money; returns the payment as it is then. */
    Uni<Payment> noteRefunded(Payment payment) {
        return refunded(payment).map(Noted::payment);
    }

    /** The provider holds the money, whatever our row says: a payment that was declined in our row is one to refund. */
    private Uni<Noted> captured(Payment payment) {
        return switch (payment.state()) {
            case ASKED ->
                change(payment, PaymentState.CAPTURED, Optional.empty())
                        .chain(noted -> unlessLate(noted, this::captured));
            case DECLINED -> change(payment, PaymentState.REFUNDING, Optional.empty());
            case CAPTURED, REFUNDING, REFUNDED -> unchanged(payment);
        };
    }

    /** The provider does not take the buyer's money with this method; so it counts for the limit. */
    private Uni<Noted> declined(Payment payment, String reason) {
        return payment.state() == PaymentState.ASKED
                ? change(payment, PaymentState.DECLINED, Optional.of(reason), true)
                : unchanged(payment);
    }

    /**
     * The provider returned the money, asked or not: in the provider's console, or by the buyer's bank. The order
     * follows; one that was shipped gets events that say so.
     */
    private Uni<Noted> refunded(Payment payment) {
        return switch (payment.state()) {
            case REFUNDING -> change(payment, PaymentState.REFUNDED, Optional.empty());
            case CAPTURED ->
                change(payment, PaymentState.REFUNDING, Optional.of(REFUNDED_BY_PROVIDER))
                        .chain(noted -> refunded(noted.payment()));
            case ASKED ->
                change(payment, PaymentState.DECLINED, Optional.of(REFUNDED_BY_PROVIDER))
                        .chain(noted -> unlessLate(noted, this::refunded));
            case DECLINED, REFUNDED -> unchanged(payment);
        };
    }

    /** Once more if another process changed it first; a payment never returns to ASKED. */
    private static Uni<Noted> unlessLate(Noted noted, Function<Payment, Uni<Noted>> again) {
        return noted.order().isPresent() ? Uni.createFrom().item(noted) : again.apply(noted.payment());
    }

    private static Uni<Noted> unchanged(Payment payment) {
        return Uni.createFrom().item(new Noted(payment, Optional.empty()));
    }

    private Uni<Noted> change(Payment payment, PaymentState to, Optional<String> reason) {
        return change(payment, to, reason, false);
    }

    /** Changes the payment, and its order with it. If it was changed meanwhile, it is read. */
    private Uni<Noted> change(Payment payment, PaymentState to, Optional<String> reason, boolean isRefused) {
        Instant now = clock.instant();
        return store.change(payment, to, reason, isRefused, now.plus(settings.resumeDelay()), BY, now)
                .chain(changed -> changed.isPresent()
                        ? Uni.createFrom()
                                .item(new Noted(
                                        changed.get().payment(),
                                        Optional.of(changed.get().order())))
                        : store.find(payment.id()).map(Optional::orElseThrow).chain(SettlePayment::unchanged));
    }

    private Uni<Settled> goOn(Order order, Noted noted, OptionalLong fence, int stepsLeft) {
        return noted.order()
                .map(followed -> step(noted.payment(), order.after(followed), fence, stepsLeft - 1, false))
                .orElseGet(() -> withOrder(noted.payment(), fence, stepsLeft - 1));
    }

    private Uni<Settled> move(Payment payment, Move move, Transition because, OptionalLong fence, int stepsLeft) {
        return moveOrder
                .move(payment.number(), move, because.payment(payment.id()).under(fence))
                .chain(moved -> switch (moved) {
                    case Moved.Done(Order order) -> step(payment, order, fence, stepsLeft - 1, false);
                    // The lock passed on: its holder continues.
                    case Moved.NotOpen(Order current) when move.isOpenFrom(current.state()) -> stop(payment, current);
                    case Moved.NotOpen(Order current) -> step(payment, current, fence, stepsLeft - 1, false);
                    case Moved.Absent _ -> withOrder(payment, fence, stepsLeft - 1);
                });
    }

    /**
     * Has those payments looked at that are in progress and that the job would not look at: another process read the
     * order before it was moved on, took the payment for settled, and the process that moved the order crashed.
     */
    Uni<Void> lookAtForgotten() {
        return findUnsettled.payments(checkedUpTo, CHECKED_AT_ONCE).chain(page -> {
            checkedUpTo = page.size() < CHECKED_AT_ONCE ? "" : page.getLast();
            return page.isEmpty()
                    ? Uni.createFrom().voidItem()
                    : store.lookAtForgotten(page, lookAfter()).replaceWithVoid();
        });
    }

    private Uni<Settled> done(Payment payment, Order order) {
        return store.settled(payment).map(rows -> new Settled(payment, order));
    }

    /** No answer: it is asked again, after a wait that grows. */
    private Uni<Settled> wait(Payment payment, Order order) {
        return store.lookAgain(payment.id(), clock.instant().plus(pause(payment.looks())))
                .map(rows -> new Settled(payment, order));
    }

    private static Uni<Settled> stop(Payment payment, Order order) {
        return Uni.createFrom().item(new Settled(payment, order));
    }

    private Duration pause(int looks) {
        return settings.retryDelay().multipliedBy(Math.min(1L << Math.min(looks, 20), PaymentJobs.LONGEST_RETRY_DELAY));
    }

    /** The grace period before the job resumes the work. */
    Instant lookAfter() {
        return clock.instant().plus(settings.resumeDelay());
    }
}
