package dev.orderonce.postgres;

import static dev.orderonce.stores.StoreUnavailable.Store.POSTGRESQL;

import dev.orderonce.config.MadeFromSettings;
import dev.orderonce.config.UnusableSetting;
import dev.orderonce.stores.Closing;
import dev.orderonce.stores.Outage;
import dev.orderonce.stores.StoreSpans;
import dev.orderonce.stores.StoreUnavailable;
import io.micrometer.core.instrument.MeterRegistry;
import io.opentelemetry.api.trace.Span;
import io.quarkus.runtime.ShutdownEvent;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxException;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Asks PostgreSQL one statement at a time; each answers, or fails, within a bounded time. */
@ApplicationScoped
public class Postgres implements MadeFromSettings {
    /**
     * Classes of SQLSTATE that speak of the server and not of the statement: connection,
     * transaction rolled back, resources, operator intervention, system error; and 25, which a
     * primary answers that became a standby.
     */
    private static final Set<String> NOT_NOW = Set.of("08", "25", "40", "53", "57", "58");

    private final Pool pool;
    private final Vertx vertx;
    private final DatabaseSettings settings;
    private final MeterRegistry metrics;
    private final StoreSpans spans;
    private final Duration answerWithin;
    private final Reconnects reconnects = new Reconnects();
    private final ReplyTimeout replyTimeout;
    private final Outage outage;
    private volatile boolean stopping;
    private final List<Batches<?, ?>> batches = new CopyOnWriteArrayList<>();

    Postgres(
            Pool pool,
            Vertx vertx,
            DatabaseSettings settings,
            ReplyTimeout replyTimeout,
            MeterRegistry metrics,
            StoreSpans spans) {
        this.pool = pool;
        this.vertx = vertx;
        this.settings = settings;
        this.metrics = metrics;
        this.spans = spans;
        this.answerWithin = settings.replyTimeout();
        this.replyTimeout = replyTimeout;
        this.outage = outage("pool");
        require("database.pool-size", settings.poolSize());
        require("database.batch-pool-size", settings.batchPoolSize());
        require("database.batch-size", settings.batchSize());
        require("database.queue-limit", settings.queueLimit());
        if (answerWithin.compareTo(settings.statementTimeout()) <= 0) {
            throw new UnusableSetting("database.reply-timeout: longer than database.statement-timeout, which is "
                    + settings.statementTimeout().toMillis()
                    + " ms");
        }
    }

    /** One for each path: the pool answers when the others do not, and the other way round. */
    Outage outage(String path) {
        return new Outage("PostgreSQL", path, answerWithin, metrics);
    }

    private static void require(String setting, int value) {
        if (value < 1) {
            throw new UnusableSetting(setting + ": at least 1");
        }
    }

    /** A statement for the hot road, over connections of its own that are opened now and kept. */
    public <Q, A> Batches<Q, A> batches(Batched<Q, A> batched) {
        Batches<Q, A> made = new Batches<>(
                vertx, batched, this, PostgresOptions.of(settings), settings, reconnects, replyTimeout, metrics, spans);
        batches.add(made);
        made.open();
        return made;
    }

    void close(@Observes ShutdownEvent stop) {
        stopping = true;
        Closing.await(batches.stream().map(Batches::close).toList());
    }

    /**
     * Runs one prepared statement in a transaction of its own.
     *
     * @return its rows. Fails with {@link StoreUnavailable} if PostgreSQL does not answer, which
     *     says nothing about the statement's effect; with {@link PgException} if it refuses the
     *     statement, which then had none.
     */
    public Uni<RowSet<Row>> query(String sql, Tuple parameters) {
        return Uni.createFrom().emitter(caller -> {
            Span span = spans.begin(POSTGRESQL, firstWord(sql));
            run(sql, parameters).onComplete(answer -> {
                if (answer.succeeded()) {
                    outage.answered();
                    StoreSpans.answered(span, 1);
                    caller.complete(answer.result());
                } else {
                    Throwable failure = translate(answer.cause(), outage);
                    StoreSpans.failed(span, failure);
                    caller.fail(failure);
                }
            });
        });
    }

    /**
     * The connection goes back to the pool when the statement has ended, whether the caller still
     * waits or not. While PostgreSQL cannot be reached no connection is asked for: attempts would
     * pile up in its queue.
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
        return new StoreUnavailable(POSTGRESQL, "it cannot be connected to");
    }

    private boolean isReachable() {
        return reconnects.isReachable() || batches.stream().anyMatch(Batches::isOpen);
    }

    /**
     * Whether orders can be written and read: what is asked for that has a connection of each kind.
     * One that does not answer is closed within seconds, in use or not.
     */
    public boolean isOpen() {
        return batches.stream().allMatch(Batches::isOpen);
    }

    /** Also of what nobody waits for any more. */
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
     * Bounds and translates work that somebody else, Hibernate for one, does over these
     * connections.
     *
     * @param name what it is called in traces
     */
    public <T> Uni<T> bounded(String name, Uni<T> work) {
        return Uni.createFrom().deferred(() -> {
            if (!isReachable()) {
                return Uni.createFrom().failure(translate(unreachable(), outage));
            }
            Span span = spans.begin(POSTGRESQL, name);
            return work.ifNoItem()
                    .after(answerWithin)
                    .failWith(() -> new StoreUnavailable(POSTGRESQL, "no answer within " + answerWithin))
                    .onFailure()
                    .transform(failure -> translate(failure, outage))
                    .onTermination()
                    .invoke((done, failure, left) -> end(span, failure));
        });
    }

    /** Tells "no answer" from "no", and both from a fault of our own. */
    Throwable translate(Throwable failure, Outage path) {
        if (stopping) { // the pool's own words for that are those of a fault
            return new StoreUnavailable(POSTGRESQL, "the service stops", failure);
        }
        Throwable cause = failure;
        // Hibernate wraps what the driver says; no useful chain of causes is longer than this.
        for (int depth = 0; cause != null && depth < 8; depth++, cause = cause.getCause()) {
            if (isSilence(cause)) {
                path.failed(cause.getMessage());
                return new StoreUnavailable(POSTGRESQL, String.valueOf(cause.getMessage()), cause);
            }
        }
        return failure;
    }

    static boolean isSilence(Throwable failure) {
        return switch (failure) {
            case PgException error -> isNotNow(error.getSqlState());
            case StoreUnavailable _ -> true;
            // The driver's and the pool's own words for a lost connection, a full queue, a
            // time-out.
            default -> !(failure instanceof RuntimeException) || failure instanceof VertxException;
        };
    }

    private static boolean isNotNow(String sqlState) {
        return sqlState.length() == 5 && NOT_NOW.contains(sqlState.substring(0, 2));
    }
}
