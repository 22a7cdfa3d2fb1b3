package dev.orderonce.stores;

import io.quarkus.reactive.pg.client.PgPoolCreator;
import io.vertx.pgclient.PgBuilder;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.PoolOptions;
import io.vertx.sqlclient.SqlConnectOptions;

import jakarta.inject.Singleton;

import java.util.List;
import java.util.concurrent.TimeUnit;

/** Makes the pool of connections to PostgreSQL, for what is not on the hot road. */
@Singleton
class PostgresPool implements PgPoolCreator {
    private final DatabaseSettings settings;

    PostgresPool(DatabaseSettings settings) {
        this.settings = settings;
    }

    @Override
    public Pool create(Input input) {
        PoolOptions pool =
                input.poolOptions()
                        .setMaxSize(settings.connections())
                        .setMaxWaitQueueSize(settings.waiting())
                        .setConnectionTimeout((int) settings.connectWithin().toMillis())
                        .setConnectionTimeoutUnit(TimeUnit.MILLISECONDS)
                        .setIdleTimeout((int) settings.idleFor().toSeconds())
                        .setIdleTimeoutUnit(TimeUnit.SECONDS);
        List<SqlConnectOptions> servers =
                input.pgConnectOptionsList().stream()
                        .<SqlConnectOptions>map(given -> PostgresOptions.bounded(given, settings))
                        .toList();
        return PgBuilder.pool().with(pool).connectingTo(servers).using(input.vertx()).build();
    }
}
