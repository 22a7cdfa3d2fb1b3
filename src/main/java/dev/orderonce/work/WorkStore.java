package dev.orderonce.work;

import dev.orderonce.postgres.Postgres;
import dev.orderonce.postgres.Timestamptz;
import dev.orderonce.stores.StoreUnavailable;
import dev.orderonce.work.Work.Kind;
import dev.orderonce.work.Work.Waiting;
import io.quarkus.arc.All;
import io.smallrye.mutiny.Uni;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Reads all counts in one statement. */
@ApplicationScoped
class WorkStore {
    private final Postgres postgres;
    private final String sql;

    WorkStore(Postgres postgres, @All List<WorkCount> counts) {
        this.postgres = postgres;
        this.sql = counts.stream()
                .map(count ->
                        "SELECT '%s' AS kind, count, newest FROM (%s) AS counted".formatted(count.kind(), count.sql()))
                .collect(Collectors.joining(" UNION ALL "));
    }

    /** Fails with {@link StoreUnavailable} if PostgreSQL is unavailable. */
    Uni<Work> read(Instant now) {
        return postgres.query(sql, Tuple.of(Timestamptz.of(now), (long) Work.MOST))
                .map(rows -> {
                    Map<Kind, Waiting> waiting = new EnumMap<>(Kind.class);
                    rows.forEach(row -> waiting.put(Kind.valueOf(row.getString("kind")), waiting(row)));
                    return new Work(waiting);
                });
    }

    private static Waiting waiting(Row row) {
        return new Waiting(
                row.getInteger("count"),
                Optional.ofNullable(row.getOffsetDateTime("newest")).map(OffsetDateTime::toInstant));
    }
}
