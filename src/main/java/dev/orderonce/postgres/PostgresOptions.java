package dev.orderonce.postgres;

import io.vertx.pgclient.PgConnectOptions;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** How every connection to PostgreSQL is made: each bound of it set on purpose. */
final class PostgresOptions {
    private PostgresOptions() {}

    /** The options for these settings alone. */
    static PgConnectOptions of(DatabaseSettings settings) {
        PgConnectOptions options = PgConnectOptions.fromUri(settings.url()).setUser(settings.username());
        settings.password().ifPresent(options::setPassword);
        return bounded(options, settings);
    }

    /** The given options with our bounds. */
    static PgConnectOptions bounded(PgConnectOptions given, DatabaseSettings settings) {
        PgConnectOptions options = new PgConnectOptions(given);
        options.setCachePreparedStatements(true)
                .setConnectTimeout(millis(settings.connectTimeout()))
                .setTcpKeepAlive(true)
                .addProperty("application_name", "order-once")
                .addProperty(
                        "statement_timeout",
                        Long.toString(settings.statementTimeout().toMillis()))
                // A transaction that somebody forgot must not hold its locks; no work here has such
                // pauses.
                .addProperty("idle_in_transaction_session_timeout", "10000");
        // Of the handshake, which nothing else bounds; ReplyTimeout takes its place after that.
        options.setReadIdleTimeout(millis(settings.replyTimeout()));
        options.setIdleTimeoutUnit(TimeUnit.MILLISECONDS);
        return options;
    }

    private static int millis(Duration duration) {
        return Math.toIntExact(duration.toMillis());
    }
}
