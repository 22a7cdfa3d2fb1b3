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
 * A span for each question that a traced request asks a store; none, and no work, for any other.
 *
 * <p>What shares a statement or a packet is traced by hand: each question has a span of its own,
 * from when it was asked to when it was answered, waiting included.
 *
 * @see <a href="https://opentelemetry.io/docs/specs/semconv/database/">Semantic conventions for
 *     databases</a>
 */
@ApplicationScoped
public class StoreSpans {
    private final Tracer tracer;
    private final boolean off;

    StoreSpans(Tracer tracer, @ConfigProperty(name = "quarkus.otel.sdk.disabled", defaultValue = "false") boolean off) {
        this.tracer = tracer;
        this.off = off;
    }

    /** Begins one, if the request at hand is traced. */
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

    /** It was answered, among so many that shared a statement. */
    public static void answered(@Nullable Span span, int together) {
        if (span != null) {
            if (together > 1) { // never said of one, by the conventions
                span.setAttribute("db.operation.batch.size", together);
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
