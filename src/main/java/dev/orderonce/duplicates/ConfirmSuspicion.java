package dev.orderonce.duplicates;

import dev.orderonce.duplicates.ListSuspicions.Case;
import dev.orderonce.duplicates.Suspicion.Decision;
import dev.orderonce.duplicates.Suspicion.Ended;
import dev.orderonce.http.FreeText;
import dev.orderonce.http.Outcome;
import dev.orderonce.http.Violation;
import dev.orderonce.identity.Buyer;
import dev.orderonce.numbers.OrderNumber;
import dev.orderonce.orders.Order;
import dev.orderonce.payments.CancelOrder;
import dev.orderonce.payments.CancelOrder.Cancelling;
import dev.orderonce.stores.StoreUnavailable;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Support has found that one of two orders was not meant: it is cancelled through the order's life,
 * and what was paid is given back, once.
 *
 * <p>The decision is written down first, by one conditional update; whoever reads it can go on from
 * there, because cancelling again is told that it was done.
 */
@ApplicationScoped
public class ConfirmSuspicion {
    private static final String NO_WORDS = "a duplicate";

    private final SuspicionStore store;
    private final ListSuspicions listSuspicions;
    private final CancelOrder cancelOrder;
    private final Clock clock;

    ConfirmSuspicion(SuspicionStore store, ListSuspicions listSuspicions, CancelOrder cancelOrder, Clock clock) {
        this.store = store;
        this.listSuspicions = listSuspicions;
        this.cancelOrder = cancelOrder;
        this.clock = clock;
    }

    /** Every way confirming can end, in the order the checks run. */
    public sealed interface Confirming extends Outcome {
        /** The order to cancel is missing or none of the two, or the reason is too long. */
        record Invalid(List<Violation> violations) implements Confirming {}

        /** There is no such pair. */
        record Absent() implements Confirming {}

        /** The orders are the asker's own. */
        record Own() implements Confirming {}

        /** It was decided otherwise, or is over. */
        record Decided(Case decided) implements Confirming {}

        /** It is confirmed, and the order is not cancelled yet: somebody sees to it. */
        record UnderWay(Case confirmed) implements Confirming {}

        /** It is confirmed, and the order can no longer be cancelled. */
        record TooLate(Case confirmed) implements Confirming {}

        /** It is confirmed, and the order is cancelled. */
        record Confirmed(Case confirmed) implements Confirming {}

        @Override
        default String label() {
            return switch (this) {
                case Invalid _ -> "invalid";
                case Absent _ -> "absent";
                case Own _ -> "own";
                case Decided _ -> "decided";
                case UnderWay _ -> "under-way";
                case TooLate _ -> "too-late";
                case Confirmed _ -> "confirmed";
            };
        }
    }

    /**
     * Confirms, or goes on with what was confirmed before in the same way.
     *
     * @param cancel the order to cancel, one of the two
     */
    public Uni<Confirming> confirm(Buyer support, long id, @Nullable String cancel, Optional<String> reason) {
        List<Violation> violations = new ArrayList<>();
        reason.ifPresent(text -> FreeText.read("reason", text, CancelOrder.LONGEST_REASON, violations));
        Optional<OrderNumber> chosen = Optional.ofNullable(cancel).flatMap(OrderNumber::read);
        if (chosen.isEmpty()) {
            violations.add(notOneOfTheTwo());
        }
        if (!violations.isEmpty()) {
            return Uni.createFrom().item(new Confirming.Invalid(List.copyOf(violations)));
        }
        return store.find(id)
                .chain(found -> found.isEmpty()
                        ? Uni.createFrom().item(new Confirming.Absent())
                        : confirm(support, found.get(), chosen.get(), reason));
    }

    private static Violation notOneOfTheTwo() {
        return new Violation("cancel", "must be the number of one of the two orders");
    }

    private Uni<Confirming> confirm(Buyer support, Suspicion suspicion, OrderNumber chosen, Optional<String> reason) {
        if (!chosen.equals(suspicion.earlier()) && !chosen.equals(suspicion.later())) {
            return Uni.createFrom().item(new Confirming.Invalid(List.of(notOneOfTheTwo())));
        }
        if (suspicion.buyer().equals(support)) {
            return Uni.createFrom().item(new Confirming.Own());
        }
        return listSuspicions
                .withOrders(suspicion)
                .chain(standing -> other(standing, chosen).state().isAlive()
                        ? confirm(support, suspicion, chosen, reason, clock.instant())
                        : bothOver(standing, chosen));
    }

    private static Order other(Case standing, OrderNumber chosen) {
        return standing.earlier().number().equals(chosen) ? standing.later() : standing.earlier();
    }

    /** The buyer is left with the one that is not chosen: it must be alive. */
    private Uni<Confirming> bothOver(Case standing, OrderNumber chosen) {
        return store.end(List.of(other(standing, chosen).number()))
                .chain(ended -> tellWhy(standing.suspicion().id(), chosen));
    }

    private Uni<Confirming> confirm(
            Buyer support, Suspicion suspicion, OrderNumber chosen, Optional<String> reason, Instant now) {
        return store.confirm(
                        suspicion.id(), support.subject(), reason, chosen, now, now.plus(DuplicateJobs.RESUME_DELAY))
                .chain(confirmed -> confirmed.isPresent() ? goOn(confirmed.get()) : tellWhy(suspicion.id(), chosen));
    }

    /** It was not open any more. */
    private Uni<Confirming> tellWhy(long id, OrderNumber chosen) {
        return store.find(id)
                .map(Optional::orElseThrow)
                .chain(standing -> standing.decision().flatMap(Decision::chosen).equals(Optional.of(chosen))
                        ? goOn(standing)
                        : listSuspicions.withOrders(standing).map(Confirming.Decided::new));
    }

    /**
     * Goes on with a suspicion that is confirmed, wherever it was left.
     *
     * @return fails with {@link StoreUnavailable} if PostgreSQL does not answer
     */
    Uni<Confirming> goOn(Suspicion confirmed) {
        Decision decision = confirmed.decision().orElseThrow();
        if (decision.ended().isPresent()) {
            return tell(confirmed.id());
        }
        OrderNumber chosen = decision.chosen().orElseThrow();
        return cancelOrder
                .bySupport(
                        new Buyer(decision.by()),
                        chosen.symbols(),
                        decision.reason().orElse(NO_WORDS),
                        Optional.of(confirmed.besides(chosen)))
                .map(ConfirmSuspicion::ended)
                // It is confirmed all the same: the job cancels the order.
                .onFailure(StoreUnavailable.class)
                .recoverWithItem(unavailable -> Optional.empty())
                .chain(ended -> ended.map(how -> store.end(confirmed.id(), how))
                        .orElseGet(() -> Uni.createFrom().voidItem()))
                .chain(kept -> tell(confirmed.id()));
    }

    /** Empty if that is not known yet. */
    private static Optional<Ended> ended(Cancelling cancelling) {
        return switch (cancelling) {
            case Cancelling.Cancelled _ -> Optional.of(Ended.CANCELLED);
            case Cancelling.AlreadyCancelled _ -> Optional.of(Ended.CANCELLED);
            // On its way back: from here on the order's life sees to it.
            case Cancelling.Refunding _ -> Optional.of(Ended.CANCELLED);
            case Cancelling.NotOpen _ -> Optional.of(Ended.NOT_OPEN);
            case Cancelling.Busy _ -> Optional.empty();
            case Cancelling.Absent _ -> throw new IllegalStateException("a suspected order does not exist");
            case Cancelling.Invalid(var violations) ->
                throw new IllegalStateException("a checked reason is refused: " + violations);
        };
    }

    private Uni<Confirming> tell(long id) {
        return store.find(id)
                .map(Optional::orElseThrow)
                .chain(listSuspicions::withOrders)
                .map(ConfirmSuspicion::judge);
    }

    private static Confirming judge(Case confirmed) {
        Optional<Ended> ended = confirmed.suspicion().decision().flatMap(Decision::ended);
        if (ended.isEmpty()) {
            return new Confirming.UnderWay(confirmed);
        }
        return switch (ended.get()) {
            case CANCELLED -> new Confirming.Confirmed(confirmed);
            case NOT_OPEN -> new Confirming.TooLate(confirmed);
        };
    }
}
