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
    /** The lease of no replica. */
    private static final String FREE = "holder = NULL, held_until = '-infinity'";

    /** The partitions of the consumers, locked in the order in which every statement locks them. */
    private static final String LOCKED = """
            in_order AS MATERIALIZED (
                SELECT name, partition FROM outbox_partitions WHERE name IN (SELECT name FROM consumer)
                ORDER BY name, partition FOR UPDATE
            )""";

    /**
     * Takes the leases from the replicas that are delivering: they begin nothing more after their next renewal, record
     * no progress, and the batch is delivered again.
     */
    public static final String RELEASE = """
            %s, released AS (
                UPDATE outbox_partitions o SET %s FROM in_order WHERE o.name = in_order.name AND o.partition = in_order.partition
            )""".formatted(LOCKED, FREE);

    /**
     * Begins the consumers at the end of the log: they receive what is committed from now on. A trigger writes their
     * partitions.
     */
    public static final String BEGIN = """
            begun AS (INSERT INTO outbox (name, position) SELECT consumer.name, 0 FROM consumer)""";

    /** Deletes the consumers, and with them their partitions. */
    public static final String END = """
            %s, ended AS (
                DELETE FROM outbox USING consumer
                WHERE outbox.name = consumer.name AND (SELECT count(*) FROM in_order) >= 0
            )""".formatted(LOCKED);

    /** Pauses the consumers: they keep their place, and no event is kept for them. */
    public static final String PAUSE = """
            paused AS (UPDATE outbox SET paused = true FROM consumer WHERE outbox.name = consumer.name), %s
            """.formatted(RELEASE);

    /**
     * Resumes paused consumers at their place, or at the first event that is left after it. A replica that is
     * delivering loses its lease.
     */
    public static final String RESUME = """
            resumed AS (UPDATE outbox SET paused = false FROM consumer WHERE outbox.name = consumer.name), %s
            """.formatted(RELEASE);

    /**
     * Moves the consumers back to the column {@code positions} of the CTE {@code consumer}, which are those of a
     * {@link LogPosition}: they receive every later event again; a later position moves nothing. A replica that is
     * delivering loses its lease in either case: what its batch has delivered can be after the position that is
     * recorded, and must not be recorded now. What is after the position in the log before partitions comes first
     * again.
     */
    public static final String REWIND = """
            %s, back AS (
                SELECT consumer.name, reached.position, (reached.position >> 48)::integer AS partition
                FROM consumer, unnest(consumer.positions) AS reached (position)
            ), rewound AS (
                UPDATE outbox_partitions o SET position = LEAST(o.position, back.position), %s,
                    missing = ARRAY(
                        SELECT gap.id FROM unnest(o.missing, o.missing_since) AS gap (id, since)
                        WHERE gap.id <= back.position ORDER BY gap.id),
                    missing_since = ARRAY(
                        SELECT gap.since FROM unnest(o.missing, o.missing_since) AS gap (id, since)
                        WHERE gap.id <= back.position ORDER BY gap.id)
                FROM in_order JOIN back USING (name, partition) WHERE o.name = back.name AND o.partition = back.partition
            ), reopened AS (
                INSERT INTO outbox_partitions (name, partition, position)
                SELECT back.name, back.partition, back.position FROM back WHERE back.partition = 0
                  AND EXISTS (SELECT FROM order_events e WHERE e.id > back.position AND e.id < 1::bigint << 48)
                ON CONFLICT DO NOTHING
            )""".formatted(LOCKED, FREE);

    /**
     * The query of a consumer on whose partitions a replica has the lease; no row if it does not. The consumer is
     * {@linkplain EventConsumer#isWhole whole}. {@code FOR UPDATE} can follow: whatever takes the lease then waits.
     *
     * @param name an expression of the consumer's name
     * @param holder an expression of {@link Lease#holder}
     */
    public static String held(String name, String holder) {
        return "SELECT name FROM outbox_partitions WHERE name = %s AND holder = %s ORDER BY partition LIMIT 1"
                .formatted(name, holder);
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
     * Returns a position before an event and every later one; empty if the log does not have the event. In other
     * partitions than the event's, later ones are those that happened later.
     *
     * @param number the order's number, canonical
     */
    public Uni<Optional<LogPosition>> positionBefore(String number, int sequence) {
        return store.positionBefore(number, sequence);
    }

    /** Returns a position before every event that happened at this time or later. */
    public Uni<LogPosition> positionBefore(Instant time) {
        return store.positionBefore(time);
    }
}
