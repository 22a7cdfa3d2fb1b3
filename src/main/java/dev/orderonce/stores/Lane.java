package dev.orderonce.stores;

import static dev.orderonce.stores.StoreUnavailable.Store.POSTGRESQL;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.pgclient.PgConnection;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;

import org.jspecify.annotations.Nullable;

import java.util.concurrent.TimeUnit;

/**
 * One connection to PostgreSQL that carries one statement at a time and is opened again whenever it
 * is lost. All of it runs on one event loop.
 */
final class Lane {
    /** Ten tries a second find a restarted PostgreSQL at once and cost nothing. */
    private static final long REOPEN_AFTER_MILLIS = 100;

    private final Vertx vertx;
    private final Context context;
    private final PgConnectOptions options;
    private final DatabaseSettings settings;
    private final Runnable changed;
    private @Nullable PgConnection connection;
    private boolean opening;
    private boolean busy;
    private boolean closed;

    /**
     * Makes a lane that is not open yet.
     *
     * @param changed called on the event loop whenever the lane has become free or was lost
     */
    Lane(
            Vertx vertx,
            Context context,
            PgConnectOptions options,
            DatabaseSettings settings,
            Runnable changed) {
        this.vertx = vertx;
        this.context = context;
        this.options = options;
        this.settings = settings;
        this.changed = changed;
    }

    boolean isFree() {
        return connection != null && !busy;
    }

    /** Whether it is open, or being opened for the first time since it was lost. */
    boolean isHopeful() {
        return connection != null || opening;
    }

    void open() {
        if (closed) {
            return;
        }
        opening = true;
        PgConnection.connect(vertx, options)
                .timeout(settings.connectWithin().toMillis(), TimeUnit.MILLISECONDS)
                .onComplete(
                        result ->
                                context.runOnContext(
                                        now -> {
                                            opening = false;
                                            if (result.succeeded()) {
                                                opened(result.result());
                                            } else {
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
        connection = fresh;
        fresh.closeHandler(end -> context.runOnContext(now -> lost(fresh)));
        fresh.exceptionHandler(failure -> context.runOnContext(now -> lost(fresh)));
    }

    private void lost(PgConnection which) {
        if (connection != which) {
            return; // news of a connection that was given up before
        }
        connection = null;
        which.close();
        open(); // at once: one lost connection makes nobody wait longer than opening another
        changed.run();
    }

    private void openLater() {
        if (!closed) {
            vertx.setTimer(REOPEN_AFTER_MILLIS, id -> context.runOnContext(now -> open()));
        }
    }

    /**
     * Runs one statement; only while the lane is free. If the answer does not come in time the
     * connection is cut: what it would still answer belongs to nobody.
     */
    Future<RowSet<Row>> run(String sql, Tuple parameters) {
        PgConnection open = connection;
        if (open == null) {
            return Future.failedFuture(new StoreUnavailable(POSTGRESQL, "the connection was lost"));
        }
        busy = true;
        return open.preparedQuery(sql)
                .execute(parameters)
                .timeout(settings.answerWithin().toMillis(), TimeUnit.MILLISECONDS)
                .onComplete(
                        answer -> {
                            busy = false;
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
