package dev.orderonce.postgres;

import io.smallrye.mutiny.Uni;
import io.vertx.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;

/**
 * Whether PostgreSQL has the tables of this version. A replica that migrates at its start has created them; another one
 * reads whether the job has.
 */
@ApplicationScoped
public class Schema {
    /** The newest migration in {@code db/migration}. */
    static final String VERSION = "35";

    private static final String APPLIED = "SELECT 1 FROM flyway_schema_history WHERE version = $1 AND success";

    private final Postgres postgres;
    private volatile boolean current;

    Schema(Postgres postgres, DatabaseSettings settings) {
        this.postgres = postgres;
        this.current = settings.migrateAtStart();
    }

    /** Sends a statement until the migration has been applied; never fails. */
    public Uni<Boolean> isCurrent() {
        if (current) {
            return Uni.createFrom().item(true);
        }
        return postgres.query(APPLIED, Tuple.of(VERSION))
                .map(rows -> rows.size() > 0)
                .invoke(isApplied -> current = isApplied)
                // PostgreSQL is unavailable, or nothing was ever migrated.
                .onFailure()
                .recoverWithItem(false);
    }
}
