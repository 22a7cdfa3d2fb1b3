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
 * One connection to PostgreSQL that executes one statement at a time and is opened again whenever it is lost. All
 * methods run on one event loop.
 */
final class StatementSlot {
    /** Delay before a slot that waits for another one's attempt tries again. */
    private static final long RETRY_DELAY_MILLIS = 50;

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
     * Makes a slot that is not open yet.
     *
     * @param changed called on the event loop whenever the slot has become free or its connection was lost
     * @param answered called on the event loop for each reply to a probe
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

    /** Whether the connection is open, or is being opened for the first time since it was lost. */
    boolean isHopeful() {
        return connection != null || isHopeful;
    }

    /**
     * Opens the connection, and from then on probes it whenever it was unused for a while: a connection that was lost
     * without a reset is found before the next order needs it.
     */
    void begin() {
        open();
        long period = settings.replyTimeout().toMillis() / 2;
        vertx.setPeriodic(period, id -> context.runOnContext(now -> probe(period, id)));
    }

    private void probe(long periodMillis, long timer) {
        if (closed) {
            vertx.cancelTimer(timer);
            return;
        }
        long unused = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - lastUsedNanos);
        if (isFree() && unused >= periodMillis) {
            run("SELECT 1", Tuple.tuple()).onSuccess(alive -> answered.run()).onComplete(result -> changed.run());
        }
    }

    /**
     * The attempt is bounded by the connect timeout and by the driver's idle timeout in the handshake. It is never
     * abandoned before: an abandoned attempt would become a session that nothing closes.
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
            fresh.close(); // too late
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
            return; // an event of an abandoned connection
        }
        connection = null;
        isHopeful = true;
        changed.run();
        // The new connection is opened after the old one is closed: two for a slot are more than
        // configured. Closing takes milliseconds, and at most the reply timeout.
        which.close().onComplete(end -> context.runOnContext(now -> open()));
    }

    private void openLater() {
        if (!closed) {
            vertx.setTimer(RETRY_DELAY_MILLIS, id -> context.runOnContext(now -> open()));
        }
    }

    /**
     * Executes one statement; only while the slot is free. After the timeout the connection is closed: a later reply
     * has no caller.
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
                .onComplete(result -> {
                    busy = false;
                    lastUsedNanos = System.nanoTime();
                    if (result.failed() && Postgres.isUnavailable(result.cause())) {
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
