package dev.orderonce.duplicates;

import dev.orderonce.duplicates.Suspicion.Decision;
import dev.orderonce.duplicates.Suspicion.Ended;
import dev.orderonce.identity.Buyer;
import dev.orderonce.numbers.OrderNumber;
import dev.orderonce.orders.FindSimilarOrders.Pair;
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

/** The table of suspected duplicates: each pair of orders once. */
@ApplicationScoped
class SuspicionStore {
    private static final String COLUMNS = """
            id, earlier, later, buyer, score, reasons, found_at, state, decided_by, decided_at, reason, chosen, ended
            """;

    private final Postgres postgres;
    private final UnreadableRows unreadableRows;

    SuspicionStore(Postgres postgres, UnreadableRows unreadableRows) {
        this.postgres = postgres;
        this.unreadableRows = unreadableRows;
    }

    private static final String ADD = """
            INSERT INTO suspected_duplicates (earlier, later, buyer, score, reasons, found_at)
            SELECT earlier, later, buyer, score, string_to_array(reasons, ' '), $6
            FROM unnest($1::text[], $2::text[], $3::text[], $4::integer[], $5::text[])
              AS found (earlier, later, buyer, score, reasons)
            ON CONFLICT (earlier, later) DO NOTHING
            """;

    /** Adds what is new; tells how many. */
    Uni<Integer> add(Map<Pair, Comparison> found, Instant at) {
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
                                .addOffsetDateTime(utc(at)))
                .map(RowSet::rowCount);
    }

    private static final String END = """
            UPDATE suspected_duplicates SET state = 'OVER'
            WHERE state = 'OPEN' AND (earlier = ANY($1) OR later = ANY($1))
            """;

    /** Nobody has to decide about pairs that one of these orders, now cancelled, is in. */
    Uni<Integer> end(Collection<OrderNumber> cancelled) {
        return postgres.query(
                        END,
                        Tuple.tuple()
                                .addArrayOfString(cancelled.stream()
                                        .map(OrderNumber::symbols)
                                        .toArray(String[]::new)))
                .map(RowSet::rowCount);
    }

    private static final String FIND = "SELECT " + COLUMNS + " FROM suspected_duplicates WHERE id = $1";

    Uni<Optional<Suspicion>> find(long id) {
        return postgres.query(FIND, Tuple.of(id)).map(SuspicionStore::first);
    }

    /** Each state in a statement of its own would be planned better; support asks seldom. */
    private static final String LIST = "SELECT " + COLUMNS + """
                    FROM suspected_duplicates
                    WHERE state = $1 AND id < $2 AND score >= $3 AND ($4::text IS NULL OR buyer = $4)
                    ORDER BY id DESC LIMIT $5
                    """;

    /** The newest first, below an id. */
    Uni<List<Suspicion>> list(SuspicionState state, long below, int fromScore, Optional<String> buyer, int most) {
        return postgres.query(LIST, Tuple.from(Arrays.asList(state.name(), below, fromScore, buyer.orElse(null), most)))
                .map(SuspicionStore::all);
    }

    private static final String COUNT_OPEN =
            "SELECT count(*) AS open FROM (SELECT FROM suspected_duplicates WHERE state = 'OPEN' LIMIT $1) AS waiting";

    /** How many wait for a decision, up to this many. */
    Uni<Integer> countOpen(int most) {
        return postgres.query(COUNT_OPEN, Tuple.of((long) most))
                .map(rows -> rows.iterator().next().getInteger("open"));
    }

    private static final String DISMISS =
            "UPDATE suspected_duplicates SET state = 'DISMISSED', decided_by = $2, reason = $3, decided_at = $4"
                    + " WHERE id = $1 AND state = 'OPEN' AND buyer <> $2 RETURNING "
                    + COLUMNS;

    /** Empty if it is not open, or of orders of the one who dismisses it. */
    Uni<Optional<Suspicion>> dismiss(long id, String by, Optional<String> reason, Instant at) {
        return postgres.query(DISMISS, Tuple.from(Arrays.asList(id, by, reason.orElse(null), utc(at))))
                .map(SuspicionStore::first);
    }

    private static final String CONFIRM = """
            UPDATE suspected_duplicates
            SET state = 'CONFIRMED', decided_by = $2, reason = $3, decided_at = $4, chosen = $5, look_at = $6
            WHERE id = $1 AND state = 'OPEN' AND NOT EXISTS (
                SELECT FROM suspected_duplicates other
                WHERE other.state = 'CONFIRMED' AND other.chosen <> $5
                  AND other.chosen IN (suspected_duplicates.earlier, suspected_duplicates.later))
            RETURNING %s
            """.formatted(COLUMNS);

    /**
     * Empty if it is not open, or if the other one of the two is being cancelled as somebody else's
     * duplicate: of three, one must be left.
     */
    Uni<Optional<Suspicion>> confirm(
            long id, String by, Optional<String> reason, OrderNumber chosen, Instant at, Instant lookAt) {
        return postgres.query(
                        CONFIRM,
                        Tuple.from(Arrays.asList(id, by, reason.orElse(null), utc(at), chosen.symbols(), utc(lookAt))))
                .map(SuspicionStore::first);
    }

    private static final String SET_ENDED =
            "UPDATE suspected_duplicates SET ended = $2, look_at = NULL WHERE id = $1 AND state = 'CONFIRMED'"
                    + " AND ended IS NULL";

    /** Keeps what came of the cancellation; the first to say so. */
    Uni<Void> end(long id, Ended ended) {
        return postgres.query(SET_ENDED, Tuple.of(id, ended.name())).replaceWithVoid();
    }

    private static final String CLAIM =
            "UPDATE suspected_duplicates SET look_at = $2 WHERE id IN (SELECT id FROM suspected_duplicates"
                    + " WHERE look_at <= $1 ORDER BY look_at LIMIT $3 FOR UPDATE SKIP LOCKED) RETURNING "
                    + COLUMNS;

    /** Those that are due; nobody else is given them before the lease is over. */
    Uni<List<Suspicion>> claimDue(Instant now, Duration lease, int most) {
        return postgres.query(CLAIM, Tuple.of(utc(now), utc(now.plus(lease)), most))
                .map(rows -> unreadableRows.leaveOut("suspected_duplicates", "id", rows, SuspicionStore::suspicion));
    }

    private static Optional<Suspicion> first(RowSet<Row> rows) {
        return rows.size() == 0
                ? Optional.empty()
                : Optional.of(suspicion(rows.iterator().next()));
    }

    private static List<Suspicion> all(RowSet<Row> rows) {
        List<Suspicion> all = new ArrayList<>(rows.size());
        rows.forEach(row -> all.add(suspicion(row)));
        return all;
    }

    private static Suspicion suspicion(Row row) {
        return new Suspicion(
                row.getLong("id"),
                new OrderNumber(row.getString("earlier")),
                new OrderNumber(row.getString("later")),
                new Buyer(row.getString("buyer")),
                row.getInteger("score"),
                Arrays.stream(row.getArrayOfStrings("reasons"))
                        .map(Reason::valueOf)
                        .toList(),
                row.getOffsetDateTime("found_at").toInstant(),
                SuspicionState.valueOf(row.getString("state")),
                Optional.ofNullable(row.getString("decided_by")).map(by -> decision(by, row)));
    }

    private static Decision decision(String by, Row row) {
        return new Decision(
                by,
                row.getOffsetDateTime("decided_at").toInstant(),
                Optional.ofNullable(row.getString("reason")),
                Optional.ofNullable(row.getString("chosen")).map(OrderNumber::new),
                Optional.ofNullable(row.getString("ended")).map(Ended::valueOf));
    }

    private static OffsetDateTime utc(Instant instant) {
        return OffsetDateTime.ofInstant(instant, ZoneOffset.UTC);
    }
}
