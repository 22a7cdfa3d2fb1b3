package dev.orderonce.http;

import io.quarkus.logging.LoggingFilter;
import io.vertx.core.http.HttpClosedException;
import java.io.IOException;
import java.util.Set;
import java.util.logging.Filter;
import java.util.logging.LogRecord;

/**
 * Leaves out of the log what the framework says of clients that were cut off while something was
 * sent to them. That is nothing an operator can act on, and anybody can cause it as often as they
 * like; each would be an ERROR with a stack trace.
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
