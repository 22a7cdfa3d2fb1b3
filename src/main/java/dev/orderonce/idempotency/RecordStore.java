package dev.orderonce.idempotency;

import static dev.orderonce.stores.StoreUnavailable.Store.POSTGRESQL;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.orderonce.identity.Subject;
import dev.orderonce.postgres.Postgres;
import dev.orderonce.postgres.Timestamptz;
import dev.orderonce.stores.StoreUnavailable;
import io.smallrye.mutiny.Uni;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Optional;

/**
 * The table of records and claims: one row per name, for which both forms compete.
 *
 * <p>Leases and results end by PostgreSQL's clock ({@code now()}): a replica whose clock is ahead must not grant a
 * claim while another one is live.
 */
@ApplicationScoped
class RecordStore {
    /**
     * An expired row is replaced by the statement that conflicts with it; so is that of a claim which was given up or
     * whose lease has ended.
     */
    private static final String PUT = """
            INSERT INTO once_records AS existing (scope, key, body, put_by, put_at, expires_at)
            VALUES ($1, $2, CAST($3::text AS json), $4, $5, $6)
            ON CONFLICT (scope, key) DO UPDATE
            SET body = EXCLUDED.body, put_by = EXCLUDED.put_by, put_at = EXCLUDED.put_at,
                expires_at = EXCLUDED.expires_at, claim = NULL, claimed_until = NULL, request = NULL, result = NULL,
                completed_at = NULL
            WHERE existing.expires_at <= CASE WHEN existing.claim IS NULL THEN EXCLUDED.put_at ELSE now() END
               OR existing.claim IS NOT NULL AND existing.completed_at IS NULL
                  AND COALESCE(existing.claimed_until <= now(), true)
            RETURNING key
            """;

    /**
     * A row is kept for a day after the lease, so that a late completion finds whose claim is the latest. A day is
     * longer than any request of a worker that is only slow.
     */
    private static final String CLAIM = """
            INSERT INTO once_records AS existing (scope, key, body, put_by, put_at, expires_at, claim, claimed_until,
                                                  request)
            VALUES ($1, $2, '{}', $3, now(), now() + $6::int * interval '1 second' + interval '1 day', $4,
                    now() + $6::int * interval '1 second', $5)
            ON CONFLICT (scope, key) DO UPDATE
            SET body = EXCLUDED.body, put_by = EXCLUDED.put_by, put_at = EXCLUDED.put_at,
                expires_at = EXCLUDED.expires_at, claim = EXCLUDED.claim, claimed_until = EXCLUDED.claimed_until,
                request = EXCLUDED.request, result = NULL, completed_at = NULL
            WHERE existing.expires_at <= now()
               OR existing.claim IS NOT NULL AND existing.completed_at IS NULL
                  AND (existing.request IS NULL OR existing.request = EXCLUDED.request)
                  AND (existing.claim = EXCLUDED.claim OR COALESCE(existing.claimed_until <= now(), true))
            RETURNING claim, claimed_until
            """;

    private static final String RENEW = """
            UPDATE once_records
            SET claimed_until = now() + $4::int * interval '1 second',
                expires_at = now() + $4::int * interval '1 second' + interval '1 day'
            WHERE scope = $1 AND key = $2 AND claim = $3 AND claimed_until IS NOT NULL AND completed_at IS NULL
            RETURNING claim, claimed_until
            """;

    private static final String GIVE_UP = """
            UPDATE once_records SET claimed_until = NULL, expires_at = now() + interval '1 day'
            WHERE scope = $1 AND key = $2 AND claim = $3 AND completed_at IS NULL
            RETURNING claim
            """;

    private static final String COMPLETE = """
            UPDATE once_records
            SET result = CAST($4::text AS json), completed_at = now(),
                expires_at = now() + $5::int * interval '1 second'
            WHERE scope = $1 AND key = $2 AND claim = $3 AND claimed_until IS NOT NULL AND completed_at IS NULL
            RETURNING claim, completed_at, expires_at
            """;

    private static final String COLUMNS = """
            body::text AS body, put_by, put_at, expires_at, claim, claimed_until, request, result::text AS result,
            completed_at, now() AS seen_at
            """;

    private static final String FIND = "SELECT %s FROM once_records WHERE scope = $1 AND key = $2".formatted(COLUMNS);

    private static final String DELETE =
            "DELETE FROM once_records WHERE scope = $1 AND key = $2 RETURNING %s".formatted(COLUMNS);

    /** Rows that another statement has locked are left for the next run. */
    private static final String REMOVE_OVER = """
            DELETE FROM once_records WHERE (scope, key) IN (
                SELECT scope, key FROM once_records WHERE expires_at <= $1 AND (claim IS NULL OR expires_at <= now())
                ORDER BY expires_at LIMIT $2 FOR UPDATE SKIP LOCKED)
            """;

    private final Postgres postgres;

    RecordStore(Postgres postgres) {
        this.postgres = postgres;
    }

    /** Inserts the record unless the name is in use; returns what exists now. */
    Uni<Created<OnceEntry>> put(OnceRecord record) {
        Tuple row = Tuple.of(
                record.name().scope(),
                record.name().key(),
                record.body().toString(),
                record.putBy(),
                Timestamptz.of(record.putAt()),
                record.expiresAt().map(Timestamptz::of).orElse(null));
        return postgres.query(PUT, row)
                .chain(written -> written.size() == 1
                        ? Uni.createFrom().item(new Created.Made<>(record))
                        : find(record.name()).map(RecordStore::existing));
    }

    private static Created<OnceEntry> existing(Optional<OnceEntry> found) {
        return new Created.Existing<>(
                found.orElseThrow(() -> new StoreUnavailable(POSTGRESQL, "a row was deleted while it was read")));
    }

    /**
     * Claims the name, unless another claim is live, a result exists, or the request is another one than that of the
     * claim before. The same claim again is renewed.
     *
     * @return until when the claim is live; empty if it was not granted
     */
    Uni<Optional<Instant>> claim(RecordName name, Subject by, String claim, Optional<String> request, Duration lease) {
        return postgres.query(CLAIM, Tuple.of(name.scope(), name.key(), by.id(), claim, request.orElse(null), (int)
                        lease.toSeconds()))
                .map(rows -> first(rows).map(row -> instant(row, "claimed_until")));
    }

    /**
     * Renews the claim if it is the latest one and was neither given up nor completed.
     *
     * @return until when the claim is live; empty if it was not renewed
     */
    Uni<Optional<Instant>> renew(RecordName name, String claim, Duration lease) {
        return postgres.query(RENEW, Tuple.of(name.scope(), name.key(), claim, (int) lease.toSeconds()))
                .map(rows -> first(rows).map(row -> instant(row, "claimed_until")));
    }

    /** Gives the claim up; returns false unless it is the latest one and was not completed. */
    Uni<Boolean> giveUp(RecordName name, String claim) {
        return postgres.query(GIVE_UP, Tuple.of(name.scope(), name.key(), claim))
                .map(rows -> rows.size() == 1);
    }

    /**
     * Stores the result if the claim is the latest one and was neither given up nor completed.
     *
     * @return empty if it was not stored
     */
    Uni<Optional<OnceClaim.Result>> complete(
            RecordName name, String claim, JsonNode result, Optional<Duration> timeToLive) {
        return postgres.query(
                        COMPLETE,
                        Tuple.of(
                                name.scope(),
                                name.key(),
                                claim,
                                result.toString(),
                                timeToLive.map(time -> (int) time.toSeconds()).orElse(null)))
                .map(rows -> first(rows)
                        .map(row -> new OnceClaim.Result(
                                result, instant(row, "completed_at"), optionalInstant(row, "expires_at"))));
    }

    /** What exists under the name; expired records and free claims are returned, an expired result is not. */
    Uni<Optional<OnceEntry>> find(RecordName name) {
        return postgres.query(FIND, Tuple.of(name.scope(), name.key()))
                .map(rows -> first(rows).flatMap(row -> read(name, row)));
    }

    /** Deletes what exists under the name, and returns it like {@link #find}. */
    Uni<Optional<OnceEntry>> delete(RecordName name) {
        return postgres.query(DELETE, Tuple.of(name.scope(), name.key()))
                .map(rows -> first(rows).flatMap(row -> read(name, row)));
    }

    /** Deletes expired records and results, and claims that are over, at most this many; returns how many. */
    Uni<Integer> removeOver(Instant now, int most) {
        return postgres.query(REMOVE_OVER, Tuple.of(Timestamptz.of(now), most)).map(RowSet::rowCount);
    }

    private static Optional<Row> first(RowSet<Row> rows) {
        return rows.size() == 0 ? Optional.empty() : Optional.of(rows.iterator().next());
    }

    private static Optional<OnceEntry> read(RecordName name, Row row) {
        String claim = row.getString("claim");
        return claim == null
                ? Optional.of(new OnceRecord(
                        name,
                        body(row.getString("body")),
                        row.getString("put_by"),
                        instant(row, "put_at"),
                        optionalInstant(row, "expires_at")))
                : phase(row)
                        .map(phase -> new OnceClaim(name, claim, Optional.ofNullable(row.getString("request")), phase));
    }

    /** Empty if the result has expired. */
    private static Optional<OnceClaim.Phase> phase(Row row) {
        Instant seenAt = instant(row, "seen_at");
        Optional<Instant> completedAt = optionalInstant(row, "completed_at");
        if (completedAt.isEmpty()) {
            return Optional.of(optionalInstant(row, "claimed_until")
                    .filter(seenAt::isBefore)
                    .<OnceClaim.Phase>map(until -> new OnceClaim.Phase.Held(until, Duration.between(seenAt, until)))
                    .orElseGet(OnceClaim.Phase.Free::new));
        }
        Optional<Instant> expiresAt = optionalInstant(row, "expires_at");
        return expiresAt.isPresent() && !seenAt.isBefore(expiresAt.get())
                ? Optional.empty()
                : Optional.of(new OnceClaim.Phase.Done(
                        new OnceClaim.Result(result(row.getString("result")), completedAt.get(), expiresAt)));
    }

    private static Instant instant(Row row, String column) {
        return row.getOffsetDateTime(column).toInstant();
    }

    private static Optional<Instant> optionalInstant(Row row, String column) {
        return Optional.ofNullable(row.getOffsetDateTime(column)).map(OffsetDateTime::toInstant);
    }

    private static ObjectNode body(String text) {
        return RecordBody.read(text).orElseThrow(RecordStore::unreadable);
    }

    private static JsonNode result(String text) {
        return RecordBody.readAny(text).orElseThrow(RecordStore::unreadable);
    }

    private static IllegalStateException unreadable() {
        return new IllegalStateException("a stored record cannot be read");
    }
}
