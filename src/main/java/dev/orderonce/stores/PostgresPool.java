package dev.orderonce.stores;

import io.quarkus.reactive.pg.client.PgPoolCreator;
import io.vertx.pgclient.PgBuilder;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.PoolOptions;
import io.vertx.sqlclient.SqlConnectOptions;

import jakarta.inject.Singleton;

import java.util.List;
import java.util.concurrent.TimeUnit;

/** Makes the pool of connections to PostgreSQL, every bound of it set on purpose. */
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
                        .<SqlConnectOptions>map(this::bounded)
                        .toList();
        return PgBuilder.pool().with(pool).connectingTo(servers).using(input.vertx()).build();
    }

    private PgConnectOptions bounded(PgConnectOptions given) {
        PgConnectOptions options = new PgConnectOptions(given);
        options.setCachePreparedStatements(true)
                .setConnectTimeout((int) settings.connectWithin().toMillis())
                .setTcpKeepAlive(true)
                .addProperty("application_name", "order-once")
                .addProperty(
                        "statement_timeout", Long.toString(settings.statementWithin().toMillis()))
                // A transaction that somebody forgot must not hold its locks; no work here has such
                // pauses.
                .addProperty("idle_in_transaction_session_timeout", "10000");
        // A server that vanished without a word: the socket is given up, and the next request opens
        // another.
        // Ten times the time an answer may take; a connection that was merely unused is opened
        // again in milliseconds.
        options.setReadIdleTimeout(10 * (int) settings.answerWithin().toMillis());
        options.setIdleTimeoutUnit(TimeUnit.MILLISECONDS);
        return options;
    }
}
