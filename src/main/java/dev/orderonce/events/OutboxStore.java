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

    /** The first and the last visible id of each partition; null if it has none. */
    private static final String ENDS = """
            SELECT p AS partition,
                   (SELECT min(id) FROM order_events WHERE id > p::bigint << 48 AND id < (p + 1)::bigint << 48) AS first,
                   (SELECT max(id) FROM order_events WHERE id > p::bigint << 48 AND id < (p + 1)::bigint << 48) AS last
            FROM generate_series(0, %d) AS p""".formatted(LogPartition.COUNT - 1);

    /** How far each partition of consumers is behind, and whether it has anything to deliver. */
    private static final String BEHIND = """
            SELECT o.name, o.partition, GREATEST(COALESCE(end_of.last, 0) - o.position, 0) AS behind,
                   end_of.last IS NOT NULL OR o.partition = 0
                       OR EXISTS (SELECT FROM order_events e WHERE e.id = ANY (o.missing)) AS due,
                   o.missing_since
            FROM outbox_partitions o, LATERAL (
                SELECT max(e.id) AS last FROM order_events e
                WHERE e.id > o.position AND e.id < (o.partition + 1)::bigint << 48) AS end_of
            WHERE %s
            """;

    /**
     * Writes nothing if nothing is due. A partition that another replica is acquiring is left out. The last row is
     * always there. By PostgreSQL's clock: the replicas' clocks may differ.
     *
     * <p>The log before partitions first: the events of an order are in it and after it.
     *
     * @param chosen the query of the partitions to acquire among those of the CTE {@code free}
     * @param free a further condition
     */
    private static String claim(String free, String chosen) {
        return """
            WITH log AS MATERIALIZED (%s),
            due AS MATERIALIZED (
                SELECT partition FROM log
                WHERE due OR (SELECT min(since) FROM unnest(missing_since) AS since) < $4
            ), open AS MATERIALIZED (
                SELECT partition FROM log WHERE partition = 0 OR NOT EXISTS (SELECT FROM log WHERE partition = 0)
            ), free AS MATERIALIZED (
                SELECT o.partition, o.held_until FROM outbox_partitions o
                WHERE o.name = $1 AND (o.holder = $2 OR o.held_until < now()) AND o.partition IN (SELECT partition FROM open)
                  AND EXISTS (SELECT FROM outbox WHERE outbox.name = $1 AND NOT outbox.paused) AND %s
                ORDER BY o.partition FOR UPDATE OF o SKIP LOCKED
            ), chosen AS (%s), claimed AS (
                UPDATE outbox_partitions o SET holder = $2, held_until = now() + $3 * interval '1 millisecond'
                FROM chosen WHERE o.name = $1 AND o.partition = chosen.partition
                RETURNING o.partition, o.position, o.missing, o.missing_since
            )
            SELECT (SELECT sum(behind)::bigint FROM log) AS behind, (SELECT count(*) FROM free) AS free, claimed.*
            FROM (VALUES (1)) AS always LEFT JOIN claimed ON true
            """.formatted(BEHIND.formatted("o.name = $1"), free, chosen);
    }

    /** The partition that has waited longest, and as many more as a batch has room for; $6 is the room. */
    private static final String CLAIM_SOME =
            claim("o.partition IN (SELECT partition FROM due) AND o.partition <> ALL ($5::integer[])", """
            SELECT partition
            FROM (SELECT partition, row_number() OVER longest AS place, sum(behind) OVER longest AS total
                  FROM free JOIN log USING (partition) WINDOW longest AS (ORDER BY held_until, behind, partition)) AS ranked
            WHERE place = 1 OR total <= $6::integer
            """);

    private static final String CLAIM_ALL = claim("EXISTS (SELECT FROM due)", """
            SELECT partition FROM free WHERE (SELECT count(*) FROM free) = (SELECT count(*) FROM open)
            """);

    /**
     * One snapshot for the events after the positions and for the missing ones: an order's later event is never read
     * without its earlier one. Of each partition the first ones, and of all partitions about the same number.
     */
    private static final String READ = """
            SELECT %1$s
            FROM ((SELECT e.* FROM unnest($1::bigint[]) AS reached (position), LATERAL (
                       SELECT order_events.*, row_number() OVER (ORDER BY order_events.id) AS place FROM order_events
                       WHERE order_events.id > reached.position
                         AND order_events.id < ((reached.position >> 48) + 1) << 48
                       ORDER BY order_events.id LIMIT $3) AS e
                   ORDER BY e.place, e.id LIMIT $3)
                  UNION ALL SELECT *, 0 FROM order_events WHERE id = ANY($2)) AS e
            ORDER BY id
            """.formatted(COLUMNS);

    /** The partitions on which a replica has the lease, locked in one order by all statements that lock several. */
    private static final String MINE = """
            mine AS MATERIALIZED (
                SELECT partition FROM outbox_partitions WHERE name = $1 AND holder = $2 AND partition = ANY ($3)
                ORDER BY partition FOR UPDATE
            )""";

    /** Renews the lease too, or gives it back: no separate statement is needed. */
    private static final String ADVANCE = """
            WITH %s
            UPDATE outbox_partitions o SET position = reached.position,
                missing = ARRAY(SELECT gap.id FROM unnest($5::bigint[], $6::timestamptz[]) AS gap (id, since)
                                WHERE gap.id >> 48 = o.partition ORDER BY gap.id),
                missing_since = ARRAY(SELECT gap.since FROM unnest($5::bigint[], $6::timestamptz[]) AS gap (id, since)
                                      WHERE gap.id >> 48 = o.partition ORDER BY gap.id),
                holder = CASE WHEN $7 THEN NULL ELSE $2 END,
                held_until = CASE WHEN $7 THEN now() ELSE now() + $8 * interval '1 millisecond' END
            FROM mine JOIN unnest($4::bigint[]) AS reached (position) ON reached.position >> 48 = mine.partition
            WHERE o.name = $1 AND o.partition = mine.partition AND o.holder = $2 AND o.position <= reached.position
            """.formatted(MINE);

    /** Does not acquire a lease: another replica may have acquired it, or the consumer was moved. */
    private static final String RENEW = """
            WITH %s
            UPDATE outbox_partitions o SET held_until = now() + $4 * interval '1 millisecond'
            FROM mine WHERE o.name = $1 AND o.partition = mine.partition AND o.holder = $2
            """.formatted(MINE);

    private static final String GIVE_BACK = """
            WITH %s
            UPDATE outbox_partitions o SET holder = NULL, held_until = now()
            FROM mine WHERE o.name = $1 AND o.partition = mine.partition AND o.holder = $2
            """.formatted(MINE);

    private static final String FINISH_BEFORE =
            "DELETE FROM outbox_partitions WHERE name = $1 AND holder = $2 AND partition = " + LogPartition.BEFORE;

    private final Postgres postgres;
    private final OrderOwners owners;

    OutboxStore(Postgres postgres, OrderOwners owners) {
        this.postgres = postgres;
        this.owners = owners;
    }

    /** A trigger writes the row's partitions. */
    private static final String BEGIN = """
            INSERT INTO outbox (name, position) SELECT $1, 0
            WHERE NOT EXISTS (SELECT FROM outbox WHERE name = $1)
            ON CONFLICT DO NOTHING
            """;

    /** Begins a consumer that is new, where a consumer of its name begins; returns whether it is new. */
    Uni<Boolean> begin(String consumer) {
        return postgres.query(BEGIN, Tuple.of(consumer)).map(rows -> rows.rowCount() == 1);
    }

    /**
     * Partitions of a consumer that this replica may deliver now.
     *
     * @param progress of these partitions; of none if nothing is due, or another replica has it
     * @param behind ids of the log that the consumer has before it, in all partitions
     * @param isAll whether nothing else is due that this replica could have acquired
     */
    record Claim(LogProgress progress, long behind, boolean isAll) {}

    /** No partition but the first one, not even one whose events are all below its position. */
    static final int NO_ROOM = -1;

    /**
     * Acquires or renews the lease on partitions that have something to deliver.
     *
     * @param without partitions that are not acquired
     * @param most events that they have together, unless the first one has more
     * @param givenUp ids that have been missing since before this time are due, to be given up
     */
    Uni<Claim> claimSome(
            String consumer, String holder, Duration lease, Instant givenUp, Set<Integer> without, int most) {
        return postgres.query(
                        CLAIM_SOME,
                        Tuple.of(consumer, holder, (double) lease.toMillis(), Timestamptz.of(givenUp))
                                .addArrayOfInteger(without.toArray(Integer[]::new))
                                .addInteger(most))
                .map(OutboxStore::claim);
    }

    /** Acquires or renews the lease on all partitions together, if one of them has something to deliver. */
    Uni<Claim> claimAll(String consumer, String holder, Duration lease, Instant givenUp) {
        return postgres.query(CLAIM_ALL, Tuple.of(consumer, holder, (double) lease.toMillis(), Timestamptz.of(givenUp)))
                .map(OutboxStore::claim);
    }

    private static Claim claim(RowSet<Row> rows) {
        Map<Integer, Progress> claimed = new HashMap<>();
        Row first = rows.iterator().next();
        for (Row row : rows) {
            Integer partition = row.getInteger("partition");
            if (partition != null) {
                claimed.put(partition, progress(row));
            }
        }
        return new Claim(
                new LogProgress(claimed),
                Optional.ofNullable(first.getLong("behind")).orElse(0L),
                first.getLong("free") <= claimed.size());
    }

    /** Renews the lease on partitions of a consumer; false if this replica has lost it on one of them. */
    Uni<Boolean> renew(String consumer, String holder, Set<Integer> partitions, Duration lease) {
        return postgres.query(
                        RENEW,
                        Tuple.of(consumer, holder)
                                .addArrayOfInteger(partitions.toArray(Integer[]::new))
                                .addDouble((double) lease.toMillis()))
                .map(rows -> rows.rowCount() == partitions.size());
    }

    /** Ends the lease on partitions whose delivery failed: they come after those that have waited. */
    Uni<Void> giveBack(String consumer, String holder, Set<Integer> partitions) {
        return postgres.query(
                        GIVE_BACK, Tuple.of(consumer, holder).addArrayOfInteger(partitions.toArray(Integer[]::new)))
                .replaceWithVoid();
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

    /**
     * Returns the next visible events of the partitions, {@code most} of all together, and those that were missing and
     * are visible now; in the order of their ids.
     */
    Uni<List<PublishedEvent>> read(LogProgress from, int most) {
        Long[] missing = from.missing().stream().map(Progress.Missing::id).toArray(Long[]::new);
        return postgres.query(
                        READ,
                        Tuple.tuple()
                                .addArrayOfLong(from.positions())
                                .addArrayOfLong(missing)
                                .addLong((long) most))
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

    private static final String BETWEEN = "id > range.after AND id <= range.up_to";

    private static final String RANGES = "unnest($1::bigint[], $2::bigint[]) AS range (after, up_to)";

    private static final String OF_BUYER_BETWEEN = """
            SELECT %1$s FROM %2$s, LATERAL (
                SELECT * FROM order_events WHERE buyer = $3 AND %3$s AND id > $4 ORDER BY id LIMIT $5) AS e
            ORDER BY id LIMIT $5
            """.formatted(COLUMNS, RANGES, BETWEEN);

    private static final String OF_BUYER_AMONG =
            "SELECT " + COLUMNS + " FROM order_events WHERE buyer = $1 AND id = ANY($2) ORDER BY id";

    /** The first {@code most} events of a buyer's orders between two positions whose ids are above {@code after}. */
    Uni<List<PublishedEvent>> ofBuyer(String buyer, LogPosition from, LogPosition upTo, long after, int most) {
        Long[] begin = from.positions().toArray(Long[]::new);
        Long[] end = upTo.positions().toArray(Long[]::new);
        return storeBuyersWhere(
                        "EXISTS (SELECT FROM " + RANGES + " WHERE " + BETWEEN + ")",
                        Tuple.tuple().addArrayOfLong(begin).addArrayOfLong(end))
                .chain(() -> postgres.query(
                        OF_BUYER_BETWEEN,
                        Tuple.tuple()
                                .addArrayOfLong(begin)
                                .addArrayOfLong(end)
                                .addString(buyer)
                                .addLong(after)
                                .addLong((long) most)))
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

    /**
     * Ids of one partition that may have been assigned before the last visible one and be committed after it. The rows
     * of statements in progress have ids in all partitions: together there are more than connections write at once.
     */
    private static final int MOST_IN_PROGRESS = 1_000;

    /** Nothing of the log before partitions is in progress any more. */
    private static final String NOW = """
            SELECT partition, COALESCE(last, partition::bigint << 48) AS position, ARRAY(
                SELECT id FROM generate_series(GREATEST(first, last - %d), last) AS given (id)
                WHERE partition > 0 AND NOT EXISTS (SELECT FROM order_events e WHERE e.id = given.id) ORDER BY id) AS missing
            FROM (%s) AS ends
            """.formatted(MOST_IN_PROGRESS - 1, ENDS);

    /**
     * Returns the position of everything that is visible now. Ids that were assigned shortly before the last one and
     * are not visible may still be committed.
     */
    Uni<LogProgress> now(Instant since) {
        return postgres.query(NOW, Tuple.tuple()).map(rows -> {
            Map<Integer, Progress> ends = new HashMap<>();
            for (Row row : rows) {
                ends.put(
                        row.getInteger("partition"),
                        new Progress(
                                row.getLong("position"),
                                Arrays.stream(row.getArrayOfLongs("missing"))
                                        .map(id -> new Progress.Missing(id, since))
                                        .toList()));
            }
            return new LogProgress(ends);
        });
    }

    /**
     * Ids of a partition are assigned in nearly the order of time, so only the lowest are read: a search for the oldest
     * by time would read the whole log whenever no event in it is old enough. Of the log before partitions everything
     * was received if no consumer has a row of it.
     */
    private static final String DELETE_OLD = """
            WITH off AS (
                SELECT name FROM outbox_partitions WHERE name = ANY ($3)
                GROUP BY name HAVING max(held_until) < now() - $4 * interval '1 millisecond'
            ), received AS (
                SELECT p AS partition, (
                    SELECT min(o.position) FROM outbox_partitions o JOIN outbox USING (name)
                    WHERE o.partition = p AND NOT outbox.paused AND name NOT IN (SELECT name FROM off)) AS position
                FROM generate_series(0, %d) AS p
            ), old AS (
                SELECT lowest.id FROM received, LATERAL (
                    SELECT id, at FROM order_events
                    WHERE id > CASE partition WHEN 0 THEN -9223372036854775808 ELSE partition::bigint << 48 END
                      AND id <= CASE partition WHEN 0 THEN COALESCE(position, (1::bigint << 48) - 1) ELSE position END
                    ORDER BY id LIMIT $2) AS lowest
                WHERE at < $1 LIMIT $2
            ), locked AS (
                SELECT id FROM order_events WHERE id IN (SELECT id FROM old) FOR UPDATE SKIP LOCKED
            )
            DELETE FROM order_events WHERE id IN (SELECT id FROM locked)
            """.formatted(LogPartition.COUNT - 1);

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

    private static final String BEHIND_BY_NAME =
            "SELECT name, sum(behind)::bigint AS behind FROM (%s) AS log GROUP BY name"
                    .formatted(BEHIND.formatted("starts_with(o.name, $1)"));

    /** Returns how many ids of the log each consumer with this prefix has before it, by the consumer's name. */
    Uni<Map<String, Long>> behind(String prefix) {
        return postgres.query(BEHIND_BY_NAME, Tuple.of(prefix)).map(rows -> {
            Map<String, Long> behind = new HashMap<>();
            rows.forEach(row -> behind.put(row.getString("name"), row.getLong("behind")));
            return behind;
        });
    }

    private static final String EVENT = "SELECT id, at FROM order_events WHERE number = $1 AND sequence = $2";

    /** Returns a position before an event and everything later; empty if there is no such event. */
    Uni<Optional<LogPosition>> positionBefore(String number, int sequence) {
        return postgres.query(EVENT, Tuple.of(number, sequence)).chain(rows -> {
            if (rows.size() == 0) {
                return Uni.createFrom().item(Optional.empty());
            }
            Row event = rows.iterator().next();
            long id = event.getLong("id");
            return positionBefore(event.getOffsetDateTime("at").toInstant()).map(before -> {
                List<Long> positions = new ArrayList<>(before.positions());
                positions.set(LogPartition.of(id), id - 1);
                return Optional.of(new LogPosition(positions, List.of()));
            });
        });
    }

    /**
     * A binary search in each partition: ids are assigned in nearly the order of time, and no index has the time. Each
     * step reads one row of a partition; every event up to {@code low} is before the time, every one after {@code high}
     * is not.
     */
    private static final String BEFORE_TIME = """
            WITH RECURSIVE search (partition, low, high) AS (
                SELECT partition, COALESCE(first - 1, partition::bigint << 48), COALESCE(last, partition::bigint << 48)
                FROM (%s) AS ends
                UNION ALL
                SELECT search.partition,
                       CASE WHEN probe.at < $1 THEN probe.id ELSE search.low END,
                       CASE WHEN probe.at < $1 THEN search.high ELSE (search.low + search.high) / 2 END
                FROM search LEFT JOIN LATERAL (
                    SELECT id, at FROM order_events
                    WHERE id > (search.low + search.high) / 2 AND id <= search.high ORDER BY id LIMIT 1) AS probe ON true
                WHERE search.low < search.high)
            SELECT max(low) AS position FROM search GROUP BY partition ORDER BY partition
            """.formatted(ENDS);

    /**
     * Events of one time are not committed in the order of their ids, and the replicas' clocks differ, by less than
     * this.
     */
    private static final Duration DISORDER = Duration.ofMinutes(1);

    /** Returns a position before every event that happened at this time or later. */
    Uni<LogPosition> positionBefore(Instant time) {
        return postgres.query(BEFORE_TIME, Tuple.of(Timestamptz.of(time.minus(DISORDER))))
                .map(rows -> {
                    List<Long> positions = new ArrayList<>(rows.size());
                    rows.forEach(row -> positions.add(row.getLong("position")));
                    return new LogPosition(positions, List.of());
                });
    }

    /**
     * Records what was delivered, and renews the lease or gives it back; false if another replica has acquired it on
     * one of the partitions.
     */
    Uni<Boolean> advance(String consumer, String holder, LogProgress to, boolean isEnd, Duration lease) {
        Long[] ids = to.missing().stream().map(Progress.Missing::id).toArray(Long[]::new);
        OffsetDateTime[] since = to.missing().stream()
                .map(missing -> Timestamptz.of(missing.since()))
                .toArray(OffsetDateTime[]::new);
        return postgres.query(
                        ADVANCE,
                        Tuple.of(consumer, holder)
                                .addArrayOfInteger(to.partitions().toArray(Integer[]::new))
                                .addArrayOfLong(to.positions())
                                .addArrayOfLong(ids)
                                .addArrayOfOffsetDateTime(since)
                                .addBoolean(isEnd)
                                .addDouble((double) lease.toMillis()))
                .map(rows -> rows.rowCount() == to.partitions().size());
    }

    /** Records that a consumer has read all of the log before partitions; false if this replica has lost the lease. */
    Uni<Boolean> finishBefore(String consumer, String holder) {
        return postgres.query(FINISH_BEFORE, Tuple.of(consumer, holder)).map(rows -> rows.rowCount() == 1);
    }
}
