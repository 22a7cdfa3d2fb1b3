package dev.orderonce.disputes;

import static dev.orderonce.stores.StoreUnavailable.Store.POSTGRESQL;

import dev.orderonce.http.FreeText;
import dev.orderonce.http.Outcome;
import dev.orderonce.http.Violation;
import dev.orderonce.identity.Buyer;
import dev.orderonce.orders.FindOrder;
import dev.orderonce.orders.FindOrder.Finding;
import dev.orderonce.orders.Order;
import dev.orderonce.stores.StoreUnavailable;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Opens a dispute of an order, one at a time however often it is asked, with its evidence. */
@ApplicationScoped
public class OpenDispute {
    /** Of one order within {@link #WINDOW}: to open and withdraw is not a conversation. */
    private static final int MOST = 5;

    private static final Duration WINDOW = Duration.ofDays(1);

    private final FindOrder findOrder;
    private final GatherEvidence gatherEvidence;
    private final DisputeStore store;
    private final DisputeSettings settings;
    private final Clock clock;
    private final SecureRandom random = new SecureRandom();

    OpenDispute(
            FindOrder findOrder,
            GatherEvidence gatherEvidence,
            DisputeStore store,
            DisputeSettings settings,
            Clock clock) {
        this.findOrder = findOrder;
        this.gatherEvidence = gatherEvidence;
        this.store = store;
        this.settings = settings;
        this.clock = clock;
    }

    /** Every way opening can end, in the order the checks run. */
    public sealed interface Opening extends Outcome {
        /** No such order of this buyer. */
        record Absent() implements Opening {}

        /** The request is not sound. */
        record Invalid(List<Violation> violations) implements Opening {}

        /** Something else was said of the order before, and that is not decided. */
        record OtherOpen(Dispute dispute) implements Opening {}

        /** The same was said of the order before, and is not decided: this was a repeat. */
        record AlreadyOpen(DisputeDetails dossier) implements Opening {}

        /**
         * Too many disputes of the order were opened.
         *
         * @param retryAfter when another one fits
         */
        record Limited(Duration retryAfter) implements Opening {}

        /** It is open, by this request. */
        record Opened(DisputeDetails dossier) implements Opening {}

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

    /** How reading a submission can end. */
    private sealed interface Reading {
        /** It is not sound, and this is everything that is wrong with it. */
        record Invalid(List<Violation> violations) implements Reading {}

        record Sound(Claim claim, Optional<Order> other, Optional<String> message) implements Reading {}
    }

    public Uni<Opening> open(Buyer buyer, String written, DisputeSubmission submission) {
        return findOrder.ofBuyer(buyer, written).chain(found -> switch (found) {
            case Finding.Absent _ -> item(new Opening.Absent());
            case Finding.Found(Order order) -> findOther(order, submission);
        });
    }

    /** Before anything is refused: everything that is wrong is told at once. */
    private Uni<Opening> findOther(Order order, DisputeSubmission submission) {
        String other = submission.duplicateOf();
        return (other == null
                        ? Uni.createFrom().<Finding>item(new Finding.Absent())
                        : findOrder.ofBuyer(order.buyer(), other))
                .chain(found -> switch (found) {
                    case Finding.Absent _ -> read(order, submission, Optional.empty());
                    case Finding.Found(Order otherOrder) -> read(order, submission, Optional.of(otherOrder));
                });
    }

    private Uni<Opening> read(Order order, DisputeSubmission submission, Optional<Order> other) {
        return switch (judge(order, submission, other)) {
            case Reading.Invalid(var violations) -> item(new Opening.Invalid(violations));
            case Reading.Sound sound ->
                store.undecided(order.number())
                        .chain(earlier ->
                                earlier.isPresent() ? repeat(earlier.get(), sound.claim()) : gather(order, sound));
        };
    }

    private static Reading judge(Order order, DisputeSubmission submission, Optional<Order> other) {
        List<Violation> violations = new ArrayList<>();
        Optional<DisputeKind> kind = DisputeKind.read(submission.kind());
        if (kind.isEmpty()) {
            violations.add(new Violation("kind", "must be DUPLICATE or NOT_MINE"));
        }
        kind.flatMap(known -> whatIsWrong(known, order, submission, other))
                .ifPresent(why -> violations.add(new Violation("duplicateOf", why)));
        Optional<String> message = Optional.ofNullable(submission.message())
                .flatMap(text -> FreeText.read("message", text, SendMessage.LONGEST_TEXT, violations));
        return violations.isEmpty() && kind.isPresent()
                ? new Reading.Sound(new Claim(kind.get(), other.map(Order::number)), other, message)
                : new Reading.Invalid(List.copyOf(violations));
    }

    /** With the other order that is named, as the rest of a sentence. */
    private static Optional<String> whatIsWrong(
            DisputeKind kind, Order order, DisputeSubmission submission, Optional<Order> other) {
        return switch (kind) {
            case NOT_MINE ->
                submission.duplicateOf() == null ? Optional.empty() : Optional.of("does not go with NOT_MINE");
            case DUPLICATE -> {
                if (submission.duplicateOf() == null) {
                    yield Optional.of("is missing");
                }
                if (other.isEmpty()) {
                    yield Optional.of("must be the number of another order of yours");
                }
                yield other.get().number().equals(order.number())
                        ? Optional.of("must be another order than the one that is disputed")
                        : Optional.empty();
            }
        };
    }

    private Uni<Opening> gather(Order order, Reading.Sound sound) {
        return gatherEvidence.gather(order, sound.other()).chain(evidence -> offer(order, sound, evidence));
    }

    private Uni<Opening> offer(Order order, Reading.Sound sound, Evidence evidence) {
        Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
        Dispute offered = new Dispute(
                DisputeId.fresh(random),
                order.number(),
                order.buyer(),
                sound.claim(),
                DisputeState.OPEN,
                now,
                now.plus(settings.answerTimeout()),
                sound.message().isPresent() ? 1 : 0,
                Optional.empty(),
                Optional.empty());
        Instant since = now.minus(WINDOW);
        return store.open(offered, evidence, sound.message(), since, MOST)
                .chain(isOpened -> isOpened
                        ? store.dossier(offered).map(Opening.Opened::new)
                        : notOpened(order, sound.claim(), since));
    }

    /** Somebody was faster, or a limit is reached. */
    private Uni<Opening> notOpened(Order order, Claim claim, Instant since) {
        return store.undecided(order.number())
                .chain(earlier -> earlier.isPresent()
                        ? repeat(earlier.get(), claim)
                        : store.openedAt(order.number(), since, MOST)
                                .chain(oldest ->
                                        oldest.isPresent() ? item(limited(oldest.get())) : repeatLatest(order, claim)));
    }

    private Opening limited(Instant oldest) {
        return new Opening.Limited(Duration.between(clock.instant(), oldest.plus(WINDOW)));
    }

    /** Somebody was faster, and what they opened was decided since. */
    private Uni<Opening> repeatLatest(Order order, Claim claim) {
        return store.latest(order.number())
                .map(found ->
                        found.orElseThrow(() -> new StoreUnavailable(POSTGRESQL, "a row vanished while it was read")))
                .chain(earlier -> repeat(earlier, claim));
    }

    private Uni<Opening> repeat(Dispute earlier, Claim claim) {
        return earlier.claim().equals(claim)
                ? store.dossier(earlier).map(Opening.AlreadyOpen::new)
                : item(new Opening.OtherOpen(earlier));
    }

    private static Uni<Opening> item(Opening opening) {
        return Uni.createFrom().item(opening);
    }
}
