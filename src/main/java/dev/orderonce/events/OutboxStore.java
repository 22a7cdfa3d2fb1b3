package dev.orderonce.events;

import dev.orderonce.stores.Postgres;

import io.smallrye.mutiny.Uni;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;

import jakarta.enterprise.context.ApplicationScoped;

import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The log as its followers read it, and how far each has come. */
@ApplicationScoped
class OutboxStore {
    /** By PostgreSQL's own clock: the replicas' may differ. */
    private static final String HOLD =
            """
            UPDATE outbox SET holder = $1, held_until = now() + $2 * interval '1 millisecond'
            WHERE name = $3 AND (holder = $1 OR held_until < now())
            RETURNING position, missing, missing_since
            """;

    /**
     * One snapshot for what follows the position and for what was missing: an order's later event
     * is never seen without its earlier one.
     */
    private static final String READ =
            """
            SELECT e.id, e.number, COALESCE(o.buyer, '') AS buyer, e.sequence, e.kind, e.at, COALESCE(e.detail::text, '{}') AS detail
            FROM ((SELECT * FROM order_events WHERE id > $1 ORDER BY id LIMIT $3)
                  UNION ALL SELECT * FROM order_events WHERE id = ANY($2)) e
            LEFT JOIN orders o ON o.number = e.number
            ORDER BY e.id
            """;

    private static final String LAST = "SELECT max(id) AS last FROM order_events";

    /** Renews the lease too: a follower that is behind goes on without asking for it again. */
    private static final String ADVANCE =
            """
            UPDATE outbox SET position = $2, missing = $3, missing_since = $4,
                held_until = now() + $5 * interval '1 millisecond'
            WHERE name = $6 AND holder = $1 AND position <= $2
            """;

    private final Postgres postgres;

    OutboxStore(Postgres postgres) {
        this.postgres = postgres;
    }

    /** Takes, or keeps, the right to follow; empty if another replica has it. */
    Uni<Optional<Progress>> hold(String follower, String holder, Duration lease) {
        return postgres.query(HOLD, Tuple.of(holder, (double) lease.toMillis(), follower))
                .map(
                        rows ->
                                rows.size() == 0
                                        ? Optional.empty()
                                        : Optional.of(progress(rows.iterator().next())));
    }

    private static Progress progress(Row row) {
        Long[] ids = row.getArrayOfLongs("missing");
        OffsetDateTime[] since = row.getArrayOfOffsetDateTimes("missing_since");
        List<Progress.Missing> missing = new ArrayList<>(ids.length);
        for (int i = 0; i < ids.length; i++) {
            missing.add(new Progress.Missing(ids[i], since[i].toInstant()));
        }
        return new Progress(row.getLong("position"), missing);
    }

    /** The next {@code most} that can be seen, and what was missing and is there now; in order. */
    Uni<List<PublishedEvent>> read(Progress from, int most) {
        Long[] missing = from.missing().stream().map(Progress.Missing::id).toArray(Long[]::new);
        return postgres.query(
                        READ,
                        Tuple.of(from.position()).addArrayOfLong(missing).addLong((long) most))
                .map(
                        rows -> {
                            List<PublishedEvent> events = new ArrayList<>(rows.size());
                            rows.forEach(row -> events.add(event(row)));
                            return events;
                        });
    }

    private static PublishedEvent event(Row row) {
        return new PublishedEvent(
                row.getLong("id"),
                row.getString("number"),
                row.getString("buyer"),
                row.getInteger("sequence"),
                row.getString("kind"),
                row.getOffsetDateTime("at").toInstant().toString(),
                row.getString("detail"));
    }

    private static final String OF_BUYER =
            """
            SELECT e.id, e.number, o.buyer, e.sequence, e.kind, e.at, COALESCE(e.detail::text, '{}') AS detail
            FROM orders o JOIN order_events e ON e.number = o.number
            WHERE o.buyer = $1 AND o.state <> 'VOIDED' AND e.id > $2
            ORDER BY e.id LIMIT $3
            """;

    /** Events of a buyer's own orders, those after an id, in order. */
    Uni<List<PublishedEvent>> ofBuyer(String buyer, long after, int most) {
        return postgres.query(OF_BUYER, Tuple.of(buyer, after, most))
                .map(
                        rows -> {
                            List<PublishedEvent> events = new ArrayList<>(rows.size());
                            rows.forEach(row -> events.add(event(row)));
                            return events;
                        });
    }

    /**
     * Ids are given out in nearly the order of time, so only the lowest are looked at: to look for
     * the oldest by time would read the whole log whenever nothing in it is old enough.
     */
    private static final String FORGET =
            """
            WITH lowest AS (
                SELECT id, at FROM order_events WHERE id <= (SELECT min(position) FROM outbox)
                ORDER BY id LIMIT $2 FOR UPDATE SKIP LOCKED)
            DELETE FROM order_events WHERE id IN (SELECT id FROM lowest WHERE at < $1)
            """;

    /** Removes some that every follower has had and that are older than a time; tells how many. */
    Uni<Integer> forget(Instant before, int most) {
        return postgres.query(
                        FORGET, Tuple.of(OffsetDateTime.ofInstant(before, ZoneOffset.UTC), most))
                .map(RowSet::rowCount);
    }

    /** The last id that can be seen; 0 if there is none. */
    Uni<Long> last() {
        return postgres.query(LAST, Tuple.tuple())
                .map(
                        rows ->
                                Optional.ofNullable(rows.iterator().next().getLong("last"))
                                        .orElse(0L));
    }

    /** Keeps in mind what was handed over, unless another replica has taken over. */
    Uni<Boolean> advance(String follower, String holder, Progress to, Duration lease) {
        Long[] ids = to.missing().stream().map(Progress.Missing::id).toArray(Long[]::new);
        OffsetDateTime[] since =
                to.missing().stream()
                        .map(missing -> OffsetDateTime.ofInstant(missing.since(), ZoneOffset.UTC))
                        .toArray(OffsetDateTime[]::new);
        return postgres.query(
                        ADVANCE,
                        Tuple.of(holder, to.position())
                                .addArrayOfLong(ids)
                                .addArrayOfOffsetDateTime(since)
                                .addDouble((double) lease.toMillis())
                                .addString(follower))
                .map(rows -> rows.rowCount() == 1);
    }
}
