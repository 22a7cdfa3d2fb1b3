package dev.orderonce.disputes;

import dev.orderonce.disputes.CarryOutResolution.Carrying;
import dev.orderonce.http.FreeText;
import dev.orderonce.http.Outcome;
import dev.orderonce.http.Violation;
import dev.orderonce.identity.Buyer;
import dev.orderonce.orders.FindOrder;
import dev.orderonce.orders.Order;
import dev.orderonce.payments.CancelOrder;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Decides a dispute, once, and sees to it that what is granted is done. */
@ApplicationScoped
public class ResolveDispute {
    /** It becomes the reason for which the order is cancelled. */
    public static final int LONGEST_REASON = CancelOrder.LONGEST_REASON;

    /** Each time the dispute has moved on since it was read; it has fewer states than this. */
    private static final int MOST_TRIES = 8;

    private final FindOrder findOrder;
    private final CarryOutResolution carryOutResolution;
    private final DisputeStore store;
    private final DisputeSettings settings;
    private final Clock clock;

    ResolveDispute(
            FindOrder findOrder,
            CarryOutResolution carryOutResolution,
            DisputeStore store,
            DisputeSettings settings,
            Clock clock) {
        this.findOrder = findOrder;
        this.carryOutResolution = carryOutResolution;
        this.store = store;
        this.settings = settings;
        this.clock = clock;
    }

    /** Every way deciding can end, in the order the checks run. */
    public sealed interface Resolving extends Outcome {
        /** The request is not sound. */
        record Invalid(List<Violation> violations) implements Resolving {}

        /** There is no such dispute. */
        record Absent() implements Resolving {}

        /** The dispute is the asker's own. */
        record Own() implements Resolving {}

        /** It was withdrawn. */
        record NotOpen(Dispute dispute) implements Resolving {}

        /** It was decided before, otherwise. */
        record OtherDecided(Dispute dispute) implements Resolving {}

        /** The same was decided before: this was a repeat. */
        record AlreadyDecided(DisputeDetails dossier) implements Resolving {}

        /** This cannot be decided from where the order stands. */
        record OrderNotOpen(Order order) implements Resolving {}

        /** It is decided, and the order could not be cancelled yet: that is gone on with. */
        record UnderWay(DisputeDetails dossier) implements Resolving {}

        /** It is decided and done, by this request. */
        record Resolved(DisputeDetails dossier) implements Resolving {}

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
                case UnderWay _ -> "under-way";
                case Resolved _ -> "resolved";
            };
        }
    }

    public Uni<Resolving> resolve(Buyer support, String written, @Nullable String verdict, @Nullable String reason) {
        List<Violation> violations = new ArrayList<>();
        Optional<Verdict> wanted = Verdict.read(verdict);
        if (wanted.isEmpty()) {
            violations.add(new Violation("resolution", "must be REFUND, CANCEL or REJECT"));
        }
        Optional<String> words = FreeText.read("reason", reason, LONGEST_REASON, violations);
        if (wanted.isEmpty() || words.isEmpty()) {
            return item(new Resolving.Invalid(List.copyOf(violations)));
        }
        Resolution resolution = new Resolution(wanted.get(), words.get(), support);
        return DisputeId.read(written)
                .map(id -> look(id, resolution, MOST_TRIES))
                .orElseGet(() -> item(new Resolving.Absent()));
    }

    private Uni<Resolving> look(DisputeId id, Resolution resolution, int triesLeft) {
        return store.find(id)
                .chain(found -> found.map(dispute -> dispute.buyer().equals(resolution.by())
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
                        .filter(earlier -> earlier.verdict() == resolution.verdict())
                        .isPresent()
                ? tell(decided, Resolving.AlreadyDecided::new)
                : item(new Resolving.OtherDecided(decided));
    }

    private Uni<Resolving> decideOpen(Dispute dispute, Resolution resolution, int triesLeft) {
        return switch (resolution.verdict()) {
            case REJECT -> reject(dispute, resolution, triesLeft);
            case REFUND, CANCEL ->
                findOrder
                        .standing(dispute.number())
                        .map(Optional::orElseThrow)
                        .chain(order -> resolution.verdict().isOpenFrom(order.state())
                                ? grant(dispute, resolution, triesLeft)
                                : item(new Resolving.OrderNotOpen(order)));
        };
    }

    private Uni<Resolving> reject(Dispute dispute, Resolution resolution, int triesLeft) {
        return store.reject(dispute.id(), resolution, now())
                .chain(rejected -> rejected.map(now -> tell(now, Resolving.Resolved::new))
                        .orElseGet(() -> look(dispute.id(), resolution, triesLeft - 1)));
    }

    /** It is to be looked at before the order is touched: whoever dies here is followed. */
    private Uni<Resolving> grant(Dispute dispute, Resolution resolution, int triesLeft) {
        return store.grant(dispute.id(), resolution, now().plus(settings.lookAfter()))
                .chain(granted ->
                        granted.map(this::carryOut).orElseGet(() -> look(dispute.id(), resolution, triesLeft - 1)));
    }

    private Uni<Resolving> carryOut(Dispute granted) {
        return carryOutResolution.carryOut(granted).chain(carrying -> switch (carrying) {
            case Carrying.Impossible(Order order) -> item(new Resolving.OrderNotOpen(order));
            case Carrying.NotYet(Dispute dispute) -> tell(dispute, Resolving.UnderWay::new);
            case Carrying.Done(Dispute dispute) -> tell(dispute, Resolving.Resolved::new);
        });
    }

    private Uni<Resolving> tell(Dispute dispute, Function<DisputeDetails, Resolving> how) {
        return store.dossier(dispute).map(how);
    }

    /** To the microsecond, which is what PostgreSQL keeps. */
    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }

    private static Uni<Resolving> item(Resolving resolving) {
        return Uni.createFrom().item(resolving);
    }
}
