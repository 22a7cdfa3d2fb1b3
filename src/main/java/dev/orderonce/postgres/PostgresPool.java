package dev.orderonce.postgres;

import io.quarkus.reactive.pg.client.PgPoolCreator;
import io.vertx.pgclient.PgBuilder;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.PoolOptions;
import io.vertx.sqlclient.SqlConnectOptions;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Makes the pool of connections to PostgreSQL for everything but the hot path. */
@Singleton
class PostgresPool implements PgPoolCreator {
    /** How long an unused connection stays open, in minutes: longer than the pauses of a quiet hour. */
    private static final int IDLE_MINUTES = 10;

    private final DatabaseSettings settings;
    private final ReplyTimeout replyTimeout;

    PostgresPool(DatabaseSettings settings) {
        this.settings = settings;
        this.replyTimeout = new ReplyTimeout(settings.replyTimeout());
    }

    /** Shared by all connections: when one has no reply, the others are checked too. */
    @Produces
    @Singleton
    ReplyTimeout replyTimeout() {
        return replyTimeout;
    }

    @Override
    public Pool create(Input input) {
        PoolOptions pool = input.poolOptions()
                .setMaxSize(settings.poolSize())
                .setMaxWaitQueueSize(settings.queueLimit())
                .setConnectionTimeout((int) PostgresOptions.CONNECT_TIMEOUT.toMillis())
                .setConnectionTimeoutUnit(TimeUnit.MILLISECONDS)
                .setIdleTimeout(IDLE_MINUTES)
                .setIdleTimeoutUnit(TimeUnit.MINUTES);
        List<SqlConnectOptions> servers = input.pgConnectOptionsList().stream()
                .<SqlConnectOptions>map(given -> PostgresOptions.bounded(given, settings))
                .toList();
        return PgBuilder.pool()
                .with(pool)
                .connectingTo(servers)
                .withConnectHandler(connection -> {
                    replyTimeout.watch(connection);
                    connection.close(); // into the pool
                })
                .using(input.vertx())
                .build();
    }
}
