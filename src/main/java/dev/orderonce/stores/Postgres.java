package dev.orderonce.stores;

import static dev.orderonce.stores.StoreUnavailable.Store.POSTGRESQL;

import io.smallrye.mutiny.Uni;
import io.vertx.core.VertxException;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;

import jakarta.enterprise.context.ApplicationScoped;

import org.jboss.logging.Logger;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/** Asks PostgreSQL one statement at a time; each answers, or fails, within a bounded time. */
@ApplicationScoped
public class Postgres {
    private static final Logger LOG = Logger.getLogger(Postgres.class);

    /**
     * Classes of SQLSTATE that speak of the server and not of the statement: connection,
     * transaction rolled back, resources, operator intervention, system error; and 25, which a
     * primary answers that became a standby.
     */
    private static final Set<String> NOT_NOW = Set.of("08", "25", "40", "53", "57", "58");

    private final Pool pool;
    private final Duration answerWithin;
    private final AtomicBoolean silent = new AtomicBoolean();

    Postgres(Pool pool, DatabaseSettings settings) {
        this.pool = pool;
        this.answerWithin = settings.answerWithin();
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
                                        .timeout(answerWithin.toMillis(), TimeUnit.MILLISECONDS)
                                        .onComplete(
                                                answer -> {
                                                    if (answer.succeeded()) {
                                                        noteAnswer();
                                                        waiting.complete(answer.result());
                                                    } else {
                                                        waiting.fail(translate(answer.cause()));
                                                    }
                                                }));
    }

    /**
     * Bounds and translates work that somebody else, Hibernate for one, does over these
     * connections.
     */
    public <T> Uni<T> bounded(Uni<T> work) {
        return work.ifNoItem()
                .after(answerWithin)
                .failWith(
                        () -> new StoreUnavailable(POSTGRESQL, "no answer within " + answerWithin))
                .onFailure()
                .transform(this::translate);
    }

    /** Tells "no answer" from "no", and both from a fault of our own. */
    private Throwable translate(Throwable failure) {
        Throwable cause = failure;
        // Hibernate wraps what the driver says; no useful chain of causes is longer than this.
        for (int depth = 0; cause != null && depth < 8; depth++, cause = cause.getCause()) {
            if (isSilence(cause)) {
                noteSilence(cause);
                return new StoreUnavailable(POSTGRESQL, String.valueOf(cause.getMessage()), cause);
            }
        }
        return failure;
    }

    private static boolean isSilence(Throwable failure) {
        return switch (failure) {
            case PgException error -> isNotNow(error.getSqlState());
            case StoreUnavailable known -> true;
            // The driver's and the pool's own words for a lost connection, a full queue, a
            // time-out.
            default -> !(failure instanceof RuntimeException) || failure instanceof VertxException;
        };
    }

    private static boolean isNotNow(String sqlState) {
        return sqlState.length() == 5 && NOT_NOW.contains(sqlState.substring(0, 2));
    }

    private void noteSilence(Throwable cause) {
        if (silent.compareAndSet(false, true)) { // once per outage, not once per request
            LOG.warnf("PostgreSQL does not answer: %s", cause.getMessage());
        }
    }

    private void noteAnswer() {
        if (silent.get() && silent.compareAndSet(true, false)) {
            LOG.info("PostgreSQL answers again");
        }
    }
}
