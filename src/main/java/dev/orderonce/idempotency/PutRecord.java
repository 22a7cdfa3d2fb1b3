package dev.orderonce.idempotency;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.orderonce.http.Outcome;
import dev.orderonce.identity.Subject;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** Puts a body under a name once: the first request creates the record, every repeat returns it. */
@ApplicationScoped
public class PutRecord {
    /** In characters. A record says what was begun; documents belong elsewhere. */
    public static final int LONGEST_BODY = 8192;

    /** In seconds: a year. A record that is needed for longer does not expire. */
    public static final int LONGEST_TTL = 365 * 24 * 60 * 60;

    private final CreateOnce createOnce;
    private final RecordStore store;
    private final Clock clock;

    PutRecord(CreateOnce createOnce, RecordStore store, Clock clock) {
        this.createOnce = createOnce;
        this.store = store;
        this.clock = clock;
    }

    /** The results of putting, in the order of the checks. */
    public sealed interface Putting extends Outcome {
        /** The name or the time to live cannot be used. */
        record BadParameter(String why) implements Putting {}

        /** The body is longer than {@value PutRecord#LONGEST_BODY} characters. */
        record TooLarge() implements Putting {}

        /** The body is not a JSON object that can be returned as it was sent. */
        record Unreadable() implements Putting {}

        /** The name is claimed, or has the result of a claim. */
        record Claimed() implements Putting {}

        /** A record with another body exists under the name. */
        record Differs(OnceRecord existing) implements Putting {}

        /** The record exists already: the request is a repeat. */
        record AlreadyPut(OnceRecord existing) implements Putting {}

        /** A request with this name is still in progress. */
        record InFlight() implements Putting {}

        /** This request has created the record. */
        record Put(OnceRecord record) implements Putting {}

        @Override
        default String label() {
            return switch (this) {
                case BadParameter _ -> "bad-parameter";
                case TooLarge _ -> "too-large";
                case Unreadable _ -> "unreadable";
                case Claimed _ -> "claimed";
                case Differs _ -> "differs";
                case AlreadyPut _ -> "already-put";
                case InFlight _ -> "in-flight";
                case Put _ -> "put";
            };
        }
    }

    /**
     * Puts the body.
     *
     * @param body a JSON object
     * @param ttl whole seconds, 1 to {@value #LONGEST_TTL}; without it the record never expires
     */
    public Uni<Putting> put(Subject by, String scope, String key, String body, Optional<String> ttl) {
        Optional<RecordName> name = RecordName.read(scope, key);
        if (name.isEmpty()) {
            return item(new Putting.BadParameter(RecordName.RULES + "."));
        }
        Optional<Duration> timeToLive = ttl.flatMap(PutRecord::seconds);
        if (ttl.isPresent() && timeToLive.isEmpty()) {
            return item(new Putting.BadParameter("\"ttl\" is a number of seconds from 1 to " + LONGEST_TTL + "."));
        }
        if (body.length() > LONGEST_BODY) {
            return item(new Putting.TooLarge());
        }
        return RecordBody.read(body)
                .map(object -> put(by, name.get(), object, timeToLive))
                .orElseGet(() -> item(new Putting.Unreadable()));
    }

    private static Optional<Duration> seconds(String text) {
        if (!text.matches("[0-9]{1,9}")) {
            return Optional.empty();
        }
        int seconds = Integer.parseInt(text);
        return seconds >= 1 && seconds <= LONGEST_TTL ? Optional.of(Duration.ofSeconds(seconds)) : Optional.empty();
    }

    private Uni<Putting> put(Subject by, RecordName name, ObjectNode body, Optional<Duration> timeToLive) {
        return createOnce.create(new OneRecord(by, name, body, timeToLive)).map(created -> switch (created) {
            case Created.Existing<OnceEntry>(OnceRecord existing) ->
                existing.body().equals(body) ? new Putting.AlreadyPut(existing) : new Putting.Differs(existing);
            case Created.Existing<OnceEntry>(OnceClaim _) -> new Putting.Claimed();
            case Created.InFlight<OnceEntry> _ -> new Putting.InFlight();
            case Created.Made<OnceEntry>(OnceRecord made) -> new Putting.Put(made);
            case Created.Made<OnceEntry>(OnceClaim _), Created.Refused<OnceEntry> _ ->
                throw new IllegalStateException("a record is put, and no check refuses it");
        });
    }

    /** The record of one name. */
    private final class OneRecord implements Creation<OnceEntry> {
        private final Subject by;
        private final RecordName name;
        private final ObjectNode body;
        private final Optional<Duration> timeToLive;

        OneRecord(Subject by, RecordName name, ObjectNode body, Optional<Duration> timeToLive) {
            this.by = by;
            this.name = name;
            this.body = body;
            this.timeToLive = timeToLive;
        }

        @Override
        public String marker() {
            return name.marker();
        }

        @Override
        public Uni<Optional<OnceEntry>> find() {
            return store.find(name).map(found -> found.filter(entry -> !entry.isAbsent(clock.instant())));
        }

        @Override
        public Uni<Created<OnceEntry>> make() {
            Instant now = clock.instant();
            return store.put(new OnceRecord(name, body, by.id(), now, timeToLive.map(now::plus)));
        }
    }

    private static Uni<Putting> item(Putting putting) {
        return Uni.createFrom().item(putting);
    }
}
