package dev.orderonce.postgres;

import io.vertx.pgclient.PgConnectOptions;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** The options of every connection to PostgreSQL: timeouts and session settings. */
final class PostgresOptions {
    /** Time to open a connection, and to wait for a free one of the pool. */
    static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(1);

    private PostgresOptions() {}

    /** The options of these settings. */
    static PgConnectOptions of(DatabaseSettings settings) {
        PgConnectOptions options = PgConnectOptions.fromUri(settings.url()).setUser(settings.username());
        settings.password().ifPresent(options::setPassword);
        return bounded(options, settings);
    }

    /** The given options with the timeouts of these settings. */
    static PgConnectOptions bounded(PgConnectOptions given, DatabaseSettings settings) {
        PgConnectOptions options = new PgConnectOptions(given);
        options.setCachePreparedStatements(true)
                .setConnectTimeout(millis(CONNECT_TIMEOUT))
                .setTcpKeepAlive(true)
                .addProperty("application_name", "order-once")
                .addProperty(
                        "statement_timeout",
                        Long.toString(settings.statementTimeout().toMillis()))
                // An abandoned transaction must not hold its locks; no transaction here pauses for that long.
                .addProperty("idle_in_transaction_session_timeout", "10000");
        // Bounds the handshake only; ReplyTimeout replaces it afterwards.
        options.setReadIdleTimeout(millis(settings.replyTimeout()));
        options.setIdleTimeoutUnit(TimeUnit.MILLISECONDS);
        return options;
    }

    private static int millis(Duration duration) {
        return Math.toIntExact(duration.toMillis());
    }
}
