package dev.orderonce.stores;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Locale;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jspecify.annotations.Nullable;

/**
 * Makes a span for each store request of a traced HTTP request; other requests cost nothing.
 *
 * <p>Requests that share a statement have a span each, from the request to its reply, waiting included.
 *
 * @see <a href="https://opentelemetry.io/docs/specs/semconv/database/">Semantic conventions for databases</a>
 */
@ApplicationScoped
public class StoreSpans {
    private final Tracer tracer;
    private final boolean off;

    StoreSpans(Tracer tracer, @ConfigProperty(name = "quarkus.otel.sdk.disabled", defaultValue = "false") boolean off) {
        this.tracer = tracer;
        this.off = off;
    }

    /** Begins a span if the current request is traced. */
    public @Nullable Span begin(StoreUnavailable.Store store, String operation) {
        if (off || !Span.current().getSpanContext().isSampled()) {
            return null;
        }
        String system = store.name().toLowerCase(Locale.ROOT);
        return tracer.spanBuilder(system + ' ' + operation)
                .setSpanKind(SpanKind.CLIENT)
                .setAttribute("db.system.name", system)
                .setAttribute("db.operation.name", operation)
                .startSpan();
    }

    /** Ends the span of a request that had a reply together with others of the same statement. */
    public static void answered(@Nullable Span span, int batchSize) {
        if (span != null) {
            if (batchSize > 1) { // the conventions forbid 1
                span.setAttribute("db.operation.batch.size", batchSize);
            }
            span.end();
        }
    }

    public static void failed(@Nullable Span span, Throwable failure) {
        if (span != null) {
            span.setStatus(StatusCode.ERROR, String.valueOf(failure.getMessage()));
            span.end();
        }
    }
}
