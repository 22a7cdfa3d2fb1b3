package dev.orderonce.payments;

import dev.orderonce.orders.FindOrder;
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

/**
 * Brings a payment and its order to agree, step by step, from wherever the two stand; whoever does
 * it, however often, and however many at once.
 *
 * <p>What is asked of the provider follows from what both rows say, and what the rows say is
 * changed only by what the provider answered. A payment and its order change in one statement:
 *
 * <pre>
 *   payment     order                          step
 *   ASKED       PAYING, with it                capture it (again: the same reference)
 *                                              captured → CAPTURED and PAID, declined → DECLINED and CREATED
 *   ASKED       was paying with it             query; captured → CAPTURED, declined → DECLINED
 *   ASKED       never paid with it             DECLINED: the provider was not asked
 *   CAPTURED    PAID, SHIPPED, COMPLETED, with it    nothing is left to do
 *   CAPTURED    anything else                  REFUNDING
 *   REFUNDING   any                            refund it; refunded → REFUNDED, and the order with it
 * </pre>
 *
 * <p>Rows of the version before, which changed the two one after the other, can also be CAPTURED
 * and PAYING (order → PAID), REFUNDED and REFUNDING (order → REFUNDED), DECLINED or REFUNDED and
 * PAYING (order → CREATED).
 */
@ApplicationScoped
class SettlePayment {
    /** From ASKED to the end there are five steps; more is two who undo each other. */
    private static final int MOST_STEPS = 12;

    private static final String REFUNDED_BY_PROVIDER = "the provider gave it back";

    private static final Transition BY = Transition.of(PaymentStore.BY);

    private final PaymentStore store;
    private final PaymentGateway gateway;
    private final FindOrder findOrder;
    private final MoveOrder moveOrder;
    private final PaymentSettings settings;
    private final Clock clock;

    SettlePayment(
            PaymentStore store,
            PaymentGateway gateway,
            FindOrder findOrder,
            MoveOrder moveOrder,
            PaymentSettings settings,
            Clock clock) {
        this.store = store;
        this.gateway = gateway;
        this.findOrder = findOrder;
        this.moveOrder = moveOrder;
        this.settings = settings;
        this.clock = clock;
    }

    /** Where the two stand when there is nothing more that can be done now. */
    record Settled(Payment payment, Order order) {}

    /**
     * Goes as far as it can be gone now.
     *
     * @param fence the token of the lock under which it is done, if it is
     * @return fails with {@link dev.orderonce.stores.StoreUnavailable}; the next look goes on then
     */
    Uni<Settled> settle(String id, OptionalLong fence) {
        return step(id, fence, MOST_STEPS, false);
    }

    /** For somebody who has just put it into ASKED: the provider has heard nothing of it yet. */
    Uni<Settled> settleFresh(String id, OptionalLong fence) {
        return step(id, fence, MOST_STEPS, true);
    }

    private Uni<Settled> step(String id, OptionalLong fence, int stepsLeft, boolean isFresh) {
        return store.find(id)
                .map(Optional::orElseThrow)
                .chain(payment -> findOrder
                        .standing(payment.number())
                        .map(Optional::orElseThrow)
                        .chain(order -> stepsLeft == 0
                                ? stop(payment, order)
                                : step(payment, order, fence, stepsLeft, isFresh)));
    }

    private Uni<Settled> step(Payment payment, Order order, OptionalLong fence, int stepsLeft, boolean isFresh) {
        boolean isWithIt = order.payment().equals(Optional.of(payment.id()));
        return switch (payment.state()) {
            case ASKED -> {
                if (isWithIt && order.state() == OrderState.PAYING) {
                    yield (isFresh ? capture(payment) : queryThenCapture(payment))
                            .chain(answer -> heard(payment, order, answer, fence, stepsLeft));
                }
                yield isWithIt
                        ? query(payment).chain(answer -> heard(payment, order, answer, fence, stepsLeft))
                        : change(
                                payment,
                                PaymentState.DECLINED,
                                Optional.of("the order could not be paid any more"),
                                fence,
                                stepsLeft);
            }
            case CAPTURED -> {
                if (!isWithIt) {
                    yield change(payment, PaymentState.REFUNDING, Optional.empty(), fence, stepsLeft);
                }
                yield switch (order.state()) {
                    case PAYING -> move(payment, Move.PAID, BY, fence, stepsLeft);
                    case PAID, SHIPPED, COMPLETED -> done(payment, order);
                    case CREATED, CANCELLED, REFUNDING, REFUNDED ->
                        change(payment, PaymentState.REFUNDING, Optional.empty(), fence, stepsLeft);
                };
            }
            case REFUNDING ->
                refund(payment)
                        .chain(answer -> answer instanceof Answer.Refunded
                                ? change(payment, PaymentState.REFUNDED, Optional.empty(), fence, stepsLeft)
                                : wait(payment, order));
            case REFUNDED, DECLINED -> {
                if (isWithIt && order.state() == OrderState.REFUNDING) {
                    yield move(payment, Move.REFUNDED, BY, fence, stepsLeft);
                }
                yield isWithIt && order.state() == OrderState.PAYING
                        ? move(
                                payment,
                                Move.PAYMENT_REFUSED,
                                payment.reason().map(BY::reason).orElse(BY),
                                fence,
                                stepsLeft)
                        : done(payment, order);
            }
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

    private Uni<Settled> heard(Payment payment, Order order, Answer answer, OptionalLong fence, int stepsLeft) {
        return switch (answer) {
            case Answer.Captured _ ->
                noteCaptured(payment).chain(noted -> step(payment.id(), fence, stepsLeft - 1, false));
            case Answer.Declined(String reason) ->
                noteDeclined(payment, reason).chain(noted -> step(payment.id(), fence, stepsLeft - 1, false));
            // Somebody gave it back behind our back: there is no money under it.
            case Answer.Refunded _ ->
                change(payment, PaymentState.DECLINED, Optional.of(REFUNDED_BY_PROVIDER), fence, stepsLeft);
            case Answer.Unheard _ ->
                isGivenUp(payment, order)
                        ? change(
                                payment,
                                PaymentState.DECLINED,
                                Optional.of("the provider never heard of it"),
                                fence,
                                stepsLeft)
                        : wait(payment, order);
            case Answer.Silent _ -> wait(payment, order);
        };
    }

    /**
     * Nobody wants to be paid with it any more, and the provider has had the time to hear of it. If
     * it captures all the same, it is refunded.
     */
    private boolean isGivenUp(Payment payment, Order order) {
        return order.state() != OrderState.PAYING && payment.looks() >= PaymentJobs.ATTEMPTS_UNTIL_SUPPORT;
    }

    /**
     * The provider holds the money, whatever our row says: a payment that we took for declined is
     * one to refund.
     */
    Uni<Boolean> noteCaptured(Payment payment) {
        return switch (payment.state()) {
            case ASKED ->
                change(payment, PaymentState.CAPTURED, Optional.empty())
                        .chain(changed -> changed ? Uni.createFrom().item(true) : noteCapturedMeanwhile(payment.id()));
            case DECLINED -> change(payment, PaymentState.REFUNDING, Optional.empty());
            case CAPTURED, REFUNDING, REFUNDED -> Uni.createFrom().item(false);
        };
    }

    /**
     * The provider returned the money, asked or not: a colleague did it in the provider's console,
     * or the buyer's bank took it back. The order follows; one that was shipped gets events that
     * say so.
     */
    Uni<Boolean> noteRefunded(Payment payment) {
        return switch (payment.state()) {
            case REFUNDING -> change(payment, PaymentState.REFUNDED, Optional.empty());
            case CAPTURED ->
                change(payment, PaymentState.REFUNDING, Optional.of(REFUNDED_BY_PROVIDER))
                        .chain(changed -> store.find(payment.id()))
                        .map(Optional::orElseThrow)
                        .chain(this::noteRefunded);
            case ASKED ->
                change(payment, PaymentState.DECLINED, Optional.of(REFUNDED_BY_PROVIDER))
                        .chain(changed -> changed
                                ? Uni.createFrom().item(true)
                                // The capture's answer was faster.
                                : store.find(payment.id())
                                        .map(Optional::orElseThrow)
                                        .chain(this::noteRefunded));
            case DECLINED, REFUNDED -> Uni.createFrom().item(false);
        };
    }

    /** Somebody changed it since it was read; it never goes back to ASKED. */
    private Uni<Boolean> noteCapturedMeanwhile(String id) {
        return store.find(id).map(Optional::orElseThrow).chain(this::noteCaptured);
    }

    private Uni<Settled> change(
            Payment payment, PaymentState to, Optional<String> reason, OptionalLong fence, int stepsLeft) {
        // Whether this request or another one changed it: what follows is read from the rows.
        return change(payment, to, reason).chain(changed -> step(payment.id(), fence, stepsLeft - 1, false));
    }

    /** Changes the payment, and its order with it; tells whether it was as it was read. */
    Uni<Boolean> change(Payment payment, PaymentState to, Optional<String> reason) {
        Instant now = clock.instant();
        return store.change(payment, to, reason, false, now.plus(settings.resumeDelay()), now);
    }

    /**
     * The provider does not take the buyer's money with this method; so it counts for the limit.
     */
    Uni<Boolean> noteDeclined(Payment payment, String reason) {
        Instant now = clock.instant();
        return store.change(
                payment, PaymentState.DECLINED, Optional.of(reason), true, now.plus(settings.resumeDelay()), now);
    }

    private Uni<Settled> move(Payment payment, Move move, Transition because, OptionalLong fence, int stepsLeft) {
        return moveOrder
                .move(payment.number(), move, because.payment(payment.id()).under(fence))
                .chain(moved ->
                        // A lock that has passed on: its holder goes on from here.
                        moved instanceof Moved.NotOpen(Order current) && move.isOpenFrom(current.state())
                                ? stop(payment, current)
                                : step(payment.id(), fence, stepsLeft - 1, false));
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

    /** Until then whoever is at it is left alone. */
    Instant lookAfter() {
        return clock.instant().plus(settings.resumeDelay());
    }
}
