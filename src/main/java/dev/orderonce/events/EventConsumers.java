package dev.orderonce.events;

import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * The consumers of the event log that come and go while the service runs. Another package changes them with its own
 * rows: each constant is a CTE for its statement, and applies to the rows of the statement's CTE {@code consumer},
 * which has the column {@code name}.
 */
@ApplicationScoped
public class EventConsumers {
    /** Begins the consumers at the end of the log: they receive what is committed from now on. */
    public static final String BEGIN = """
            begun AS (
                INSERT INTO outbox (name, position, missing, missing_since)
                SELECT consumer.name, log_end.last, log_end.missing,
                       array_fill(now(), ARRAY[cardinality(log_end.missing)])
                FROM consumer, (%s) AS log_end
            )""".formatted(OutboxStore.now(Integer.toString(Progress.MOST_MISSING - 1)));

    /** Deletes the consumers. */
    public static final String END = """
            ended AS (DELETE FROM outbox USING consumer WHERE outbox.name = consumer.name)""";

    /** Pauses the consumers: they keep their place, and no event is kept for them. */
    public static final String PAUSE = """
            paused AS (
                UPDATE outbox SET paused = true, holder = NULL, held_until = '-infinity'
                FROM consumer WHERE outbox.name = consumer.name
            )""";

    /**
     * Resumes paused consumers at their place, or at the first event that is left after it. A replica that is
     * delivering loses its lease.
     */
    public static final String RESUME = """
            resumed AS (
                UPDATE outbox SET paused = false, holder = NULL, held_until = '-infinity'
                FROM consumer WHERE outbox.name = consumer.name
            )""";

    /**
     * Takes the lease from the replica that is delivering: it begins nothing more after its next renewal, records no
     * progress, and the batch is delivered again.
     */
    public static final String RELEASE = """
            released AS (
                UPDATE outbox SET holder = NULL, held_until = '-infinity'
                FROM consumer WHERE outbox.name = consumer.name
            )""";

    /**
     * Moves the consumers back to the column {@code position} of the CTE {@code consumer}: they receive every later
     * event again; a later position moves nothing. A replica that is delivering loses its lease in either case: what
     * its batch has delivered can be after the position that is recorded, and must not be recorded now.
     */
    public static final String REWIND = """
            rewound AS (
                UPDATE outbox SET position = LEAST(outbox.position, consumer.position), holder = NULL, held_until = '-infinity',
                    missing = ARRAY(
                        SELECT gap.id FROM unnest(outbox.missing, outbox.missing_since) AS gap (id, since)
                        WHERE gap.id <= consumer.position ORDER BY gap.id),
                    missing_since = ARRAY(
                        SELECT gap.since FROM unnest(outbox.missing, outbox.missing_since) AS gap (id, since)
                        WHERE gap.id <= consumer.position ORDER BY gap.id)
                FROM consumer WHERE outbox.name = consumer.name
            )""";

    /**
     * The query of a consumer on which a replica has the lease; no row if it does not. {@code FOR UPDATE} can follow.
     *
     * @param name an expression of the consumer's name
     * @param holder an expression of {@link Lease#holder}
     */
    public static String held(String name, String holder) {
        return "SELECT name FROM outbox WHERE name = %s AND holder = %s".formatted(name, holder);
    }

    private final OutboxStore store;

    EventConsumers(OutboxStore store) {
        this.store = store;
    }

    /** Returns how many ids of the log each consumer with this prefix has before it, by the consumer's name. */
    public Uni<Map<String, Long>> behind(String prefix) {
        return store.behind(prefix);
    }

    /**
     * Returns the position before an event; empty if the log does not have the event.
     *
     * @param number the order's number, canonical
     */
    public Uni<Optional<Long>> positionBefore(String number, int sequence) {
        return store.positionBefore(number, sequence);
    }

    /** Returns a position before every event that happened at this time or later. */
    public Uni<Long> positionBefore(Instant time) {
        return store.positionBefore(time);
    }
}
