package dev.orderonce.duplicates;

import dev.orderonce.duplicates.Suspicion.Ended;
import dev.orderonce.duplicates.SuspicionState.Move;
import dev.orderonce.identity.Actor;
import dev.orderonce.identity.Subject;
import dev.orderonce.numbers.OrderNumber;
import dev.orderonce.orders.FindSimilarOrders.Pair;
import dev.orderonce.orders.Hold;
import dev.orderonce.postgres.Postgres;
import dev.orderonce.postgres.UnreadableRows;
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
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Writes the table {@code suspected_duplicates}, each pair of orders once; {@link SuspicionReader} reads it. */
@ApplicationScoped
class SuspicionStore {
    private static final String COLUMNS = """
            id, earlier, later, buyer, score, reasons, found_at, state, decided_by, decided_at, reason, chosen,
            refund_amount, ended
            """;

    private final Postgres postgres;
    private final UnreadableRows unreadableRows;

    SuspicionStore(Postgres postgres, UnreadableRows unreadableRows) {
        this.postgres = postgres;
        this.unreadableRows = unreadableRows;
    }

    /** The actor of holds that no person set or ended. */
    private static final Actor JOB = new Actor.Job("duplicates");

    private static final String HOLD = Hold.sql(Hold.Reason.SUSPECTED_DUPLICATE, "id");

    private static final String ADD = """
            WITH added AS (
                INSERT INTO suspected_duplicates (earlier, later, buyer, score, reasons, found_at, held_until)
                SELECT earlier, later, buyer, score, string_to_array(reasons, ' '), $6::timestamptz,
                       CASE WHEN score >= $7 THEN $8::timestamptz END
                FROM unnest($1::text[], $2::text[], $3::text[], $4::integer[], $5::text[])
                  AS found (earlier, later, buyer, score, reasons)
                ON CONFLICT (earlier, later) DO NOTHING
                RETURNING id, earlier, later, held_until
            ), holding AS (
                SELECT number, %s AS hold, $6::timestamptz AS at, CAST($9::text AS json) AS detail
                FROM added, unnest(ARRAY[earlier, later]) AS of_pair (number)
                WHERE held_until IS NOT NULL
            ), %s
            SELECT id FROM added
            """.formatted(HOLD, Hold.SET);

    /**
     * Inserts the pairs that are new; returns their number.
     *
     * @param holdFrom the least score of a pair that holds its orders
     * @param holdUntil when these holds end
     */
    Uni<Integer> add(Map<Pair, Comparison> found, Instant at, int holdFrom, Instant holdUntil) {
        int count = found.size();
        String[] earlier = new String[count];
        String[] later = new String[count];
        String[] buyers = new String[count];
        Integer[] scores = new Integer[count];
        String[] reasons = new String[count];
        int row = 0;
        for (Map.Entry<Pair, Comparison> suspicion : found.entrySet()) {
            Pair pair = suspicion.getKey();
            earlier[row] = pair.earlier().number().symbols();
            later[row] = pair.later().number().symbols();
            buyers[row] = pair.later().buyer().subject();
            scores[row] = suspicion.getValue().score();
            reasons[row] = String.join(
                    " ",
                    suspicion.getValue().reasons().stream().map(Reason::name).toList());
            row++;
        }
        return postgres.query(
                        ADD,
                        Tuple.tuple()
                                .addArrayOfString(earlier)
                                .addArrayOfString(later)
                                .addArrayOfString(buyers)
                                .addArrayOfInteger(scores)
                                .addArrayOfString(reasons)
                                .addOffsetDateTime(utc(at))
                                .addInteger(holdFrom)
                                .addOffsetDateTime(utc(holdUntil))
                                .addString(Hold.detail(JOB)))
                .map(RowSet::size);
    }

    /** The states are literals: the partial indexes are on them. */
    private static String move(Move move, String set, String where) {
        return "UPDATE suspected_duplicates SET state = '%s' %s WHERE state = '%s' AND %s RETURNING %s"
                .formatted(move.to(), set, move.from(), where, COLUMNS);
    }

    /**
     * Ends the holds of the pairs that a statement changes.
     *
     * @param at the parameter with the time
     * @param detail the parameter with the detail of the events
     */
    private static String releasing(String update, String at, String detail) {
        return """
            WITH moved AS (%s), holding AS (
                SELECT number, %s AS hold, %s::timestamptz AS at, CAST(%s::text AS json) AS detail
                FROM moved, unnest(ARRAY[earlier, later]) AS of_pair (number)
            ), %s
            SELECT * FROM moved
            """.formatted(update, HOLD, at, detail, Hold.END);
    }

    private static final String END =
            releasing(move(Move.OVER, "", "(earlier = ANY($1) OR later = ANY($1))"), "$2", "$3");

    /** Ends the open pairs that one of these orders is in, because these orders are cancelled. */
    Uni<Void> end(Collection<OrderNumber> cancelled, Instant at) {
        String[] numbers = cancelled.stream().map(OrderNumber::symbols).toArray(String[]::new);
        return postgres.query(
                        END,
                        Tuple.tuple()
                                .addArrayOfString(numbers)
                                .addOffsetDateTime(utc(at))
                                .addString(Hold.detail(JOB)))
                .replaceWithVoid();
    }

    private static final String END_HOLDS = releasing("""
            UPDATE suspected_duplicates SET held_until = NULL
            WHERE id IN (SELECT id FROM suspected_duplicates WHERE state = 'OPEN' AND held_until <= $1
                         ORDER BY held_until LIMIT $2 FOR UPDATE SKIP LOCKED)
            RETURNING id, earlier, later
            """, "$1", "$3");

    /** Ends the holds of open pairs that were to end by now, of at most {@code most} pairs; returns how many. */
    Uni<Integer> endHolds(Instant now, int most) {
        return postgres.query(END_HOLDS, Tuple.of(utc(now), (long) most, Hold.detail(JOB)))
                .map(RowSet::size);
    }

    /** Counts the pairs that support has not reviewed. */
    static final String WAITING = """
            SELECT (SELECT count(*)
                    FROM (SELECT FROM suspected_duplicates WHERE state = 'OPEN' LIMIT $2) AS waiting) AS count,
                   (SELECT found_at FROM suspected_duplicates WHERE state = 'OPEN' ORDER BY id DESC LIMIT 1) AS newest
            """;

    private static final String COUNT_OPEN =
            "SELECT count(*) AS open FROM (SELECT FROM suspected_duplicates WHERE state = 'OPEN' LIMIT $1) AS waiting";

    /** The number of open suspicions, at most {@code most}. */
    Uni<Integer> countOpen(int most) {
        return postgres.query(COUNT_OPEN, Tuple.of((long) most))
                .map(rows -> rows.iterator().next().getInteger("open"));
    }

    private static final String COUNT = """
            SELECT count(*) AS found
            FROM (SELECT FROM suspected_duplicates
                  WHERE state = $1 AND score >= $2 AND ($3::text IS NULL OR buyer = $3) LIMIT $4) AS listed
            """;

    /** The number of suspicions that a list has on all of its pages, at most {@code most}. */
    Uni<Integer> count(SuspicionState state, int fromScore, Optional<String> buyer, int most) {
        return postgres.query(COUNT, Tuple.of(state.name(), fromScore, buyer.orElse(null), (long) most))
                .map(rows -> rows.iterator().next().getInteger("found"));
    }

    private static final String DISMISS = releasing(
            move(Move.DISMISSED, ", decided_by = $2, reason = $3, decided_at = $4", "id = $1 AND buyer <> $2"),
            "$4",
            "$5");

    /** Empty if the suspicion is not open, or {@code by} is the buyer of its orders. */
    Uni<Optional<Suspicion>> dismiss(long id, String by, Optional<String> reason, Instant at) {
        return one(DISMISS, Tuple.from(Arrays.asList(id, by, reason.orElse(null), utc(at), detail(by))));
    }

    private static String detail(String by) {
        return Hold.detail(new Actor.Person(new Subject(by)));
    }

    private static final String CONFIRM = move(
            Move.CONFIRMED,
            ", decided_by = $2, reason = $3, decided_at = $4, chosen = $5, look_at = $6, refund_amount = $7",
            """
            id = $1 AND NOT EXISTS (
                SELECT FROM suspected_duplicates other
                WHERE other.state = 'CONFIRMED' AND other.chosen <> $5
                  AND other.chosen IN (suspected_duplicates.earlier, suspected_duplicates.later))
            """);

    /**
     * Empty if the suspicion is not open, or if the other order of the two is being cancelled as the duplicate of a
     * third one: of three, one must be left. The orders stay on hold until the chosen one is cancelled.
     *
     * @param amount to refund if the chosen order was shipped; empty for all that is left
     * @param resumeAt when a job resumes the cancellation if this process does not complete it
     */
    Uni<Optional<Suspicion>> confirm(
            long id,
            String by,
            Optional<String> reason,
            OrderNumber chosen,
            Optional<Long> amount,
            Instant at,
            Instant resumeAt) {
        return one(
                CONFIRM,
                Tuple.from(Arrays.asList(
                        id, by, reason.orElse(null), utc(at), chosen.symbols(), utc(resumeAt), amount.orElse(null))));
    }

    private static final String SET_ENDED = releasing("""
            UPDATE suspected_duplicates SET ended = $2, look_at = NULL
            WHERE id = $1 AND state = 'CONFIRMED' AND ended IS NULL
            RETURNING %s
            """.formatted(COLUMNS), "$3", "$4");

    /** Stores the result of the cancellation; empty if there is one already. */
    Uni<Optional<Suspicion>> end(long id, Ended ended, String by, Instant at) {
        return one(SET_ENDED, Tuple.of(id, ended.name(), utc(at), detail(by)));
    }

    private static final String CLAIM =
            "UPDATE suspected_duplicates SET look_at = $2 WHERE id IN (SELECT id FROM suspected_duplicates"
                    + " WHERE look_at <= $1 ORDER BY look_at LIMIT $3 FOR UPDATE SKIP LOCKED) RETURNING "
                    + COLUMNS;

    /** Claims confirmed suspicions whose cancellation is to be resumed; no other replica does until the lease ends. */
    Uni<List<Suspicion>> claimDue(Instant now, Duration lease, int most) {
        return postgres.query(CLAIM, Tuple.of(utc(now), utc(now.plus(lease)), most))
                .map(rows -> unreadableRows.leaveOut("suspected_duplicates", "id", rows, SuspicionStore::suspicion));
    }

    private Uni<Optional<Suspicion>> one(String sql, Tuple parameters) {
        return postgres.query(sql, parameters).map(rows -> all(rows).stream().findFirst());
    }

    private static List<Suspicion> all(RowSet<Row> rows) {
        List<Suspicion> all = new ArrayList<>(rows.size());
        rows.forEach(row -> all.add(suspicion(row)));
        return all;
    }

    private static Suspicion suspicion(Row row) {
        SuspicionEntity suspicion = new SuspicionEntity();
        suspicion.id = row.getLong("id");
        suspicion.earlier = row.getString("earlier");
        suspicion.later = row.getString("later");
        suspicion.buyer = row.getString("buyer");
        suspicion.score = row.getInteger("score");
        suspicion.reasons = row.getArrayOfStrings("reasons");
        suspicion.foundAt = row.getOffsetDateTime("found_at").toInstant();
        suspicion.state = row.getString("state");
        suspicion.decidedBy = row.getString("decided_by");
        OffsetDateTime decidedAt = row.getOffsetDateTime("decided_at");
        suspicion.decidedAt = decidedAt == null ? null : decidedAt.toInstant();
        suspicion.reason = row.getString("reason");
        suspicion.chosen = row.getString("chosen");
        suspicion.refundAmount = row.getLong("refund_amount");
        suspicion.ended = row.getString("ended");
        return suspicion.toSuspicion();
    }

    private static OffsetDateTime utc(Instant instant) {
        return OffsetDateTime.ofInstant(instant, ZoneOffset.UTC);
    }
}
