package dev.orderonce.disputes;

import dev.orderonce.disputes.DisputeState.Move;
import dev.orderonce.http.FreeText;
import dev.orderonce.http.Outcome;
import dev.orderonce.http.Violation;
import dev.orderonce.idempotency.IdempotencyKey;
import dev.orderonce.identity.Subject;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Adds a party's message to a dispute, once for each idempotency key, and passes the turn. */
@ApplicationScoped
public class SendMessage {
    /** Characters: about a page, more than fits on a phone. */
    public static final int LONGEST_TEXT = 2000;

    /**
     * Messages of the buyer, and of the merchant, in one dispute: more than an agreement needs. Support has no limit,
     * because it decides and must be able to explain.
     */
    private static final int MOST = 50;

    private final FindDispute findDispute;
    private final DisputeStore store;
    private final DisputeReader disputes;
    private final DisputeSettings settings;
    private final Clock clock;

    SendMessage(
            FindDispute findDispute,
            DisputeStore store,
            DisputeReader disputes,
            DisputeSettings settings,
            Clock clock) {
        this.findDispute = findDispute;
        this.store = store;
        this.disputes = disputes;
        this.settings = settings;
        this.clock = clock;
    }

    /** Every outcome of sending a message, in the order of the checks. */
    public sealed interface Sending extends Outcome {
        /** There is no idempotency key. */
        record NoKey() implements Sending {}

        /** The idempotency key is not valid. */
        record KeyUnusable(String why) implements Sending {}

        /** The text is not valid, or the party has too many messages. */
        record Invalid(List<Violation> violations) implements Sending {}

        /** There is no such dispute, or the author may not see it. */
        record Absent() implements Sending {}

        /** This author sent another text under the key. */
        record Differs(Dispute dispute) implements Sending {}

        /** The message exists under the key: this request was a repeat. */
        record AlreadySent(DisputeDetails details) implements Sending {}

        /** The dispute's state allows no message. */
        record NotOpen(Dispute dispute) implements Sending {}

        /** This request added the message. */
        record Sent(DisputeDetails details) implements Sending {}

        @Override
        default String label() {
            return switch (this) {
                case NoKey _ -> "no-key";
                case KeyUnusable _ -> "key-unusable";
                case Invalid _ -> "invalid";
                case Absent _ -> "absent";
                case Differs _ -> "differs";
                case AlreadySent _ -> "already-sent";
                case NotOpen _ -> "not-open";
                case Sent _ -> "sent";
            };
        }
    }

    /**
     * Adds a message.
     *
     * @param as the party that the author speaks for
     * @param written the dispute's id, as the client wrote it
     * @param keys the value of each {@code Idempotency-Key} header
     */
    public Uni<Sending> send(Subject author, Party as, String written, List<String> keys, @Nullable String text) {
        return switch (IdempotencyKey.read(keys)) {
            case IdempotencyKey.Reading.None _ -> item(new Sending.NoKey());
            case IdempotencyKey.Reading.Unusable(String why) -> item(new Sending.KeyUnusable(why));
            case IdempotencyKey.Reading.Usable(IdempotencyKey key) -> {
                List<Violation> violations = new ArrayList<>();
                yield FreeText.read("text", text, LONGEST_TEXT, violations)
                        .map(words -> new NewMessage(as, author, key, words, clock.instant()))
                        .map(message -> find(written, message))
                        .orElseGet(() -> item(new Sending.Invalid(List.copyOf(violations))));
            }
        };
    }

    private Uni<Sending> find(String written, NewMessage message) {
        return findDispute
                .visible(message.author(), message.party(), written)
                .chain(found ->
                        found.map(dispute -> send(dispute, message)).orElseGet(() -> item(new Sending.Absent())));
    }

    private Uni<Sending> send(Dispute dispute, NewMessage message) {
        return earlier(dispute, message)
                .chain(earlier ->
                        earlier.isPresent() ? repeat(dispute, earlier.get(), message) : add(dispute, message));
    }

    private Uni<Optional<String>> earlier(Dispute dispute, NewMessage message) {
        return disputes.textUnder(dispute.id(), message.author(), message.key());
    }

    private Uni<Sending> repeat(Dispute dispute, String earlier, NewMessage message) {
        return earlier.equals(message.text())
                ? disputes.details(dispute).map(Sending.AlreadySent::new)
                : item(new Sending.Differs(dispute));
    }

    private Uni<Sending> add(Dispute dispute, NewMessage message) {
        return store.send(
                        dispute.id(),
                        move(message.party()),
                        message,
                        message.at().plus(settings.answerTimeout()),
                        most(message.party()))
                .chain(sent -> sent.<Uni<Sending>>map(
                                current -> disputes.details(current).map(Sending.Sent::new))
                        .orElseGet(() -> notAdded(dispute, message)));
    }

    private static int most(Party party) {
        return switch (party) {
            case BUYER, MERCHANT -> MOST;
            case SUPPORT, SERVICE -> Integer.MAX_VALUE;
        };
    }

    private static Move move(Party party) {
        return switch (party) {
            case BUYER -> Move.REPLIED;
            case MERCHANT, SUPPORT, SERVICE -> Move.ANSWERED;
        };
    }

    /** A concurrent repeat was faster, or the dispute takes no message. */
    private Uni<Sending> notAdded(Dispute dispute, NewMessage message) {
        return disputes.find(dispute.id())
                .map(found -> found.orElse(dispute))
                .chain(current -> earlier(current, message)
                        .chain(earlier -> earlier.isPresent()
                                ? repeat(current, earlier.get(), message)
                                : item(refusal(current))));
    }

    private static Sending refusal(Dispute dispute) {
        return Move.ANSWERED.isOpenFrom(dispute.state())
                ? new Sending.Invalid(List.of(new Violation(
                        "/text", "cannot be added: buyer and merchant have " + MOST + " messages each in a dispute")))
                : new Sending.NotOpen(dispute);
    }

    private static Uni<Sending> item(Sending sending) {
        return Uni.createFrom().item(sending);
    }
}
