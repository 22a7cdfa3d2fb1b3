package dev.orderonce.disputes;

import dev.orderonce.disputes.CarryOutResolution.Carrying;
import dev.orderonce.disputes.DisputeState.Move;
import dev.orderonce.http.FreeText;
import dev.orderonce.http.Outcome;
import dev.orderonce.http.Violation;
import dev.orderonce.identity.Subject;
import dev.orderonce.orders.FindOrder;
import dev.orderonce.orders.Order;
import dev.orderonce.payments.CancelOrder;
import dev.orderonce.payments.RefundOrder;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Decides a dispute, once, and cancels or refunds the order if the claim is granted. */
@ApplicationScoped
public class ResolveDispute {
    /** Characters: the reason becomes the reason of the order's cancellation. */
    public static final int LONGEST_REASON = CancelOrder.LONGEST_REASON;

    /** Attempts, each after the dispute changed since it was read; more than it has states. */
    private static final int MOST_TRIES = 8;

    private final FindOrder findOrder;
    private final CarryOutResolution carryOutResolution;
    private final DisputeStore store;
    private final DisputeReader disputes;
    private final Clock clock;

    ResolveDispute(
            FindOrder findOrder,
            CarryOutResolution carryOutResolution,
            DisputeStore store,
            DisputeReader disputes,
            Clock clock) {
        this.findOrder = findOrder;
        this.carryOutResolution = carryOutResolution;
        this.store = store;
        this.disputes = disputes;
        this.clock = clock;
    }

    /** Every outcome of deciding a dispute, in the order of the checks. */
    public sealed interface Resolving extends Outcome {
        /** The request is not valid. */
        record Invalid(List<Violation> violations) implements Resolving {}

        /** There is no such dispute. */
        record Absent() implements Resolving {}

        /** The dispute is the support agent's own. */
        record Own() implements Resolving {}

        /** The dispute was withdrawn. */
        record NotOpen(Dispute dispute) implements Resolving {}

        /** An earlier request decided otherwise. */
        record OtherDecided(Dispute dispute) implements Resolving {}

        /** An earlier request decided the same: this one was a repeat. */
        record AlreadyDecided(DisputeDetails details) implements Resolving {}

        /** The order's state does not allow this verdict. */
        record OrderNotOpen(Order order) implements Resolving {}

        /**
         * The amount exceeds what is left of the order's payment.
         *
         * @param left in minor units
         */
        record TooMuch(Order order, long left) implements Resolving {}

        /** The dispute is decided; the order could not be cancelled or refunded yet, and a job resumes that. */
        record UnderWay(DisputeDetails details) implements Resolving {}

        /** This request decided the dispute, and the decision is carried out. */
        record Resolved(DisputeDetails details) implements Resolving {}

        @Override
        default String label() {
            return switch (this) {
                case Invalid _ -> "invalid";
                case Absent _ -> "absent";
                case Own _ -> "own";
                case NotOpen _ -> "not-open";
                case OtherDecided _ -> "other-decided";
                case AlreadyDecided _ -> "already-decided";
                case OrderNotOpen _ -> "order-not-open";
                case TooMuch _ -> "too-much";
                case UnderWay _ -> "under-way";
                case Resolved _ -> "resolved";
            };
        }
    }

    /**
     * Decides a dispute.
     *
     * @param written the dispute's id, as the client wrote it
     * @param verdict the name of a {@link Verdict}
     * @param amount to refund, in minor units; empty for all that is left
     * @param reason for the buyer, 1 to {@value #LONGEST_REASON} characters
     */
    public Uni<Resolving> resolve(
            Subject support, String written, @Nullable String verdict, Optional<Long> amount, @Nullable String reason) {
        List<Violation> violations = violations(verdict, amount, reason);
        Optional<Verdict> wanted = Verdict.read(verdict);
        if (wanted.isEmpty() || reason == null || !violations.isEmpty()) {
            return item(new Resolving.Invalid(violations));
        }
        Resolution resolution = new Resolution(wanted.get(), reason, support, amount);
        return DisputeId.read(written)
                .map(id -> attempt(id, resolution, MOST_TRIES))
                .orElseGet(() -> item(new Resolving.Absent()));
    }

    /** What is wrong with a decision, as far as that does not depend on the dispute. */
    static List<Violation> violations(@Nullable String verdict, Optional<Long> amount, @Nullable String reason) {
        List<Violation> violations = new ArrayList<>();
        Optional<Verdict> wanted = Verdict.read(verdict);
        if (wanted.isEmpty()) {
            violations.add(new Violation("/resolution", "must be REFUND, CANCEL or REJECT"));
        }
        if (amount.isPresent()
                && wanted.filter(known -> known != Verdict.REFUND).isPresent()) {
            violations.add(new Violation("/amount", "must be absent without REFUND"));
        }
        RefundOrder.checkAmount(amount, violations);
        FreeText.read("reason", reason, LONGEST_REASON, violations);
        return List.copyOf(violations);
    }

    private Uni<Resolving> attempt(DisputeId id, Resolution resolution, int triesLeft) {
        return disputes.find(id)
                .chain(found -> found.map(dispute -> dispute.buyer().is(resolution.by())
                                ? item(new Resolving.Own())
                                : decide(dispute, resolution, triesLeft))
                        .orElseGet(() -> item(new Resolving.Absent())));
    }

    private Uni<Resolving> decide(Dispute dispute, Resolution resolution, int triesLeft) {
        return switch (dispute.state()) {
            case OPEN, ANSWERED ->
                triesLeft == 0 ? item(new Resolving.NotOpen(dispute)) : decideOpen(dispute, resolution, triesLeft);
            case RESOLVING, RESOLVED -> repeat(dispute, resolution);
            case WITHDRAWN -> item(new Resolving.NotOpen(dispute));
        };
    }

    private Uni<Resolving> repeat(Dispute decided, Resolution resolution) {
        return decided.resolution()
                        .filter(earlier -> earlier.verdict() == resolution.verdict()
                                && earlier.amount().equals(resolution.amount()))
                        .isPresent()
                ? disputes.details(decided).map(Resolving.AlreadyDecided::new)
                : item(new Resolving.OtherDecided(decided));
    }

    private Uni<Resolving> decideOpen(Dispute dispute, Resolution resolution, int triesLeft) {
        return switch (resolution.verdict()) {
            case REJECT -> reject(dispute, resolution, triesLeft);
            case REFUND, CANCEL ->
                findOrder
                        .byNumber(dispute.number())
                        .map(Optional::orElseThrow)
                        .chain(order -> refusal(order, resolution)
                                .map(ResolveDispute::item)
                                .orElseGet(() -> grant(dispute, resolution, triesLeft)));
        };
    }

    /** Why the order does not allow the decision. */
    private static Optional<Resolving> refusal(Order order, Resolution resolution) {
        if (!resolution.verdict().isOpenFrom(order.state())) {
            return Optional.of(new Resolving.OrderNotOpen(order));
        }
        long left = order.content().total().minor() - order.refunded();
        return order.state().isRefundable()
                        && resolution.amount().filter(amount -> amount > left).isPresent()
                ? Optional.of(new Resolving.TooMuch(order, left))
                : Optional.empty();
    }

    private Uni<Resolving> reject(Dispute dispute, Resolution resolution, int triesLeft) {
        return store.end(dispute, Move.REJECTED, Optional.of(resolution), clock.instant())
                .chain(rejected -> rejected.<Uni<Resolving>>map(
                                current -> disputes.details(current).map(Resolving.Resolved::new))
                        .orElseGet(() -> attempt(dispute.id(), resolution, triesLeft - 1)));
    }

    /**
     * The decision is stored before the order is cancelled or refunded: if this process crashes, a job resumes the
     * work.
     */
    private Uni<Resolving> grant(Dispute dispute, Resolution resolution, int triesLeft) {
        return store.grant(dispute.id(), resolution, clock.instant().plus(DisputeJobs.RESUME_DELAY))
                .chain(granted ->
                        granted.map(this::carryOut).orElseGet(() -> attempt(dispute.id(), resolution, triesLeft - 1)));
    }

    private Uni<Resolving> carryOut(Dispute granted) {
        return carryOutResolution.carryOut(granted).chain(carrying -> switch (carrying) {
            case Carrying.Impossible(Order order) -> item(new Resolving.OrderNotOpen(order));
            case Carrying.TooMuch(Order order, long left) -> item(new Resolving.TooMuch(order, left));
            case Carrying.NotYet(Dispute dispute) -> disputes.details(dispute).map(Resolving.UnderWay::new);
            case Carrying.Done(Dispute dispute) -> disputes.details(dispute).map(Resolving.Resolved::new);
        });
    }

    private static Uni<Resolving> item(Resolving resolving) {
        return Uni.createFrom().item(resolving);
    }
}
