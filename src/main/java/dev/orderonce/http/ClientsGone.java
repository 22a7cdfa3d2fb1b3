package dev.orderonce.http;

import io.quarkus.logging.LoggingFilter;
import io.vertx.core.http.HttpClosedException;
import java.io.IOException;
import java.util.Set;
import java.util.logging.Filter;
import java.util.logging.LogRecord;

/**
 * Drops the framework's log records about clients that disconnected while a response was written. An operator cannot
 * act on them, and any client can cause any number of them; each would be an ERROR with a stack trace.
 */
@LoggingFilter(name = "clients-gone")
public final class ClientsGone implements Filter {
    private static final Set<String> WRITERS = Set.of(
            "org.jboss.resteasy.reactive.server.handlers.PublisherResponseHandler",
            "io.quarkus.vertx.http.runtime.QuarkusErrorHandler",
            "io.vertx.core.net.impl.ConnectionBase");

    @Override
    public boolean isLoggable(LogRecord entry) {
        return !WRITERS.contains(entry.getLoggerName())
                || !(entry.getThrown() instanceof IOException || entry.getThrown() instanceof HttpClosedException);
    }
}
