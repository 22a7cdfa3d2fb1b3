package dev.orderonce.http;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import jakarta.inject.Singleton;
import java.util.HexFormat;
import java.util.concurrent.ThreadLocalRandom;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.MDC;

/**
 * Gives each request an id, 32 hexadecimal digits: its trace id if it is traced, else 128 random bits. It is in the
 * response ({@code Request-Id}), in a problem ({@code instance}) and in every log record of the request
 * ({@code requestId}). A client cannot choose it: one that could would write into the log, and could use one id for all
 * of its requests.
 */
@Singleton
class RequestIds {
    private static final CharSequence HEADER = HttpHeaders.createOptimized(Headers.REQUEST_ID);

    /** The name in log records. */
    private static final String LOGGED = "requestId";

    private final boolean untraced;

    RequestIds(@ConfigProperty(name = "quarkus.otel.sdk.disabled", defaultValue = "false") boolean untraced) {
        this.untraced = untraced;
    }

    /** Gives the request its id, unless it has one. Call it in the request's own context. */
    void assign(HttpServerResponse response) {
        if (response.headers().contains(HEADER)) {
            return;
        }
        String id = newId();
        response.putHeader(HEADER, id);
        MDC.put(LOGGED, id);
    }

    /** The id that was assigned to the request of this response. */
    static String of(HttpServerResponse response) {
        return response.headers().get(HEADER);
    }

    private String newId() {
        if (!untraced) {
            SpanContext span = Span.current().getSpanContext();
            if (span.isValid()) {
                return span.getTraceId();
            }
        }
        // It is no secret, and need not be unpredictable.
        ThreadLocalRandom random = ThreadLocalRandom.current();
        HexFormat hex = HexFormat.of();
        return hex.toHexDigits(random.nextLong()) + hex.toHexDigits(random.nextLong());
    }
}
