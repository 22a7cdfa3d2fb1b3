package dev.orderonce.idempotency;

import static dev.orderonce.stores.StoreUnavailable.Store.POSTGRESQL;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.orderonce.postgres.Postgres;
import dev.orderonce.postgres.Timestamptz;
import dev.orderonce.stores.StoreUnavailable;
import io.smallrye.mutiny.Uni;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Optional;

/** The table of records: one row per name. */
@ApplicationScoped
class RecordStore {
    /** An expired row is replaced by the statement that conflicts with it. */
    private static final String PUT = """
            INSERT INTO once_records (scope, key, body, put_by, put_at, expires_at)
            VALUES ($1, $2, CAST($3::text AS json), $4, $5, $6)
            ON CONFLICT (scope, key) DO UPDATE
            SET body = EXCLUDED.body, put_by = EXCLUDED.put_by, put_at = EXCLUDED.put_at,
                expires_at = EXCLUDED.expires_at
            WHERE once_records.expires_at <= EXCLUDED.put_at
            RETURNING key
            """;

    private static final String FIND =
            "SELECT body::text AS body, put_by, put_at, expires_at FROM once_records WHERE scope = $1 AND key = $2";

    private static final String DELETE = "DELETE FROM once_records WHERE scope = $1 AND key = $2 RETURNING expires_at";

    /** Rows that another statement has locked are left for the next run. */
    private static final String REMOVE_OVER = """
            DELETE FROM once_records WHERE (scope, key) IN (
                SELECT scope, key FROM once_records WHERE expires_at <= $1
                ORDER BY expires_at LIMIT $2 FOR UPDATE SKIP LOCKED)
            """;

    private final Postgres postgres;

    RecordStore(Postgres postgres) {
        this.postgres = postgres;
    }

    /** Inserts the record unless one exists under the name that has not expired; returns the one that exists now. */
    Uni<Created<OnceRecord>> put(OnceRecord record) {
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

    private static Created<OnceRecord> existing(Optional<OnceRecord> found) {
        return new Created.Existing<>(
                found.orElseThrow(() -> new StoreUnavailable(POSTGRESQL, "a row was deleted while it was read")));
    }

    /** The record of the name, expired or not. */
    Uni<Optional<OnceRecord>> find(RecordName name) {
        return postgres.query(FIND, Tuple.of(name.scope(), name.key()))
                .map(rows -> first(rows).map(row -> read(name, row)));
    }

    /** Deletes the record of the name; returns whether one existed that had not expired. */
    Uni<Boolean> delete(RecordName name, Instant now) {
        return postgres.query(DELETE, Tuple.of(name.scope(), name.key()))
                .map(rows -> first(rows).filter(row -> isLater(row, now)).isPresent());
    }

    private static boolean isLater(Row deleted, Instant now) {
        OffsetDateTime expiresAt = deleted.getOffsetDateTime("expires_at");
        return expiresAt == null || now.isBefore(expiresAt.toInstant());
    }

    /** Deletes expired records; returns how many. */
    Uni<Integer> removeOver(Instant now, int most) {
        return postgres.query(REMOVE_OVER, Tuple.of(Timestamptz.of(now), most)).map(RowSet::rowCount);
    }

    private static Optional<Row> first(RowSet<Row> rows) {
        return rows.size() == 0 ? Optional.empty() : Optional.of(rows.iterator().next());
    }

    private static OnceRecord read(RecordName name, Row row) {
        return new OnceRecord(
                name,
                body(row.getString("body")),
                row.getString("put_by"),
                row.getOffsetDateTime("put_at").toInstant(),
                Optional.ofNullable(row.getOffsetDateTime("expires_at")).map(OffsetDateTime::toInstant));
    }

    private static ObjectNode body(String text) {
        return RecordBody.read(text).orElseThrow(() -> new IllegalStateException("a stored record cannot be read"));
    }
}
