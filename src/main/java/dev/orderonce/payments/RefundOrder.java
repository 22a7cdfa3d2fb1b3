package dev.orderonce.payments;

import dev.orderonce.http.FreeText;
import dev.orderonce.http.Outcome;
import dev.orderonce.http.Violation;
import dev.orderonce.idempotency.IdempotencyKey;
import dev.orderonce.identity.Actor;
import dev.orderonce.identity.Subject;
import dev.orderonce.locks.OrderLock;
import dev.orderonce.locks.OrderLock.Locked;
import dev.orderonce.numbers.OrderNumber;
import dev.orderonce.orders.FindOrder;
import dev.orderonce.orders.FindOrder.Finding;
import dev.orderonce.orders.Order;
import dev.orderonce.orders.OrderDraft;
import dev.orderonce.orders.Precondition;
import dev.orderonce.orders.Transition;
import dev.orderonce.payments.RefundStore.Decision;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Refunds a paid order in full or in part, for support: once for each key, and never more than was captured, however
 * many refunds are requested at once.
 */
@ApplicationScoped
public class RefundOrder {
    public static final int LONGEST_REASON = CancelOrder.LONGEST_REASON;

    /** 120 bits: no two refunds of any shop at one provider have the same reference. */
    private static final int REFERENCE_BYTES = 15;

    private final FindOrder findOrder;
    private final PaymentReader payments;
    private final RefundReader reader;
    private final RefundStore store;
    private final SettlePayment settlePayment;
    private final OrderLock lock;
    private final Clock clock;
    private final SecureRandom random = new SecureRandom();

    RefundOrder(
            FindOrder findOrder,
            PaymentReader payments,
            RefundReader reader,
            RefundStore store,
            SettlePayment settlePayment,
            OrderLock lock,
            Clock clock) {
        this.findOrder = findOrder;
        this.payments = payments;
        this.reader = reader;
        this.store = store;
        this.settlePayment = settlePayment;
        this.lock = lock;
        this.clock = clock;
    }

    /** Every outcome of refunding, in the order of the checks. */
    public sealed interface Refunding extends Outcome {
        /** The idempotency key is missing: a repeat could not be recognized. */
        record NoKey() implements Refunding {}

        /** The idempotency key is malformed, or there are several. */
        record KeyUnusable(String why) implements Refunding {}

        /** The amount or the reason is not valid. */
        record Invalid(List<Violation> violations) implements Refunding {}

        /** There is no such order. */
        record Absent() implements Refunding {}

        /** The order is the support agent's own. */
        record Own() implements Refunding {}

        /** A refund of another amount exists under the key. */
        record Differs(Order order) implements Refunding {}

        /** The refund exists under the key: the request is a repeat. */
        record AlreadyDecided(Refund refund, Order order) implements Refunding {}

        /** The order is not in the version that the request expects. */
        record Changed(Order current) implements Refunding {}

        /** The order's state does not allow it: no money is held for the order. */
        record NotOpen(Order order) implements Refunding {}

        /**
         * The amount exceeds what is left of the payment.
         *
         * @param left in minor units
         */
        record TooMuch(Order order, long left) implements Refunding {}

        /** Another request changes the order's money. */
        record Busy(Order order) implements Refunding {}

        /** The refund is decided, and the provider has not confirmed it yet; a job resumes it. */
        record UnderWay(Refund refund, Order order) implements Refunding {}

        /** The money is refunded. */
        record Refunded(Refund refund, Order order) implements Refunding {}

        @Override
        default String label() {
            return switch (this) {
                case NoKey _ -> "no-key";
                case KeyUnusable _ -> "key-unusable";
                case Invalid _ -> "invalid";
                case Absent _ -> "absent";
                case Own _ -> "own";
                case Differs _ -> "differs";
                case AlreadyDecided _ -> "already-decided";
                case Changed _ -> "changed";
                case NotOpen _ -> "not-open";
                case TooMuch _ -> "too-much";
                case Busy _ -> "busy";
                case UnderWay _ -> "under-way";
                case Refunded _ -> "refunded";
            };
        }
    }

    /**
     * A decision to refund.
     *
     * @param key under which it is decided once for an order; those of other packages contain a space, which no
     *     client's key does
     * @param amount in minor units, at least 1; empty for all that is left
     */
    public record RefundRequest(
            Subject by,
            String key,
            Optional<Long> amount,
            String reason,
            Optional<OrderNumber> duplicateOf,
            Precondition precondition) {
        /** A decision about the order in any version. */
        public RefundRequest(
                Subject by, String key, Optional<Long> amount, String reason, Optional<OrderNumber> duplicateOf) {
            this(by, key, amount, reason, duplicateOf, Precondition.NONE);
        }

        Transition because() {
            Transition because =
                    Transition.of(new Actor.Person(by)).reason(reason).when(precondition);
            return duplicateOf.map(because::duplicateOf).orElse(because);
        }
    }

    /**
     * Refunds an order.
     *
     * @param written the order's number as the client wrote it
     * @param keys the value of each {@code Idempotency-Key} that was sent
     * @param amount in minor units of the order's currency
     * @param reason 1 to {@value #LONGEST_REASON} characters
     * @param precondition checked for a new refund; a repeat under the key returns the refund
     * @return fails with {@link dev.orderonce.stores.StoreUnavailable} if PostgreSQL does not answer; a job resumes a
     *     refund that was decided
     */
    public Uni<Refunding> bySupport(
            Subject support,
            String written,
            List<String> keys,
            @Nullable Long amount,
            @Nullable String reason,
            Precondition precondition) {
        return switch (IdempotencyKey.read(keys)) {
            case IdempotencyKey.Reading.None _ -> item(new Refunding.NoKey());
            case IdempotencyKey.Reading.Unusable(String why) -> item(new Refunding.KeyUnusable(why));
            case IdempotencyKey.Reading.Usable(IdempotencyKey key) -> {
                List<Violation> violations = violations(amount, reason);
                yield violations.isEmpty()
                        ? findOrder
                                .ofAnyBuyer(written)
                                .chain(found -> refund(
                                        found,
                                        new RefundRequest(
                                                support,
                                                key.text(),
                                                Optional.ofNullable(amount),
                                                Objects.requireNonNull(reason),
                                                Optional.empty(),
                                                precondition)))
                        : item(new Refunding.Invalid(violations));
            }
        };
    }

    /** What is wrong with an amount to refund and its reason, both of which are required. */
    static List<Violation> violations(@Nullable Long amount, @Nullable String reason) {
        List<Violation> violations = new ArrayList<>();
        if (amount == null) {
            violations.add(new Violation("/amount", "is missing"));
        }
        checkAmount(Optional.ofNullable(amount), violations);
        FreeText.read("reason", reason, LONGEST_REASON, violations);
        return List.copyOf(violations);
    }

    /** Checks an amount to refund; if there is one and it is not valid, adds a violation. */
    public static void checkAmount(Optional<Long> amount, List<Violation> violations) {
        if (amount.filter(minor -> minor < 1 || minor > OrderDraft.LARGEST_AMOUNT)
                .isPresent()) {
            violations.add(new Violation("/amount", "must be a whole number from 1 to " + OrderDraft.LARGEST_AMOUNT));
        }
    }

    private Uni<Refunding> refund(Finding found, RefundRequest request) {
        return switch (found) {
            case Finding.Absent _ -> item(new Refunding.Absent());
            case Finding.Found(Order order) -> refund(order, request);
        };
    }

    /**
     * Refunds an order.
     *
     * @return as {@link #bySupport}
     */
    public Uni<Refunding> refund(Order order, RefundRequest request) {
        if (order.buyer().is(request.by())) {
            return item(new Refunding.Own());
        }
        return reader.find(order.number(), request.key())
                .chain(earlier ->
                        earlier.isPresent() ? item(repeat(earlier.get(), order, request)) : decide(order, request));
    }

    private static Refunding repeat(Refund earlier, Order order, RefundRequest request) {
        return request.amount()
                        .filter(amount -> amount != earlier.amount().minor())
                        .isPresent()
                ? new Refunding.Differs(order)
                : new Refunding.AlreadyDecided(earlier, order);
    }

    private Uni<Refunding> decide(Order order, RefundRequest request) {
        if (!request.precondition().isMetBy(order)) {
            return item(new Refunding.Changed(order));
        }
        if (!order.state().isRefundable() || order.payment().isEmpty()) {
            return item(new Refunding.NotOpen(order));
        }
        return lock.hold(order.number().symbols(), fence -> begin(order, request, fence))
                .chain(locked -> switch (locked) {
                    case Locked.NotHad<Refunding> _ -> reread(order).map(Refunding.Busy::new);
                    case Locked.Had<Refunding>(Refunding refunding) -> item(refunding);
                });
    }

    private Uni<Refunding> begin(Order order, RefundRequest request, OptionalLong fence) {
        Decision decision = new Decision(
                newReference(),
                order.payment().orElseThrow(),
                order.buyer(),
                request.key(),
                request.amount(),
                request.because());
        return store.begin(decision, clock.instant(), settlePayment.resumeAt())
                .chain(begun -> begun.isPresent()
                        ? settlePayment
                                .settle(
                                        begun.get().payment(),
                                        order.after(begun.get().order()),
                                        fence)
                                .chain(settled -> refunded(settled.order(), request))
                        : notBegun(order, request));
    }

    private Uni<Refunding> refunded(Order order, RefundRequest request) {
        return reader.find(order.number(), request.key())
                .map(Optional::orElseThrow)
                .map(refund -> refund.isConfirmed()
                        ? new Refunding.Refunded(refund, order)
                        : new Refunding.UnderWay(refund, order));
    }

    /** A concurrent request was first, the amount exceeds what is left, or the order changed. */
    private Uni<Refunding> notBegun(Order order, RefundRequest request) {
        return reader.find(order.number(), request.key())
                .chain(earlier -> reread(order)
                        .chain(current -> earlier.isPresent()
                                ? item(repeat(earlier.get(), current, request))
                                : refused(current, request.precondition())));
    }

    private Uni<Refunding> refused(Order order, Precondition precondition) {
        if (!precondition.isMetBy(order)) {
            return item(new Refunding.Changed(order));
        }
        return payments.find(order.payment().orElseThrow())
                .map(Optional::orElseThrow)
                .map(payment -> payment.state() == PaymentState.CAPTURED && payment.left() > 0
                        ? new Refunding.TooMuch(order, payment.left())
                        : new Refunding.NotOpen(order));
    }

    private Uni<Order> reread(Order order) {
        return findOrder.byNumber(order.number()).map(now -> now.orElse(order));
    }

    private String newReference() {
        byte[] bytes = new byte[REFERENCE_BYTES];
        random.nextBytes(bytes);
        return "r-" + Base64.getUrlEncoder().encodeToString(bytes);
    }

    private static Uni<Refunding> item(Refunding refunding) {
        return Uni.createFrom().item(refunding);
    }
}
