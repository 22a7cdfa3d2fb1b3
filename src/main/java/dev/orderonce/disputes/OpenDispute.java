package dev.orderonce.disputes;

import static dev.orderonce.stores.StoreUnavailable.Store.POSTGRESQL;

import dev.orderonce.http.FreeText;
import dev.orderonce.http.LimitPolicy;
import dev.orderonce.http.Outcome;
import dev.orderonce.http.Quota;
import dev.orderonce.http.Violation;
import dev.orderonce.identity.Buyer;
import dev.orderonce.numbers.OrderNumber;
import dev.orderonce.orders.ListEvents;
import dev.orderonce.orders.Order;
import dev.orderonce.orders.OrderHistory;
import dev.orderonce.stores.StoreUnavailable;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Opens a dispute of an order, with its evidence; an order has one undecided dispute at a time.
 *
 * <p>A new dispute takes four statements in PostgreSQL: the orders, their events, the order's latest disputes, and the
 * insert.
 */
@ApplicationScoped
public class OpenDispute {
    /** Disputes of one order within {@link #WINDOW}: opening and withdrawing is not a conversation. */
    private static final int MOST = 5;

    private static final Duration WINDOW = Duration.ofDays(1);

    static final LimitPolicy LIMIT = LimitPolicy.of("disputes-opened", MOST, WINDOW);

    /** An order has about ten events; only one whose payment is declined again and again has more. */
    private static final int MOST_EVENTS = 200;

    private final ListEvents listEvents;
    private final GatherEvidence gatherEvidence;
    private final DisputeStore store;
    private final DisputeReader disputes;
    private final DisputeSettings settings;
    private final Clock clock;
    private final SecureRandom random = new SecureRandom();

    OpenDispute(
            ListEvents listEvents,
            GatherEvidence gatherEvidence,
            DisputeStore store,
            DisputeReader disputes,
            DisputeSettings settings,
            Clock clock) {
        this.listEvents = listEvents;
        this.gatherEvidence = gatherEvidence;
        this.store = store;
        this.disputes = disputes;
        this.settings = settings;
        this.clock = clock;
    }

    /** Every outcome of opening a dispute, in the order of the checks. */
    public sealed interface Opening extends Outcome {
        /** The buyer has no such order. */
        record Absent() implements Opening {}

        /** The request is not valid. */
        record Invalid(List<Violation> violations) implements Opening {}

        /** The order has an undecided dispute with another claim. */
        record OtherOpen(Dispute dispute) implements Opening {}

        /** The order has an undecided dispute with the same claim: this request was a repeat. */
        record AlreadyOpen(DisputeDetails details) implements Opening {}

        /**
         * Too many disputes of the order were opened.
         *
         * @param retryAfter when the next one may be opened
         */
        record Limited(Duration retryAfter) implements Opening {}

        /**
         * This request opened the dispute.
         *
         * @param left how many more of the order may be opened
         */
        record Opened(DisputeDetails details, Quota left) implements Opening {}

        @Override
        default String label() {
            return switch (this) {
                case Absent _ -> "absent";
                case Invalid _ -> "invalid";
                case OtherOpen _ -> "other-open";
                case AlreadyOpen _ -> "already-open";
                case Limited _ -> "limited";
                case Opened _ -> "opened";
            };
        }
    }

    /** A valid request. */
    private record Request(
            Claim claim, Optional<String> message, OrderHistory disputed, Optional<OrderHistory> other) {}

    /**
     * Opens a dispute.
     *
     * @param written the number of the order, as the client wrote it
     */
    public Uni<Opening> open(Buyer buyer, String written, DisputeSubmission submission) {
        Optional<OrderNumber> number = OrderNumber.read(written);
        if (number.isEmpty()) {
            return item(new Opening.Absent());
        }
        Optional<OrderNumber> other =
                Optional.ofNullable(submission.duplicateOf()).flatMap(OrderNumber::read);
        List<OrderNumber> numbers =
                Stream.concat(number.stream(), other.stream()).toList();
        return listEvents
                .histories(buyer, numbers, MOST_EVENTS)
                .chain(found -> history(found, number)
                        .map(disputed -> check(disputed, history(found, other), submission))
                        .orElseGet(() -> item(new Opening.Absent())));
    }

    private static Optional<OrderHistory> history(Map<OrderNumber, OrderHistory> found, Optional<OrderNumber> number) {
        return number.flatMap(wanted -> Optional.ofNullable(found.get(wanted)));
    }

    /** Reports all violations at once. */
    private Uni<Opening> check(OrderHistory disputed, Optional<OrderHistory> other, DisputeSubmission submission) {
        List<Violation> violations = new ArrayList<>(violations(submission));
        Optional<DisputeKind> kind = DisputeKind.read(submission.kind());
        kind.flatMap(known -> violation(known, submission, disputed, other))
                .ifPresent(words -> violations.add(new Violation("/duplicateOf", words)));
        if (kind.isEmpty() || !violations.isEmpty()) {
            return item(new Opening.Invalid(List.copyOf(violations)));
        }
        Claim claim = new Claim(kind.get(), other.map(history -> history.order().number()));
        return open(new Request(claim, Optional.ofNullable(submission.message()), disputed, other));
    }

    /** What is wrong with a dispute, as far as that does not depend on the orders. */
    static List<Violation> violations(DisputeSubmission submission) {
        List<Violation> violations = new ArrayList<>();
        if (DisputeKind.read(submission.kind()).isEmpty()) {
            violations.add(new Violation("/kind", "must be DUPLICATE or NOT_MINE"));
        }
        if (submission.message() != null) {
            FreeText.read("message", submission.message(), SendMessage.LONGEST_TEXT, violations);
        }
        return violations;
    }

    /** What is wrong with {@code duplicateOf}, as the rest of a sentence. */
    private static Optional<String> violation(
            DisputeKind kind, DisputeSubmission submission, OrderHistory disputed, Optional<OrderHistory> other) {
        return switch (kind) {
            case NOT_MINE ->
                submission.duplicateOf() == null ? Optional.empty() : Optional.of("must be absent with NOT_MINE");
            case DUPLICATE -> {
                if (submission.duplicateOf() == null) {
                    yield Optional.of("is missing");
                }
                if (other.isEmpty()) {
                    yield Optional.of("must be the number of another order of yours");
                }
                yield other.get().order().number().equals(disputed.order().number())
                        ? Optional.of("must not be the disputed order itself")
                        : Optional.empty();
            }
        };
    }

    private Uni<Opening> open(Request request) {
        return disputes.latest(request.disputed().order().number(), MOST)
                .chain(latest -> refusal(latest, request.claim())
                        .orElseGet(() -> gatherEvidence
                                .gather(request.disputed(), request.other())
                                .chain(evidence -> insert(request, evidence, latest))));
    }

    /**
     * Why the order's disputes allow no other one.
     *
     * @param latest the order's latest disputes, up to {@link #MOST}
     */
    private Optional<Uni<Opening>> refusal(List<Dispute> latest, Claim claim) {
        Optional<Dispute> undecided =
                latest.stream().filter(dispute -> dispute.state().isUndecided()).findFirst();
        return undecided
                .map(dispute -> repeat(dispute, claim))
                .or(() -> latest.stream()
                        .skip(MOST - 1L)
                        .findFirst()
                        .flatMap(this::limit)
                        .map(OpenDispute::item));
    }

    private Optional<Opening> limit(Dispute oldest) {
        Duration retryAfter =
                Duration.between(clock.instant(), oldest.openedAt().plus(WINDOW));
        return retryAfter.isPositive() ? Optional.of(new Opening.Limited(retryAfter)) : Optional.empty();
    }

    private Uni<Opening> repeat(Dispute earlier, Claim claim) {
        return earlier.claim().equals(claim)
                ? disputes.details(earlier).map(Opening.AlreadyOpen::new)
                : item(new Opening.OtherOpen(earlier));
    }

    /** What is left of the limit after one more. */
    private static Quota left(List<Dispute> latest, Instant now) {
        List<Instant> counted = latest.stream()
                .map(Dispute::openedAt)
                .filter(openedAt -> openedAt.isAfter(now.minus(WINDOW)))
                .toList();
        Instant oldest = counted.isEmpty() ? now : counted.getLast();
        return LIMIT.left(MOST - counted.size() - 1L, Duration.between(now, oldest.plus(WINDOW)));
    }

    private Uni<Opening> insert(Request request, StoredEvidence evidence, List<Dispute> latest) {
        Instant now = clock.instant();
        Order order = request.disputed().order();
        List<Message> messages =
                request
                        .message()
                        .map(text -> new Message(1, Party.BUYER, order.buyer().subject(), text, now))
                        .stream()
                        .toList();
        Dispute opened = new Dispute(
                DisputeId.fresh(random),
                order.number(),
                order.buyer(),
                request.claim(),
                DisputeState.OPEN,
                now,
                now.plus(settings.answerTimeout()),
                messages.size(),
                Optional.empty(),
                Optional.empty());
        DisputeDetails details = new DisputeDetails(opened, messages, evidence);
        return store.open(details, now.minus(WINDOW), MOST)
                .chain(isOpened -> isOpened
                        ? item(new Opening.Opened(details, left(latest, now)))
                        : refusedByStore(order, request.claim()));
    }

    /** A concurrent request opened a dispute after this one read the latest; it may be decided by now. */
    private Uni<Opening> refusedByStore(Order order, Claim claim) {
        return disputes.latest(order.number(), MOST)
                .chain(latest -> refusal(latest, claim).orElseGet(() -> repeat(first(latest), claim)));
    }

    private static Dispute first(List<Dispute> latest) {
        return latest.stream()
                .findFirst()
                .orElseThrow(() -> new StoreUnavailable(POSTGRESQL, "a row vanished while it was read"));
    }

    private static Uni<Opening> item(Opening opening) {
        return Uni.createFrom().item(opening);
    }
}
