package dev.orderonce.duplicates;

import dev.orderonce.duplicates.ListSuspicions.Case;
import dev.orderonce.duplicates.Suspicion.Decision;
import dev.orderonce.duplicates.Suspicion.Ended;
import dev.orderonce.http.FreeText;
import dev.orderonce.http.Outcome;
import dev.orderonce.http.Violation;
import dev.orderonce.identity.Subject;
import dev.orderonce.numbers.OrderNumber;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Confirms a suspected duplicate, for support: one of the two orders was not meant. It is cancelled, and its money
 * refunded, once; if it was shipped, it is refunded in full or in part.
 *
 * <p>The decision is stored first, by one conditional update. If this process crashes after that, a job resumes the
 * work: cancelling an order again reports that it is cancelled.
 */
@ApplicationScoped
public class ConfirmSuspicion {
    /** The reason of the cancellation if support gives none. */
    private static final String DEFAULT_REASON = "a duplicate";

    private final SuspicionStore store;
    private final SuspicionReader reader;
    private final ListSuspicions listSuspicions;
    private final CancelOrder cancelOrder;
    private final RefundOrder refundOrder;
    private final Clock clock;

    ConfirmSuspicion(
            SuspicionStore store,
            SuspicionReader reader,
            ListSuspicions listSuspicions,
            CancelOrder cancelOrder,
            RefundOrder refundOrder,
            Clock clock) {
        this.store = store;
        this.reader = reader;
        this.listSuspicions = listSuspicions;
        this.cancelOrder = cancelOrder;
        this.refundOrder = refundOrder;
        this.clock = clock;
    }

    /** Every outcome of confirming a suspicion, in the order of the checks. */
    public sealed interface Confirming extends Outcome {
        /** The order to cancel is missing or not one of the two, or the reason is not valid. */
        record Invalid(List<Violation> violations) implements Confirming {}

        /** There is no such suspicion. */
        record Absent() implements Confirming {}

        /** The orders are the support agent's own. */
        record Own() implements Confirming {}

        /** An earlier request decided otherwise, or the suspicion is over. */
        record Decided(Case decided) implements Confirming {}

        /** The suspicion is confirmed; the order is not cancelled yet, and a job resumes that. */
        record UnderWay(Case confirmed) implements Confirming {}

        /** The suspicion is confirmed, and the order can neither be cancelled nor refunded any more. */
        record TooLate(Case confirmed) implements Confirming {}

        /** The suspicion is confirmed, and the order is cancelled or refunded. */
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
     * Confirms a suspicion, or resumes an earlier confirmation that chose the same order.
     *
     * @param cancel the number of the order to cancel, one of the two
     * @param amount to refund if the order was shipped, in minor units; empty for all that is left
     * @param reason 1 to {@value CancelOrder#LONGEST_REASON} characters
     */
    public Uni<Confirming> confirm(
            Subject support, long id, @Nullable String cancel, Optional<Long> amount, Optional<String> reason) {
        List<Violation> violations = violations(cancel, amount, reason);
        Optional<OrderNumber> chosen = Optional.ofNullable(cancel).flatMap(OrderNumber::read);
        if (chosen.isEmpty() || !violations.isEmpty()) {
            return item(new Confirming.Invalid(violations));
        }
        return reader.find(id)
                .chain(found -> found.isEmpty()
                        ? item(new Confirming.Absent())
                        : confirm(support, found.get(), chosen.get(), amount, reason));
    }

    /** What is wrong with a confirmation, as far as that does not depend on the orders. */
    static List<Violation> violations(@Nullable String cancel, Optional<Long> amount, Optional<String> reason) {
        List<Violation> violations = new ArrayList<>();
        reason.ifPresent(text -> FreeText.read("reason", text, CancelOrder.LONGEST_REASON, violations));
        RefundOrder.checkAmount(amount, violations);
        if (Optional.ofNullable(cancel).flatMap(OrderNumber::read).isEmpty()) {
            violations.add(notOneOfTheTwo());
        }
        return List.copyOf(violations);
    }

    private static Violation notOneOfTheTwo() {
        return new Violation("/cancel", "must be the number of one of the two orders");
    }

    private Uni<Confirming> confirm(
            Subject support, Suspicion suspicion, OrderNumber chosen, Optional<Long> amount, Optional<String> reason) {
        if (!chosen.equals(suspicion.earlier()) && !chosen.equals(suspicion.later())) {
            return item(new Confirming.Invalid(List.of(notOneOfTheTwo())));
        }
        if (suspicion.buyer().is(support)) {
            return item(new Confirming.Own());
        }
        return listSuspicions.withOrders(suspicion).chain(standing -> {
            Order order = chosen(standing, chosen);
            long left = order.content().total().minor() - order.refunded();
            if (amount.filter(wanted -> wanted > left).isPresent()) {
                return item(new Confirming.Invalid(List.of(
                        new Violation("/amount", "must be at most " + left + ", what is left of the payment"))));
            }
            return other(standing, chosen).state().isAlive()
                    ? confirm(support, suspicion, chosen, amount, reason, clock.instant())
                    : bothOver(standing, chosen);
        });
    }

    private static Order chosen(Case standing, OrderNumber chosen) {
        return standing.earlier().number().equals(chosen) ? standing.earlier() : standing.later();
    }

    private static Order other(Case standing, OrderNumber chosen) {
        return standing.earlier().number().equals(chosen) ? standing.later() : standing.earlier();
    }

    /** The buyer keeps the order that is not chosen: it must be alive. */
    private Uni<Confirming> bothOver(Case standing, OrderNumber chosen) {
        return store.end(List.of(other(standing, chosen).number()), clock.instant())
                .chain(ended -> notOpen(standing.suspicion().id(), chosen));
    }

    private Uni<Confirming> confirm(
            Subject support,
            Suspicion suspicion,
            OrderNumber chosen,
            Optional<Long> amount,
            Optional<String> reason,
            Instant now) {
        return store.confirm(
                        suspicion.id(), support.id(), reason, chosen, amount, now, now.plus(DuplicateJobs.RESUME_DELAY))
                .chain(confirmed -> confirmed.isPresent() ? goOn(confirmed.get()) : notOpen(suspicion.id(), chosen));
    }

    /** The suspicion was decided, or is over. */
    private Uni<Confirming> notOpen(long id, OrderNumber chosen) {
        return reader.find(id)
                .map(Optional::orElseThrow)
                .chain(standing -> standing.decision().flatMap(Decision::chosen).equals(Optional.of(chosen))
                        ? goOn(standing)
                        : listSuspicions.withOrders(standing).map(Confirming.Decided::new));
    }

    /**
     * Cancels the chosen order of a confirmed suspicion, unless that has ended.
     *
     * @return fails with {@link StoreUnavailable} if PostgreSQL does not answer
     */
    Uni<Confirming> goOn(Suspicion confirmed) {
        Decision decision = confirmed.decision().orElseThrow();
        if (decision.ended().isPresent()) {
            return report(confirmed);
        }
        OrderNumber chosen = decision.chosen().orElseThrow();
        return cancelOrder
                .bySupport(
                        new Subject(decision.by()),
                        chosen.symbols(),
                        decision.reason().orElse(DEFAULT_REASON),
                        Optional.of(confirmed.besides(chosen)))
                .chain(cancelling -> ended(cancelling, confirmed, decision))
                // The suspicion is confirmed all the same: the job cancels the order.
                .onFailure(StoreUnavailable.class)
                .recoverWithItem(unavailable -> Optional.empty())
                .chain(ended -> ended.map(how -> end(confirmed, how))
                        .orElseGet(() -> Uni.createFrom().item(confirmed)))
                .chain(this::report);
    }

    private Uni<Suspicion> end(Suspicion confirmed, Ended ended) {
        String by = confirmed.decision().orElseThrow().by();
        return store.end(confirmed.id(), ended, by, clock.instant())
                .chain(stored -> stored.isPresent() ? Uni.createFrom().item(stored) : reader.find(confirmed.id()))
                .map(Optional::orElseThrow);
    }

    /** The result of the cancellation; empty while it is unknown. */
    private Uni<Optional<Ended>> ended(Cancelling cancelling, Suspicion confirmed, Decision decision) {
        return switch (cancelling) {
            // The payment's own job completes the refund.
            case Cancelling.Cancelled _, Cancelling.AlreadyCancelled _, Cancelling.Refunding _ ->
                Uni.createFrom().item(Optional.of(Ended.CANCELLED));
            case Cancelling.NotOpen(Order order) -> refund(order, confirmed, decision);
            case Cancelling.Busy _ -> Uni.createFrom().item(Optional.empty());
            case Cancelling.Absent _ -> throw new IllegalStateException("a suspected order does not exist");
            case Cancelling.Changed _ -> throw new IllegalStateException("no version of the order is expected");
            case Cancelling.Invalid(var violations) ->
                throw new IllegalStateException("a checked reason is refused: " + violations);
        };
    }

    /** The order was shipped. */
    private Uni<Optional<Ended>> refund(Order order, Suspicion confirmed, Decision decision) {
        RefundRequest request = new RefundRequest(
                new Subject(decision.by()),
                "suspected-duplicate " + confirmed.id(),
                decision.amount(),
                decision.reason().orElse(DEFAULT_REASON),
                Optional.of(confirmed.besides(order.number())));
        return refundOrder.refund(order, request).map(refunding -> switch (refunding) {
            case Refunding.AlreadyDecided _, Refunding.UnderWay _, Refunding.Refunded _ -> Optional.of(Ended.REFUNDED);
            case Refunding.NotOpen _, Refunding.TooMuch _ -> Optional.of(Ended.NOT_OPEN);
            case Refunding.Busy _ -> Optional.empty();
            case Refunding.NoKey _,
                    Refunding.KeyUnusable _,
                    Refunding.Invalid _,
                    Refunding.Absent _,
                    Refunding.Own _,
                    Refunding.Changed _,
                    Refunding.Differs _ ->
                throw new IllegalStateException("a confirmed suspicion is not refunded: " + refunding);
        });
    }

    private Uni<Confirming> report(Suspicion confirmed) {
        return listSuspicions.withOrders(confirmed).map(ConfirmSuspicion::judge);
    }

    private static Confirming judge(Case confirmed) {
        Optional<Ended> ended = confirmed.suspicion().decision().flatMap(Decision::ended);
        if (ended.isEmpty()) {
            return new Confirming.UnderWay(confirmed);
        }
        return switch (ended.get()) {
            case CANCELLED, REFUNDED -> new Confirming.Confirmed(confirmed);
            case NOT_OPEN -> new Confirming.TooLate(confirmed);
        };
    }

    private static Uni<Confirming> item(Confirming confirming) {
        return Uni.createFrom().item(confirming);
    }
}
