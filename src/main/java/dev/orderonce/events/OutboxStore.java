package dev.orderonce.events;

import dev.orderonce.postgres.Postgres;
import dev.orderonce.postgres.Timestamptz;
import io.smallrye.mutiny.Uni;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** The log as its followers read it, and how far each has come. */
@ApplicationScoped
class OutboxStore {
    private static final String COLUMNS =
            "id, number, COALESCE(buyer, '') AS buyer, sequence, kind, at, COALESCE(detail::text, '{}') AS detail";

    /** By PostgreSQL's own clock: the replicas' may differ. */
    private static final String HOLD = """
            UPDATE outbox SET holder = $1, held_until = now() + $2 * interval '1 millisecond'
            WHERE name = $3 AND (holder = $1 OR held_until < now())
            RETURNING position, missing, missing_since
            """;

    /**
     * One snapshot for what follows the position and for what was missing: an order's later event is never seen without
     * its earlier one.
     */
    private static final String READ = """
            SELECT %1$s
            FROM ((SELECT * FROM order_events WHERE id > $1 ORDER BY id LIMIT $3)
                  UNION ALL SELECT * FROM order_events WHERE id = ANY($2)) AS e
            ORDER BY id
            """.formatted(COLUMNS);

    private static final String LAST = "SELECT max(id) AS last FROM order_events";

    /** Renews the lease too: a follower that is behind goes on without asking for it again. */
    private static final String ADVANCE = """
            UPDATE outbox SET position = $2, missing = $3, missing_since = $4,
                held_until = now() + $5 * interval '1 millisecond'
            WHERE name = $6 AND holder = $1 AND position <= $2
            """;

    private final Postgres postgres;
    private final OrderOwners owners;

    OutboxStore(Postgres postgres, OrderOwners owners) {
        this.postgres = postgres;
        this.owners = owners;
    }

    /** Takes, or keeps, the right to follow; empty if another replica has it. */
    Uni<Optional<Progress>> hold(String follower, String holder, Duration lease) {
        return postgres.query(HOLD, Tuple.of(holder, (double) lease.toMillis(), follower))
                .map(rows -> rows.size() == 0
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
                        READ, Tuple.of(from.position()).addArrayOfLong(missing).addLong((long) most))
                .map(OutboxStore::events)
                .chain(this::withBuyers);
    }

    private static final String SET_BUYERS = """
            UPDATE order_events SET buyer = found.buyer
            FROM unnest($1::text[], $2::text[]) AS found (number, buyer)
            WHERE order_events.number = found.number AND order_events.buyer IS NULL
            """;

    /**
     * During a rolling upgrade replicas of the version before V12 write events without a buyer: whose they are is read
     * from the orders, and written.
     */
    private Uni<List<PublishedEvent>> withBuyers(List<PublishedEvent> events) {
        Set<String> unowned = events.stream()
                .filter(event -> event.buyer().isEmpty())
                .map(PublishedEvent::number)
                .collect(Collectors.toSet());
        return unowned.isEmpty()
                ? Uni.createFrom().item(events)
                : owners.of(unowned).chain(found -> withBuyers(events, found));
    }

    private Uni<List<PublishedEvent>> withBuyers(List<PublishedEvent> events, Map<String, String> found) {
        if (found.isEmpty()) {
            return Uni.createFrom().item(events);
        }
        return postgres.query(
                        SET_BUYERS,
                        Tuple.tuple()
                                .addArrayOfString(found.keySet().toArray(String[]::new))
                                .addArrayOfString(found.values().toArray(String[]::new)))
                .map(written -> events.stream()
                        .map(event ->
                                event.buyer().isEmpty() ? event.ofBuyer(found.getOrDefault(event.number(), "")) : event)
                        .toList());
    }

    private static List<PublishedEvent> events(RowSet<Row> rows) {
        List<PublishedEvent> events = new ArrayList<>(rows.size());
        rows.forEach(row -> events.add(event(row)));
        return events;
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
            "SELECT " + COLUMNS + " FROM order_events WHERE buyer = $1 AND %s ORDER BY id";

    private static final String OF_BUYER_BETWEEN = OF_BUYER.formatted("id > $2 AND id <= $3") + " LIMIT $4";

    private static final String OF_BUYER_AMONG = OF_BUYER.formatted("id = ANY($2)");

    /** The first {@code most} events of a buyer's orders after one id and up to another. */
    Uni<List<PublishedEvent>> ofBuyer(String buyer, long after, long upTo, int most) {
        return postgres.query(OF_BUYER_BETWEEN, Tuple.of(buyer, after, upTo, most))
                .map(OutboxStore::events);
    }

    /** Those of a buyer's orders among these ids. */
    Uni<List<PublishedEvent>> ofBuyer(String buyer, List<Long> ids) {
        return postgres.query(OF_BUYER_AMONG, Tuple.of(buyer).addArrayOfLong(ids.toArray(Long[]::new)))
                .map(OutboxStore::events);
    }

    private static final String OF_ORDER =
            "SELECT " + COLUMNS + " FROM order_events WHERE number = $1 AND sequence > $2 ORDER BY sequence LIMIT $3";

    /** The first {@code most} events of an order after a sequence, in its order. */
    Uni<List<PublishedEvent>> ofOrder(String number, int after, int most) {
        return postgres.query(OF_ORDER, Tuple.of(number, after, (long) most)).map(OutboxStore::events);
    }

    private static final String LATEST_OF_ORDERS = """
            SELECT latest.* FROM unnest($1::text[]) AS wanted (number), LATERAL (
                SELECT %s FROM order_events WHERE number = wanted.number ORDER BY sequence DESC LIMIT $2) latest
            ORDER BY latest.number, latest.sequence
            """.formatted(COLUMNS);

    /** The last {@code most} events of each of these orders, by number and sequence. */
    Uni<List<PublishedEvent>> latestOfOrders(List<String> numbers, int most) {
        return postgres.query(
                        LATEST_OF_ORDERS,
                        Tuple.tuple()
                                .addArrayOfString(numbers.toArray(String[]::new))
                                .addLong((long) most))
                .map(OutboxStore::events);
    }

    private static final String NOW = """
            SELECT ends.last, ARRAY(
                SELECT id FROM generate_series(GREATEST(ends.first, ends.last - $1), ends.last) AS given(id)
                WHERE NOT EXISTS (SELECT FROM order_events e WHERE e.id = given.id) ORDER BY id) AS missing
            FROM (SELECT COALESCE(min(id), 1) AS first, COALESCE(max(id), 0) AS last FROM order_events) ends
            """;

    /**
     * Everything that can be seen now. Ids that were given out shortly before the last one and cannot be seen may still
     * be committed.
     */
    Uni<Progress> now(Instant since) {
        return postgres.query(NOW, Tuple.of((long) Progress.MOST_MISSING - 1)).map(rows -> {
            Row row = rows.iterator().next();
            return new Progress(
                    row.getLong("last"),
                    Arrays.stream(row.getArrayOfLongs("missing"))
                            .map(id -> new Progress.Missing(id, since))
                            .toList());
        });
    }

    /**
     * Ids are given out in nearly the order of time, so only the lowest are looked at: to look for the oldest by time
     * would read the whole log whenever nothing in it is old enough.
     */
    private static final String FORGET = """
            WITH lowest AS (
                SELECT id, at FROM order_events WHERE id <= (SELECT min(position) FROM outbox)
                ORDER BY id LIMIT $2 FOR UPDATE SKIP LOCKED)
            DELETE FROM order_events WHERE id IN (SELECT id FROM lowest WHERE at < $1)
            """;

    /** Removes some that every follower has had and that are older than a time; tells how many. */
    Uni<Integer> forget(Instant before, int most) {
        return postgres.query(FORGET, Tuple.of(Timestamptz.of(before), most)).map(RowSet::rowCount);
    }

    /** The last id that can be seen; 0 if there is none. */
    Uni<Long> last() {
        return postgres.query(LAST, Tuple.tuple())
                .map(rows -> Optional.ofNullable(rows.iterator().next().getLong("last"))
                        .orElse(0L));
    }

    /** Keeps in mind what was handed over, unless another replica has taken over. */
    Uni<Boolean> advance(String follower, String holder, Progress to, Duration lease) {
        Long[] ids = to.missing().stream().map(Progress.Missing::id).toArray(Long[]::new);
        OffsetDateTime[] since = to.missing().stream()
                .map(missing -> Timestamptz.of(missing.since()))
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
