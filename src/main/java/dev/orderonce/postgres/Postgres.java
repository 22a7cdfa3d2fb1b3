package dev.orderonce.postgres;

import static dev.orderonce.stores.StoreUnavailable.Store.POSTGRESQL;

import dev.orderonce.config.MadeFromSettings;
import dev.orderonce.stores.Closing;
import dev.orderonce.stores.Outage;
import dev.orderonce.stores.StoreSpans;
import dev.orderonce.stores.StoreUnavailable;
import io.micrometer.core.instrument.MeterRegistry;
import io.opentelemetry.api.trace.Span;
import io.quarkus.runtime.ShutdownEvent;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniEmitter;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxException;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Executes statements in PostgreSQL; each gets its reply, or fails, within the timeout. */
@ApplicationScoped
public class Postgres implements MadeFromSettings {
    /**
     * Classes of SQLSTATE that concern the server and not the statement: connection, transaction rolled back,
     * resources, operator intervention, system error; and 25, the error of a primary that has become a standby.
     */
    private static final Set<String> TEMPORARY = Set.of("08", "25", "40", "53", "57", "58");

    private final Pool pool;
    private final Vertx vertx;
    private final DatabaseSettings settings;
    private final MeterRegistry metrics;
    private final StoreSpans spans;
    private final Duration answerWithin;
    private final PostgresPool pools;
    private final Outage outage;
    private volatile boolean stopping;
    private final List<Batches<?, ?>> batches = new CopyOnWriteArrayList<>();

    Postgres(
            Pool pool,
            Vertx vertx,
            DatabaseSettings settings,
            PostgresPool pools,
            MeterRegistry metrics,
            StoreSpans spans) {
        this.pool = pool;
        this.vertx = vertx;
        this.settings = settings;
        this.metrics = metrics;
        this.spans = spans;
        this.answerWithin = settings.replyTimeout();
        this.pools = pools;
        this.outage = outage("pool");
    }

    /** One for each path: the pool can be available when batches are not, and the reverse. */
    Outage outage(String path) {
        return new Outage("PostgreSQL", path, answerWithin, metrics);
    }

    /** A batched statement of the hot path, with its own connections, which are opened now and kept. */
    public <Q, A> Batches<Q, A> batches(Batched<Q, A> batched) {
        Batches<Q, A> made = new Batches<>(vertx, batched, this, pools, settings, metrics, spans);
        batches.add(made);
        made.open();
        return made;
    }

    void close(@Observes ShutdownEvent stop) {
        stopping = true;
        Closing.await(batches.stream().map(Batches::close).toList());
    }

    /**
     * Executes one prepared statement in its own transaction.
     *
     * @return its rows. Fails with {@link StoreUnavailable} if PostgreSQL is unavailable, and then the statement's
     *     effect is unknown; with {@link PgException} if PostgreSQL refuses the statement, which then has no effect.
     */
    public Uni<RowSet<Row>> query(String sql, Tuple parameters) {
        return Uni.createFrom().emitter(caller -> {
            Span span = spans.begin(POSTGRESQL, firstWord(sql));
            run(sql, parameters).onComplete(result -> complete(caller, span, result));
        });
    }

    /**
     * Executes several statements in one transaction, which is rolled back if one of them fails. They wait for nothing
     * but PostgreSQL.
     *
     * @param name the operation's name in traces
     * @return fails like {@link #query}, with {@link PgException} if PostgreSQL refuses one of the statements
     */
    public <T> Uni<T> transaction(String name, Function<SqlConnection, Future<T>> statements) {
        return Uni.createFrom().emitter(caller -> {
            Span span = spans.begin(POSTGRESQL, name);
            Future<T> transaction =
                    isReachable() ? pool.withTransaction(statements) : Future.failedFuture(unreachable());
            transaction
                    .timeout(answerWithin.toMillis(), TimeUnit.MILLISECONDS)
                    .onComplete(result -> complete(caller, span, result));
        });
    }

    private <T> void complete(UniEmitter<? super T> caller, @Nullable Span span, AsyncResult<T> result) {
        if (result.succeeded()) {
            outage.answered();
            StoreSpans.answered(span, 1);
            caller.complete(result.result());
        } else {
            Throwable failure = translate(result.cause(), outage);
            StoreSpans.failed(span, failure);
            caller.fail(failure);
        }
    }

    /**
     * Returns the connection to the pool when the statement has ended, even after the caller has left. While PostgreSQL
     * cannot be reached no connection is requested: attempts would accumulate in the pool's queue.
     */
    private Future<RowSet<Row>> run(String sql, Tuple parameters) {
        if (!isReachable()) {
            return Future.failedFuture(unreachable());
        }
        return pool.getConnection().compose(connection -> {
            Future<RowSet<Row>> statement = connection.preparedQuery(sql).execute(parameters);
            statement.onComplete(ended -> connection.close());
            return statement.timeout(answerWithin.toMillis(), TimeUnit.MILLISECONDS);
        });
    }

    private static StoreUnavailable unreachable() {
        return new StoreUnavailable(POSTGRESQL, "no connection can be opened");
    }

    private boolean isReachable() {
        return batches.isEmpty() || batches.stream().anyMatch(Batches::isReachable);
    }

    /**
     * Whether orders can be written and read: each batch has an open connection. A connection without replies is closed
     * within seconds, in use or not.
     */
    public boolean isOpen() {
        return batches.stream().allMatch(Batches::isOpen);
    }

    /** Ends the span, also of cancelled work. */
    private static void end(@Nullable Span span, @Nullable Throwable failure) {
        if (failure == null) {
            StoreSpans.answered(span, 1);
        } else {
            StoreSpans.failed(span, failure);
        }
    }

    private static String firstWord(String sql) {
        int end = 0;
        while (end < sql.length() && Character.isLetter(sql.charAt(end))) {
            end++;
        }
        return sql.substring(0, end);
    }

    /**
     * Applies the timeout and the failures of this class to work that another library, such as Hibernate, does over
     * these connections.
     *
     * @param name the operation's name in traces
     */
    public <T> Uni<T> bounded(String name, Uni<T> work) {
        return Uni.createFrom().deferred(() -> {
            if (!isReachable()) {
                return Uni.createFrom().failure(translate(unreachable(), outage));
            }
            Span span = spans.begin(POSTGRESQL, name);
            return work.ifNoItem()
                    .after(answerWithin)
                    .failWith(() -> new StoreUnavailable(POSTGRESQL, "no reply within " + answerWithin))
                    .onFailure()
                    .transform(failure -> translate(failure, outage))
                    .onTermination()
                    .invoke((done, failure, left) -> end(span, failure));
        });
    }

    /** Distinguishes an unavailable store from a refusal and from a programming error. */
    Throwable translate(Throwable failure, Outage path) {
        if (stopping) { // the pool then fails like a programming error
            return new StoreUnavailable(POSTGRESQL, "the service is stopping", failure);
        }
        Throwable cause = failure;
        // Hibernate wraps the failures of the driver; no useful chain of causes is longer.
        for (int depth = 0; cause != null && depth < 8; depth++, cause = cause.getCause()) {
            if (isUnavailable(cause)) {
                path.failed(cause.getMessage());
                return new StoreUnavailable(POSTGRESQL, String.valueOf(cause.getMessage()), cause);
            }
        }
        return failure;
    }

    static boolean isUnavailable(Throwable failure) {
        return switch (failure) {
            case PgException error -> isTemporary(error.getSqlState());
            case StoreUnavailable _ -> true;
            // The failures of driver and pool for a lost connection, a full queue, a timeout.
            default -> !(failure instanceof RuntimeException) || failure instanceof VertxException;
        };
    }

    private static boolean isTemporary(String sqlState) {
        return sqlState.length() == 5 && TEMPORARY.contains(sqlState.substring(0, 2));
    }
}
