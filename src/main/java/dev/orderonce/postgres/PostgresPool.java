package dev.orderonce.postgres;

import io.quarkus.reactive.pg.client.PgPoolCreator;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgBuilder;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.PoolOptions;
import io.vertx.sqlclient.SqlConnectOptions;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Makes the pools of connections to PostgreSQL. */
@Singleton
class PostgresPool implements PgPoolCreator {
    /** How long an unused connection stays open, in minutes: longer than the pauses of a quiet hour. */
    private static final int IDLE_MINUTES = 10;

    private final DatabaseSettings settings;

    /** Shared by all connections: when one has no reply, the others are checked too. */
    private final ReplyTimeout replyTimeout;

    PostgresPool(DatabaseSettings settings) {
        this.settings = settings;
        this.replyTimeout = new ReplyTimeout(settings.replyTimeout());
    }

    /** Makes the pool for everything but the hot path. */
    @Override
    public Pool create(Input input) {
        PoolOptions options = input.poolOptions()
                .setMaxSize(settings.poolSize())
                .setMaxWaitQueueSize(settings.queueLimit())
                .setConnectionTimeout((int) PostgresOptions.CONNECT_TIMEOUT.toMillis())
                .setConnectionTimeoutUnit(TimeUnit.MILLISECONDS)
                .setIdleTimeout(IDLE_MINUTES)
                .setIdleTimeoutUnit(TimeUnit.MINUTES);
        List<SqlConnectOptions> servers = input.pgConnectOptionsList().stream()
                .<SqlConnectOptions>map(given -> PostgresOptions.bounded(given, settings))
                .toList();
        return watched(input.vertx(), options, servers, () -> {});
    }

    /**
     * Makes the pool for one kind of statement of the hot path; its connections live on the event loop of the statement
     * that they are opened for.
     *
     * @param lost called on that event loop after a connection was closed
     */
    Pool forStatements(String name, Vertx vertx, Runnable lost) {
        PoolOptions options = new PoolOptions()
                .setName(name)
                .setMaxSize(settings.batchPoolSize())
                .setMaxWaitQueueSize(0)
                // An attempt ends by its own timeouts; the pool's would only abandon it.
                .setConnectionTimeout(0);
        return watched(vertx, options, List.of(PostgresOptions.of(settings)), lost);
    }

    private Pool watched(Vertx vertx, PoolOptions options, List<SqlConnectOptions> servers, Runnable lost) {
        return PgBuilder.pool()
                .with(options)
                .connectingTo(servers)
                .withConnectHandler(connection -> {
                    replyTimeout.watch(connection, lost);
                    connection.close(); // into the pool
                })
                .using(vertx)
                .build();
    }
}
