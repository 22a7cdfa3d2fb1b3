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
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** The event log, and the progress and lease of each consumer. */
@ApplicationScoped
class OutboxStore {
    private static final String COLUMNS =
            "id, number, COALESCE(buyer, '') AS buyer, sequence, kind, at, COALESCE(detail::text, '{}') AS detail";

    /** By PostgreSQL's clock: the replicas' clocks may differ. */
    private static final String HOLD = """
            UPDATE outbox SET holder = $1, held_until = now() + $2 * interval '1 millisecond'
            WHERE name = $3 AND (holder = $1 OR held_until < now())
            RETURNING position, missing, missing_since
            """;

    /**
     * One snapshot for the events after the position and for the missing ones: an order's later event is never read
     * without its earlier one.
     */
    private static final String READ = """
            SELECT %1$s
            FROM ((SELECT * FROM order_events WHERE id > $1 ORDER BY id LIMIT $3)
                  UNION ALL SELECT * FROM order_events WHERE id = ANY($2)) AS e
            ORDER BY id
            """.formatted(COLUMNS);

    private static final String LAST = "SELECT max(id) AS last FROM order_events";

    /** Renews the lease too: while a consumer is behind, no separate statement is needed. */
    private static final String ADVANCE = """
            UPDATE outbox SET position = $2, missing = $3, missing_since = $4,
                held_until = now() + $5 * interval '1 millisecond'
            WHERE name = $6 AND holder = $1 AND position <= $2
            """;

    /** Does not acquire a lease: another replica may have acquired it, or the consumer was moved. */
    private static final String RENEW = """
            UPDATE outbox SET held_until = now() + $2 * interval '1 millisecond' WHERE name = $3 AND holder = $1
            """;

    private final Postgres postgres;
    private final OrderOwners owners;

    OutboxStore(Postgres postgres, OrderOwners owners) {
        this.postgres = postgres;
        this.owners = owners;
    }

    /**
     * Ids that may have been assigned before the first visible one and be committed after it: more than there are
     * connections.
     */
    private static final int MOST_IN_PROGRESS = 1_000;

    private static final String BEGIN = """
            INSERT INTO outbox (name, position)
            SELECT $1, GREATEST(COALESCE((SELECT min(id) FROM order_events), 0) - $2, 0)
            WHERE NOT EXISTS (SELECT FROM outbox WHERE name = $1)
            ON CONFLICT DO NOTHING
            """;

    /** Begins a consumer that is new at the beginning of what the log still has; returns whether it is new. */
    Uni<Boolean> begin(String consumer) {
        return postgres.query(BEGIN, Tuple.of(consumer, MOST_IN_PROGRESS)).map(rows -> rows.rowCount() == 1);
    }

    /** Acquires or renews the lease on a consumer; empty if another replica holds it. */
    Uni<Optional<Progress>> hold(String consumer, String holder, Duration lease) {
        return postgres.query(HOLD, Tuple.of(holder, (double) lease.toMillis(), consumer))
                .map(rows -> rows.size() == 0
                        ? Optional.empty()
                        : Optional.of(progress(rows.iterator().next())));
    }

    /** Renews the lease on a consumer; false if this replica has lost it. */
    Uni<Boolean> renew(String consumer, String holder, Duration lease) {
        return postgres.query(RENEW, Tuple.of(holder, (double) lease.toMillis(), consumer))
                .map(rows -> rows.rowCount() == 1);
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

    /** Returns the next {@code most} visible events, and those that were missing and are visible now; in order. */
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

    private Uni<List<PublishedEvent>> withBuyers(List<PublishedEvent> events) {
        Set<String> withoutBuyer = events.stream()
                .filter(event -> event.buyer().isEmpty())
                .map(PublishedEvent::number)
                .collect(Collectors.toSet());
        return storeBuyers(withoutBuyer)
                .map(found -> found.isEmpty()
                        ? events
                        : events.stream()
                                .map(event -> event.buyer().isEmpty()
                                        ? event.ofBuyer(found.getOrDefault(event.number(), ""))
                                        : event)
                                .toList());
    }

    /**
     * During a rolling upgrade replicas of the version before V12 write events without a buyer: the buyers of these
     * orders are read and written to their events.
     *
     * @return the buyers by number
     */
    private Uni<Map<String, String>> storeBuyers(Set<String> withoutBuyer) {
        return withoutBuyer.isEmpty()
                ? Uni.createFrom().item(Map.of())
                : owners.of(withoutBuyer)
                        .call(found -> postgres.query(
                                SET_BUYERS,
                                Tuple.tuple()
                                        .addArrayOfString(found.keySet().toArray(String[]::new))
                                        .addArrayOfString(found.values().toArray(String[]::new))));
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
        return storeBuyersWhere("id > $1 AND id <= $2", Tuple.of(after, upTo))
                .chain(() -> postgres.query(OF_BUYER_BETWEEN, Tuple.of(buyer, after, upTo, most)))
                .map(OutboxStore::events);
    }

    /** The events with these ids, without those of other buyers' orders. */
    Uni<List<PublishedEvent>> ofBuyer(String buyer, List<Long> ids) {
        Long[] wanted = ids.toArray(Long[]::new);
        return storeBuyersWhere("id = ANY($1)", Tuple.tuple().addArrayOfLong(wanted))
                .chain(() -> postgres.query(OF_BUYER_AMONG, Tuple.of(buyer).addArrayOfLong(wanted)))
                .map(OutboxStore::events);
    }

    /** A reader that resumes must not miss an event whose buyer no replica has stored yet. */
    private Uni<Map<String, String>> storeBuyersWhere(String condition, Tuple parameters) {
        return postgres.query("SELECT number FROM order_events WHERE buyer IS NULL AND " + condition, parameters)
                .chain(rows -> {
                    Set<String> withoutBuyer = new HashSet<>();
                    rows.forEach(row -> withoutBuyer.add(row.getString("number")));
                    return storeBuyers(withoutBuyer);
                });
    }

    private static final String LATEST_OF_ORDERS = """
            SELECT latest.* FROM unnest($1::text[]) AS wanted (number), LATERAL (
                SELECT %s FROM order_events WHERE number = wanted.number ORDER BY sequence DESC LIMIT $2) latest
            ORDER BY latest.number, latest.sequence
            """.formatted(COLUMNS);

    /** Returns the last {@code most} events of each of these orders, by number and sequence. */
    Uni<List<PublishedEvent>> latestOfOrders(List<String> numbers, int most) {
        return postgres.query(
                        LATEST_OF_ORDERS,
                        Tuple.tuple()
                                .addArrayOfString(numbers.toArray(String[]::new))
                                .addLong((long) most))
                .map(OutboxStore::events);
    }

    private static final String NOW = now("$1");

    /**
     * The query of the last visible id and of the ids before it that are not visible.
     *
     * @param width a number or parameter: so many ids before the last one
     */
    static String now(String width) {
        return """
            SELECT ends.last, ARRAY(
                SELECT id FROM generate_series(GREATEST(ends.first, ends.last - %s), ends.last) AS given(id)
                WHERE NOT EXISTS (SELECT FROM order_events e WHERE e.id = given.id) ORDER BY id) AS missing
            FROM (SELECT COALESCE(min(id), 1) AS first, COALESCE(max(id), 0) AS last FROM order_events) ends
            """.formatted(width);
    }

    /**
     * Returns the position of everything that is visible now. Ids that were assigned shortly before the last one and
     * are not visible may still be committed.
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
     * Ids are assigned in nearly the order of time, so only the lowest are read: a search for the oldest by time would
     * read the whole log whenever no event in it is old enough.
     */
    private static final String DELETE_OLD = """
            WITH lowest AS (
                SELECT id, at FROM order_events WHERE id <= (
                    SELECT min(position) FROM outbox
                    WHERE NOT paused AND NOT (name = ANY($3) AND held_until < now() - $4 * interval '1 millisecond'))
                ORDER BY id LIMIT $2 FOR UPDATE SKIP LOCKED)
            DELETE FROM order_events WHERE id IN (SELECT id FROM lowest WHERE at < $1)
            """;

    /** During a change of settings other replicas may still, or already, deliver to a consumer that is off here. */
    private static final Duration OFF_EVERYWHERE = Duration.ofDays(1);

    /**
     * Deletes events that every consumer that is not paused has received and that are older than a time, at most
     * {@code most}; returns how many.
     *
     * @param off the names of the consumers that are off in this replica: nothing is kept for them, unless another
     *     replica has delivered to them lately
     */
    Uni<Integer> deleteOld(Instant before, int most, List<String> off) {
        return postgres.query(
                        DELETE_OLD,
                        Tuple.of(Timestamptz.of(before), most)
                                .addArrayOfString(off.toArray(String[]::new))
                                .addDouble((double) OFF_EVERYWHERE.toMillis()))
                .map(RowSet::rowCount);
    }

    private static final String BEHIND = """
            SELECT name, (SELECT COALESCE(max(id), 0) FROM order_events) - position AS behind FROM outbox
            WHERE starts_with(name, $1)
            """;

    /** Returns how many ids of the log each consumer with this prefix has before it, by the consumer's name. */
    Uni<Map<String, Long>> behind(String prefix) {
        return postgres.query(BEHIND, Tuple.of(prefix)).map(rows -> {
            Map<String, Long> behind = new HashMap<>();
            rows.forEach(row -> behind.put(row.getString("name"), Math.max(0, row.getLong("behind"))));
            return behind;
        });
    }

    private static final String BEFORE_EVENT =
            "SELECT id - 1 AS position FROM order_events WHERE number = $1 AND sequence = $2";

    /** Returns the position before an event; empty if there is no such event. */
    Uni<Optional<Long>> positionBefore(String number, int sequence) {
        return postgres.query(BEFORE_EVENT, Tuple.of(number, sequence))
                .map(rows -> rows.size() == 0
                        ? Optional.empty()
                        : Optional.of(rows.iterator().next().getLong("position")));
    }

    /**
     * A binary search: ids are assigned in nearly the order of time, and no index has the time. Each step reads one
     * row; every event up to {@code low} is before the time, every one after {@code high} is not.
     */
    private static final String BEFORE_TIME = """
            WITH RECURSIVE search (low, high) AS (
                SELECT COALESCE(min(id), 1) - 1, COALESCE(max(id), 0) FROM order_events
                UNION ALL
                SELECT CASE WHEN probe.at < $1 THEN probe.id ELSE search.low END,
                       CASE WHEN probe.at < $1 THEN search.high ELSE (search.low + search.high) / 2 END
                FROM search LEFT JOIN LATERAL (
                    SELECT id, at FROM order_events
                    WHERE id > (search.low + search.high) / 2 AND id <= search.high ORDER BY id LIMIT 1) AS probe ON true
                WHERE search.low < search.high)
            SELECT max(low) AS position FROM search
            """;

    /**
     * Events of one time are not committed in the order of their ids, and the replicas' clocks differ, by less than
     * this.
     */
    private static final Duration DISORDER = Duration.ofMinutes(1);

    /** Returns a position before every event that happened at this time or later. */
    Uni<Long> positionBefore(Instant time) {
        return postgres.query(BEFORE_TIME, Tuple.of(Timestamptz.of(time.minus(DISORDER))))
                .map(rows -> rows.iterator().next().getLong("position"));
    }

    /** Returns the last visible id; 0 if there is none. */
    Uni<Long> last() {
        return postgres.query(LAST, Tuple.tuple())
                .map(rows -> Optional.ofNullable(rows.iterator().next().getLong("last"))
                        .orElse(0L));
    }

    /** Records what was delivered and renews the lease; false if another replica has acquired it. */
    Uni<Boolean> advance(String consumer, String holder, Progress to, Duration lease) {
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
                                .addString(consumer))
                .map(rows -> rows.rowCount() == 1);
    }
}
