package dev.orderonce.postgres;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;

/**
 * The connections of one kind of statement: a pool that opens them before a statement needs one, and as many permits as
 * are open. A statement with a permit never waits in the pool's queue, nor for a connection that cannot be opened.
 *
 * <p>Each kind has its own pool: all connections of a pool live on one event loop and need no locks, and slow reads
 * leave the connections of the writes free. All methods run on that event loop.
 */
final class StatementPool {
    /** A restarted PostgreSQL is found nearly at once. */
    private static final long FIRST_DELAY_MILLIS = 100;

    /** After a longer outage PostgreSQL is found within this time. */
    private static final long MAX_DELAY_MILLIS = 1000;

    private static final String PROBE = "SELECT 1";

    private final Vertx vertx;
    private final Context context;
    private final Pool pool;
    private final DatabaseSettings settings;
    private final Runnable changed;
    private final Runnable answered;
    private int running;
    private int opening;
    private long delayMillis = FIRST_DELAY_MILLIS;
    private boolean isDown;
    private boolean isClosed;

    /**
     * Makes a pool without connections.
     *
     * @param changed called on the event loop whenever a permit is free again, or a connection was opened or lost, or
     *     could not be opened; not for {@link #run}
     * @param answered called on the event loop for each reply to a probe
     */
    StatementPool(
            String name,
            Vertx vertx,
            Context context,
            PostgresPool pools,
            DatabaseSettings settings,
            Runnable changed,
            Runnable answered) {
        this.vertx = vertx;
        this.context = context;
        this.pool = pools.forStatements(name, vertx, () -> context.runOnContext(_ -> changed.run()));
        this.settings = settings;
        this.changed = changed;
        this.answered = answered;
    }

    /** Only {@link #attempt} makes the pool open a connection. */
    private int open() {
        return pool.size() - opening;
    }

    boolean isOpen() {
        return open() > 0;
    }

    boolean hasPermit() {
        return running < open();
    }

    /** Whether a connection is open, or is being opened for the first time since the last was lost. */
    boolean isHopeful() {
        return isOpen() || !isDown;
    }

    /**
     * Opens the connections, and from then on probes the idle ones: a connection that was lost without a reset is found
     * before the next order needs it.
     */
    void begin() {
        replaceLost();
        vertx.setPeriodic(settings.replyTimeout().toMillis() / 2, _ -> probeIdle());
    }

    /**
     * Opens what is missing. After a failure there is one attempt at a time, with increasing delays: a server that
     * accepts connections without replying keeps every attempt in its queue, and makes a session of each when it
     * recovers.
     */
    void replaceLost() {
        if (!isDown && pool.size() < settings.batchPoolSize()) {
            probeIdle(); // the pool opens a connection only while none is idle
            for (int missing = settings.batchPoolSize() - pool.size(); missing > 0; missing--) {
                attempt();
            }
        }
    }

    private void retry() {
        if (!isClosed) {
            probeIdle();
            attempt();
        }
    }

    /**
     * Opens a connection, bounded by the connect timeout and by the driver's idle timeout in the handshake. It is never
     * abandoned before: an abandoned attempt would become a session that nothing closes.
     */
    private void attempt() {
        opening++;
        settled(pool.query(PROBE).execute()).onComplete(result -> {
            opening--;
            isDown = isClosed || result.failed();
            if (!isDown) {
                delayMillis = FIRST_DELAY_MILLIS;
            } else if (opening == 0) {
                vertx.setTimer(delayMillis, _ -> retry());
                delayMillis = Math.min(2 * delayMillis, MAX_DELAY_MILLIS);
            }
            changed.run();
        });
    }

    private void probeIdle() {
        for (int idle = open() - running; idle > 0; idle--) {
            occupy(pool.query(PROBE).execute()).onSuccess(_ -> answered.run()).onComplete(_ -> changed.run());
        }
    }

    /** Executes one statement; only with a permit, which it holds until it ends. */
    Future<RowSet<Row>> run(String sql, Tuple parameters) {
        return occupy(pool.preparedQuery(sql).execute(parameters));
    }

    private Future<RowSet<Row>> occupy(Future<RowSet<Row>> statement) {
        running++;
        return settled(statement).onComplete(_ -> running--);
    }

    /** A lost connection leaves the pool right after its statement has failed: what a failure causes waits for that. */
    private Future<RowSet<Row>> settled(Future<RowSet<Row>> statement) {
        Promise<RowSet<Row>> settled = Promise.promise();
        statement.onSuccess(settled::complete).onFailure(failure -> context.runOnContext(_ -> settled.fail(failure)));
        return settled.future();
    }

    /** Closes the connections, each after its statement. */
    Future<Void> close() {
        isClosed = true;
        isDown = true;
        return pool.close();
    }
}
