package dev.orderonce.stores;

import static dev.orderonce.stores.StoreUnavailable.Store.POSTGRESQL;

import io.smallrye.mutiny.Uni;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;

import jakarta.enterprise.context.ApplicationScoped;

import java.util.Set;
import java.util.concurrent.TimeUnit;

/** Asks PostgreSQL one statement at a time; each answers, or fails, within a bounded time. */
@ApplicationScoped
public class Postgres {
    /**
     * Classes of SQLSTATE that speak of the server and not of the statement: connection,
     * transaction rolled back, resources, operator intervention, system error; and 25, which a
     * primary answers that became a standby.
     */
    private static final Set<String> NOT_NOW = Set.of("08", "25", "40", "53", "57", "58");

    private final Pool pool;
    private final long answerWithinMillis;

    Postgres(Pool pool, DatabaseSettings settings) {
        this.pool = pool;
        this.answerWithinMillis = settings.answerWithin().toMillis();
    }

    /**
     * Runs one prepared statement in a transaction of its own.
     *
     * @return its rows. Fails with {@link StoreUnavailable} if PostgreSQL does not answer, which
     *     says nothing about the statement's effect; with {@link PgException} if it refuses the
     *     statement, which then had none.
     */
    public Uni<RowSet<Row>> query(String sql, Tuple parameters) {
        return Uni.createFrom()
                .emitter(
                        waiting ->
                                pool.preparedQuery(sql)
                                        .execute(parameters)
                                        .timeout(answerWithinMillis, TimeUnit.MILLISECONDS)
                                        .onComplete(
                                                answer -> {
                                                    if (answer.succeeded()) {
                                                        waiting.complete(answer.result());
                                                    } else {
                                                        waiting.fail(translate(answer.cause()));
                                                    }
                                                }));
    }

    /** Tells "no answer" from "no". */
    public static Throwable translate(Throwable failure) {
        boolean refused = failure instanceof PgException error && !isNotNow(error.getSqlState());
        return refused
                ? failure
                : new StoreUnavailable(POSTGRESQL, String.valueOf(failure.getMessage()), failure);
    }

    private static boolean isNotNow(String sqlState) {
        return sqlState.length() == 5 && NOT_NOW.contains(sqlState.substring(0, 2));
    }
}
