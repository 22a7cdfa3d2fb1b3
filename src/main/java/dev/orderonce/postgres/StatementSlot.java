package dev.orderonce.postgres;

import static dev.orderonce.stores.StoreUnavailable.Store.POSTGRESQL;

import dev.orderonce.stores.StoreUnavailable;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.pgclient.PgConnection;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One connection to PostgreSQL that carries one statement at a time and is opened again whenever it
 * is lost. All of it runs on one event loop.
 */
final class StatementSlot {
    /** How soon a lane that has to wait for another one's attempt looks again. */
    private static final long LOOK_AGAIN_MILLIS = 50;

    private final Vertx vertx;
    private final Context context;
    private final PgConnectOptions options;
    private final DatabaseSettings settings;
    private final Reconnects reconnects;
    private final ReplyTimeout replyTimeout;
    private final Runnable changed;
    private final Runnable answered;
    private @Nullable PgConnection connection;
    private boolean isHopeful = true;
    private boolean busy;
    private boolean closed;
    private long lastUsedNanos;

    /**
     * Makes a lane that is not open yet.
     *
     * @param changed called on the event loop whenever the lane has become free or was lost
     * @param answered called on the event loop for each sign of life
     */
    StatementSlot(
            Vertx vertx,
            Context context,
            PgConnectOptions options,
            DatabaseSettings settings,
            Reconnects reconnects,
            ReplyTimeout replyTimeout,
            Runnable changed,
            Runnable answered) {
        this.vertx = vertx;
        this.context = context;
        this.options = options;
        this.settings = settings;
        this.reconnects = reconnects;
        this.replyTimeout = replyTimeout;
        this.changed = changed;
        this.answered = answered;
    }

    boolean isOpen() {
        return connection != null;
    }

    boolean isFree() {
        return connection != null && !busy;
    }

    /** Whether it is open, or being opened for the first time since it was lost. */
    boolean isHopeful() {
        return connection != null || isHopeful;
    }

    /**
     * Opens it, and from then on asks for a sign of life whenever it was unused for a while: a
     * connection that died without a reset is found before the next order needs it.
     */
    void begin() {
        open();
        long period = settings.replyTimeout().toMillis() / 2;
        vertx.setPeriodic(period, id -> context.runOnContext(now -> askForASignOfLife(period, id)));
    }

    private void askForASignOfLife(long periodMillis, long timer) {
        if (closed) {
            vertx.cancelTimer(timer);
            return;
        }
        long unused = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - lastUsedNanos);
        if (isFree() && unused >= periodMillis) {
            run("SELECT 1", Tuple.tuple()).onSuccess(sign -> answered.run()).onComplete(answer -> changed.run());
        }
    }

    /**
     * The attempt is bounded by the time to connect and by the driver's idle timeout in the
     * handshake. It is never given up before: an attempt that nobody waits for any more would
     * become a session that nobody closes.
     */
    private void open() {
        if (closed) {
            return;
        }
        if (!reconnects.begin()) {
            openLater();
            return;
        }
        PgConnection.connect(vertx, options)
                .onComplete(result -> context.runOnContext(now -> {
                    if (result.succeeded()) {
                        reconnects.succeeded();
                        opened(result.result());
                    } else {
                        reconnects.failed();
                        isHopeful = false;
                        openLater();
                    }
                    changed.run();
                }));
    }

    private void opened(PgConnection fresh) {
        if (closed) {
            fresh.close(); // it came too late
            return;
        }
        replyTimeout.watch(fresh);
        connection = fresh;
        lastUsedNanos = System.nanoTime();
        fresh.closeHandler(end -> context.runOnContext(now -> lost(fresh)));
        fresh.exceptionHandler(failure -> context.runOnContext(now -> lost(fresh)));
    }

    private void lost(PgConnection which) {
        if (connection != which) {
            return; // news of a connection that was given up before
        }
        connection = null;
        isHopeful = true;
        changed.run();
        // Not before the old one is closed: two for a lane are more than were configured. It is
        // closed within milliseconds, and otherwise by the reply timeout.
        which.close().onComplete(end -> context.runOnContext(now -> open()));
    }

    private void openLater() {
        if (!closed) {
            vertx.setTimer(LOOK_AGAIN_MILLIS, id -> context.runOnContext(now -> open()));
        }
    }

    /**
     * Runs one statement; only while the lane is free. If the answer does not come in time the
     * connection is closed: what it would still answer belongs to nobody.
     */
    Future<RowSet<Row>> run(String sql, Tuple parameters) {
        PgConnection open = connection;
        if (open == null) {
            return Future.failedFuture(new StoreUnavailable(POSTGRESQL, "the connection was lost"));
        }
        busy = true;
        return open.preparedQuery(sql)
                .execute(parameters)
                .timeout(settings.replyTimeout().toMillis(), TimeUnit.MILLISECONDS)
                .onComplete(answer -> {
                    busy = false;
                    lastUsedNanos = System.nanoTime();
                    if (answer.failed() && Postgres.isSilence(answer.cause())) {
                        lost(open);
                    }
                });
    }

    Future<Void> close() {
        closed = true;
        PgConnection open = connection;
        connection = null;
        return open == null ? Future.succeededFuture() : open.close();
    }
}
