package dev.orderonce.payments;

import dev.orderonce.admission.Limits;
import dev.orderonce.http.LimitPolicy;
import dev.orderonce.http.Outcome;
import dev.orderonce.http.Quota;
import dev.orderonce.http.Violation;
import dev.orderonce.idempotency.IdempotencyKey;
import dev.orderonce.identity.Actor;
import dev.orderonce.identity.Buyer;
import dev.orderonce.locks.OrderLock;
import dev.orderonce.locks.OrderLock.Locked;
import dev.orderonce.orders.FindOrder;
import dev.orderonce.orders.FindOrder.Finding;
import dev.orderonce.orders.MoveOrder;
import dev.orderonce.orders.MoveOrder.Moved;
import dev.orderonce.orders.Order;
import dev.orderonce.orders.OrderState;
import dev.orderonce.orders.OrderState.Move;
import dev.orderonce.orders.Transition;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Pays an order: one capture, however often the buyer requests it and with however many methods at once. */
@ApplicationScoped
public class PayOrder {
    /** Characters of a provider's token; no known provider issues longer ones. */
    public static final int LONGEST_METHOD = 255;

    /** 120 bits: no two payments of any shop at one provider have the same reference. */
    private static final int REFERENCE_BYTES = 15;

    private final FindOrder findOrder;
    private final MoveOrder moveOrder;
    private final PaymentStore store;
    private final PaymentReader reader;
    private final SettlePayment settlePayment;
    private final OrderLock lock;
    private final DeclineLimits limits;
    private final Clock clock;
    private final Counter limited;
    private final SecureRandom random = new SecureRandom();

    PayOrder(
            FindOrder findOrder,
            MoveOrder moveOrder,
            PaymentStore store,
            PaymentReader reader,
            SettlePayment settlePayment,
            OrderLock lock,
            DeclineLimits limits,
            Clock clock,
            MeterRegistry metrics) {
        this.findOrder = findOrder;
        this.moveOrder = moveOrder;
        this.store = store;
        this.reader = reader;
        this.settlePayment = settlePayment;
        this.lock = lock;
        this.limits = limits;
        this.clock = clock;
        this.limited = metrics.counter(Limits.METRIC, "limit", DeclineLimits.NAME);
    }

    /** Every outcome of paying, in the order the checks run. */
    public sealed interface Paying extends Outcome {
        /** The idempotency key is missing: a repeat could not be recognized. */
        record NoKey() implements Paying {}

        /** The idempotency key is malformed, or there are several. */
        record KeyUnusable(String why) implements Paying {}

        /** The request is invalid. */
        record Invalid(List<Violation> violations) implements Paying {}

        /** The buyer has no such order. */
        record Absent() implements Paying {}

        /** A payment with another method exists under the key. */
        record Differs(Order order) implements Paying {}

        /** The payment exists under the key: the request is a repeat. */
        record AlreadyAsked(Payment payment, Order order) implements Paying {}

        /** The order cannot be paid in its state. */
        record NotOpen(Order order) implements Paying {}

        /** Another request is paying or cancelling the order. */
        record Busy(Order order) implements Paying {}

        /**
         * Too many payments were declined; no request was sent to the provider.
         *
         * @param policy the limit that is reached
         * @param retryAfter how long until the limits allow another payment
         */
        record Limited(LimitPolicy policy, Duration retryAfter) implements Paying {}

        /**
         * The request was sent to the provider: the payment is captured, declined, or its result is not known yet.
         *
         * @param left how many more may be declined
         */
        record Asked(Payment payment, Order order, Quota left) implements Paying {}

        @Override
        default String label() {
            return switch (this) {
                case NoKey _ -> "no-key";
                case KeyUnusable _ -> "key-unusable";
                case Invalid _ -> "invalid";
                case Absent _ -> "absent";
                case Differs _ -> "differs";
                case AlreadyAsked _ -> "already-asked";
                case NotOpen _ -> "not-open";
                case Busy _ -> "busy";
                case Limited _ -> "limited";
                case Asked _ -> "asked";
            };
        }
    }

    /**
     * Pays the order.
     *
     * @param by the buyer, or the program that acts for them
     * @param written the order's number as the client wrote it
     * @param keys the value of each {@code Idempotency-Key} that was sent
     * @param method a token that the provider's page issued; never a card
     * @return fails with {@link dev.orderonce.stores.StoreUnavailable} if PostgreSQL does not answer
     */
    public Uni<Paying> pay(Buyer buyer, Actor by, String written, List<String> keys, @Nullable String method) {
        return switch (IdempotencyKey.read(keys)) {
            case IdempotencyKey.Reading.None _ -> item(new Paying.NoKey());
            case IdempotencyKey.Reading.Unusable(String why) -> item(new Paying.KeyUnusable(why));
            case IdempotencyKey.Reading.Usable(IdempotencyKey key) ->
                method == null || !isMethod(method)
                        ? item(new Paying.Invalid(List.of(badMethod())))
                        : findOrder.ofBuyer(buyer, written).chain(found -> pay(buyer, by, found, key, method));
        };
    }

    private static boolean isMethod(String text) {
        return !text.isEmpty()
                && text.length() <= LONGEST_METHOD
                && text.chars().allMatch(c -> c > ' ' && c < 0x7F);
    }

    private static Violation badMethod() {
        return new Violation("/method", "must be a token of 1 to " + LONGEST_METHOD + " visible characters");
    }

    private Uni<Paying> pay(Buyer buyer, Actor by, Finding found, IdempotencyKey key, String method) {
        return switch (found) {
            case Finding.Absent _ -> item(new Paying.Absent());
            case Finding.Found(Order order) ->
                reader.find(order.number(), key)
                        .chain(earlier -> earlier.isPresent()
                                ? item(repeat(earlier.get(), order, method))
                                : payLocked(buyer, by, order, key, method));
        };
    }

    private static Paying repeat(Payment earlier, Order order, String method) {
        return earlier.method().equals(method) ? new Paying.AlreadyAsked(earlier, order) : new Paying.Differs(order);
    }

    private Uni<Paying> payLocked(Buyer buyer, Actor by, Order order, IdempotencyKey key, String method) {
        if (order.state() == OrderState.PAYING) {
            return item(new Paying.Busy(order));
        }
        if (order.state() != OrderState.CREATED) {
            return item(new Paying.NotOpen(order));
        }
        return lock.hold(order.number().symbols(), fence -> begin(buyer, by, order, key, method, fence))
                .chain(locked -> switch (locked) {
                    case Locked.NotHad<Paying> _ -> reread(order, Paying.Busy::new);
                    case Locked.Had<Paying>(Paying paying) -> item(paying);
                });
    }

    private Uni<Paying> begin(
            Buyer buyer, Actor by, Order order, IdempotencyKey key, String method, OptionalLong fence) {
        Payment payment = new Payment(
                newReference(),
                order.number(),
                key,
                method,
                order.content().total(),
                PaymentState.ASKED,
                Optional.empty(),
                clock.instant(),
                0,
                0,
                0);
        return store.begin(payment, buyer, limits, settlePayment.resumeAt())
                .chain(begun -> begun.map(counted -> startPaying(by, payment, counted, fence))
                        .orElseGet(() -> notBegun(buyer, order, key, method)));
    }

    /** A concurrent request was first, under the same key or another one; or a limit is reached. */
    private Uni<Paying> notBegun(Buyer buyer, Order order, IdempotencyKey key, String method) {
        return reader.find(order.number(), key)
                .chain(earlier -> earlier.isPresent()
                        ? reread(order, now -> repeat(earlier.get(), now, method))
                        : store.untilAllowed(order.number(), buyer, limits, clock.instant())
                                .chain(full -> refused(order, full)));
    }

    private Uni<Paying> refused(Order order, Optional<DeclineLimits.Full> full) {
        if (full.isEmpty()) {
            return reread(order, Paying.Busy::new);
        }
        limited.increment();
        return item(new Paying.Limited(full.get().policy(), full.get().retryAfter()));
    }

    private Uni<Paying> startPaying(Actor by, Payment payment, DeclineLimits.Counted counted, OptionalLong fence) {
        Transition because = Transition.of(by).payment(payment.id()).under(fence);
        return moveOrder.move(payment.number(), Move.PAYMENT_BEGUN, because).chain(moved -> switch (moved) {
            case Moved.Done(Order paying) ->
                settlePayment
                        .settleNew(payment, paying, fence)
                        .map(settled -> new Paying.Asked(
                                settled.payment(),
                                settled.order(),
                                limits.left(counted, settled.payment().state())));
            case Moved.NotOpen(Order current) ->
                settlePayment.settle(payment, current, fence).map(settled -> new Paying.NotOpen(current));
            case Moved.Absent _ -> item(new Paying.Absent());
        });
    }

    private Uni<Paying> reread(Order order, Function<Order, Paying> outcome) {
        return findOrder.byNumber(order.number()).map(now -> outcome.apply(now.orElse(order)));
    }

    private String newReference() {
        byte[] bytes = new byte[REFERENCE_BYTES];
        random.nextBytes(bytes);
        return "p-" + Base64.getUrlEncoder().encodeToString(bytes);
    }

    private static Uni<Paying> item(Paying paying) {
        return Uni.createFrom().item(paying);
    }
}
