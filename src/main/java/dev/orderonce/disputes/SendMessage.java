package dev.orderonce.disputes;

import dev.orderonce.disputes.DisputeState.Move;
import dev.orderonce.http.FreeText;
import dev.orderonce.http.Outcome;
import dev.orderonce.http.Violation;
import dev.orderonce.idempotency.IdempotencyKey;
import dev.orderonce.identity.Buyer;
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

/** Adds what a party has to say to a dispute, once under its key, and passes the turn. */
@ApplicationScoped
public class SendMessage {
    /** About a page: longer than anybody reads on a phone. */
    public static final int LONGEST_TEXT = 2000;

    /**
     * Of the buyer, and of the merchant: more than two who mean to agree ever need. Support
     * decides, and can always say why.
     */
    private static final int MOST = 50;

    private final FindDispute findDispute;
    private final DisputeStore store;
    private final DisputeSettings settings;
    private final Clock clock;

    SendMessage(FindDispute findDispute, DisputeStore store, DisputeSettings settings, Clock clock) {
        this.findDispute = findDispute;
        this.store = store;
        this.settings = settings;
        this.clock = clock;
    }

    /** Every way sending can end, in the order the checks run. */
    public sealed interface Sending extends Outcome {
        /** Nothing to hold the message together with its repeats. */
        record NoKey() implements Sending {}

        /** The key is no key. */
        record KeyUnusable(String why) implements Sending {}

        /** The request is not sound, or there is no room for another message. */
        record Invalid(List<Violation> violations) implements Sending {}

        /** No such dispute, or none that the author may see. */
        record Absent() implements Sending {}

        /** Another text of this author stands under the key. */
        record Differs(Dispute dispute) implements Sending {}

        /** The text stands under the key: this was a repeat. */
        record AlreadySent(DisputeDetails dossier) implements Sending {}

        /** Nothing can be said from where the dispute stands. */
        record NotOpen(Dispute dispute) implements Sending {}

        /** It is added, by this request. */
        record Sent(DisputeDetails dossier) implements Sending {}

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
     * Adds it.
     *
     * @param as the party that the author speaks for
     * @param keys the value of each {@code Idempotency-Key} that was sent
     */
    public Uni<Sending> send(Buyer author, Party as, String written, List<String> keys, @Nullable String text) {
        return switch (IdempotencyKey.read(keys)) {
            case IdempotencyKey.Reading.None _ -> item(new Sending.NoKey());
            case IdempotencyKey.Reading.Unusable(String why) -> item(new Sending.KeyUnusable(why));
            case IdempotencyKey.Reading.Usable(IdempotencyKey key) -> {
                List<Violation> violations = new ArrayList<>();
                yield FreeText.read("text", text, LONGEST_TEXT, violations)
                        .map(words -> new NewMessage(as, author, key, words, now()))
                        .map(message -> find(written, message))
                        .orElseGet(() -> item(new Sending.Invalid(List.copyOf(violations))));
            }
        };
    }

    private Uni<Sending> find(String written, NewMessage message) {
        return findDispute
                .standing(message.author(), message.party(), written)
                .chain(found ->
                        found.map(dispute -> send(dispute, message)).orElseGet(() -> item(new Sending.Absent())));
    }

    private Uni<Sending> send(Dispute dispute, NewMessage message) {
        return earlier(dispute, message)
                .chain(earlier ->
                        earlier.isPresent() ? repeat(dispute, earlier.get(), message) : add(dispute, message));
    }

    private Uni<Optional<String>> earlier(Dispute dispute, NewMessage message) {
        return store.textUnder(dispute.id(), message.author(), message.key());
    }

    private Uni<Sending> repeat(Dispute dispute, String earlier, NewMessage message) {
        return earlier.equals(message.text())
                ? tell(dispute, Sending.AlreadySent::new)
                : item(new Sending.Differs(dispute));
    }

    private Uni<Sending> add(Dispute dispute, NewMessage message) {
        return store.send(
                        dispute.id(),
                        move(message.party()),
                        message,
                        message.at().plus(settings.answerTimeout()),
                        most(message.party()))
                .chain(sent ->
                        sent.map(now -> tell(now, Sending.Sent::new)).orElseGet(() -> lookAgain(dispute, message)));
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

    /** It was not added: a repeat was faster, or the dispute takes no message. */
    private Uni<Sending> lookAgain(Dispute dispute, NewMessage message) {
        return store.find(dispute.id())
                .map(found -> found.orElse(dispute))
                .chain(now -> earlier(now, message)
                        .chain(earlier ->
                                earlier.isPresent() ? repeat(now, earlier.get(), message) : item(refusal(now))));
    }

    private static Sending refusal(Dispute dispute) {
        return Move.ANSWERED.isOpenFrom(dispute.state())
                ? new Sending.Invalid(List.of(new Violation(
                        "text", "cannot be added: buyer and merchant have " + MOST + " messages each in a dispute")))
                : new Sending.NotOpen(dispute);
    }

    private Uni<Sending> tell(Dispute dispute, Function<DisputeDetails, Sending> how) {
        return store.dossier(dispute).map(how);
    }

    /** To the microsecond, which is what PostgreSQL keeps. */
    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }

    private static Uni<Sending> item(Sending sending) {
        return Uni.createFrom().item(sending);
    }
}
