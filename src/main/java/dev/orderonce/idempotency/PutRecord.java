package dev.orderonce.idempotency;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.orderonce.http.Outcome;
import dev.orderonce.identity.Buyer;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/** Puts a body under a name once: the first stands, and every repeat is told of it. */
@ApplicationScoped
public class PutRecord {
    /** In characters. It says what was begun; what it is about is kept elsewhere. */
    public static final int LONGEST_BODY = 8192;

    /** In seconds: a year. What must hold for longer holds for ever. */
    public static final int LONGEST_TTL = 365 * 24 * 60 * 60;

    private final CreateOnce once;
    private final RecordStore store;
    private final Clock clock;

    PutRecord(CreateOnce once, RecordStore store, Clock clock) {
        this.once = once;
        this.store = store;
        this.clock = clock;
    }

    /** Every way putting can end, in the order the checks run. */
    public sealed interface Putting extends Outcome {
        /** The name or the time to live cannot be used. */
        record BadParameter(String why) implements Putting {}

        /** The body is longer than {@value PutRecord#LONGEST_BODY} characters. */
        record TooLarge() implements Putting {}

        /** The body is not a JSON object that can be given back as it came. */
        record Unreadable() implements Putting {}

        /** Another body stands under the name. */
        record Differs(OnceRecord standing) implements Putting {}

        /** The body stands already: this was a repeat. */
        record AlreadyPut(OnceRecord standing) implements Putting {}

        /** An earlier request under the name is still at it. */
        record InFlight() implements Putting {}

        /** The body stands, by this request. */
        record Put(OnceRecord record) implements Putting {}

        @Override
        default String label() {
            return switch (this) {
                case BadParameter _ -> "bad-parameter";
                case TooLarge _ -> "too-large";
                case Unreadable _ -> "unreadable";
                case Differs _ -> "differs";
                case AlreadyPut _ -> "already-put";
                case InFlight _ -> "in-flight";
                case Put _ -> "put";
            };
        }
    }

    /**
     * Puts it.
     *
     * @param body a JSON object
     * @param ttl whole seconds, 1 to {@value #LONGEST_TTL}; the record stands for ever without it
     */
    public Uni<Putting> put(Buyer by, String scope, String key, String body, Optional<String> ttl) {
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

    private Uni<Putting> put(Buyer by, RecordName name, ObjectNode body, Optional<Duration> timeToLive) {
        return once.create(new OneRecord(by, name, body, timeToLive)).map(created -> switch (created) {
            case Created.Stands<OnceRecord>(OnceRecord standing) ->
                standing.body().equals(body) ? new Putting.AlreadyPut(standing) : new Putting.Differs(standing);
            case Created.InFlight<OnceRecord> _ -> new Putting.InFlight();
            case Created.Refused<OnceRecord> _ ->
                throw new IllegalStateException("nothing is asked before a record is put");
            case Created.Made<OnceRecord>(OnceRecord made) -> new Putting.Put(made);
        });
    }

    /** The record that this name stands for. */
    private final class OneRecord implements Creation<OnceRecord> {
        private final Buyer by;
        private final RecordName name;
        private final ObjectNode body;
        private final Optional<Duration> timeToLive;

        OneRecord(Buyer by, RecordName name, ObjectNode body, Optional<Duration> timeToLive) {
            this.by = by;
            this.name = name;
            this.body = body;
            this.timeToLive = timeToLive;
        }

        @Override
        public String mark() {
            return name.mark();
        }

        @Override
        public Uni<Optional<OnceRecord>> find() {
            return store.find(name).map(found -> found.filter(record -> !record.isOver(now())));
        }

        @Override
        public Uni<Created<OnceRecord>> make() {
            Instant now = now();
            return store.put(new OnceRecord(name, body, by.subject(), now, timeToLive.map(now::plus)));
        }
    }

    /** To the microsecond, which is what PostgreSQL keeps. */
    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }

    private static Uni<Putting> item(Putting putting) {
        return Uni.createFrom().item(putting);
    }
}
