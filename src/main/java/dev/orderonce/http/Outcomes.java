package dev.orderonce.http;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.opentelemetry.api.trace.Span;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;
import org.jboss.logging.MDC;

/**
 * Counts, times and logs how each use case ended, and says so in the request's trace.
 *
 * <p>The metric is {@code orderonce_outcomes_seconds} with the tags {@code use} and {@code
 * outcome}: its count is the number of such endings, and {@code
 * {use="place",outcome="already-placed"}} counts the duplicates that were prevented.
 */
@ApplicationScoped
public class Outcomes {
    private static final Logger LOG = Logger.getLogger("dev.orderonce.outcomes");

    /** From well below a commit to well beyond a time-out, about a factor of two apart. */
    private static final Duration[] BUCKETS = {
        Duration.ofMillis(1), Duration.ofMillis(2), Duration.ofMillis(5), Duration.ofMillis(10),
        Duration.ofMillis(20), Duration.ofMillis(50), Duration.ofMillis(100), Duration.ofMillis(250),
        Duration.ofMillis(500), Duration.ofSeconds(1), Duration.ofSeconds(5)
    };

    /**
     * What a client sends as its number may be as long as its request; no number is longer than
     * this.
     */
    private static final int LONGEST_NUMBER = 64;

    private final MeterRegistry metrics;
    private final boolean untraced;
    private final Map<Key, Ending> endings = new ConcurrentHashMap<>();

    Outcomes(
            MeterRegistry metrics,
            @ConfigProperty(name = "quarkus.otel.sdk.disabled", defaultValue = "false") boolean untraced) {
        this.metrics = metrics;
        this.untraced = untraced;
    }

    private record Key(String use, Class<?> outcome) {}

    /** An exception that ends a use case and is counted like its outcomes. */
    public interface Failure {
        /** The tag {@code outcome}. */
        String label();
    }

    /**
     * Records how a use case ends, from now on until it does.
     *
     * @param use the use case: place, issue, …
     * @param number the order number as the client sent it
     * @param ending a sealed outcome; a {@link Failure} is recorded and passed on
     */
    public <O> Uni<O> time(String use, String number, Uni<O> ending) {
        return time(use, outcome -> number, ending);
    }

    /**
     * Records how a use case ends, from now on until it does.
     *
     * @param number the order number that an outcome has; empty if it has none
     */
    public <O> Uni<O> time(String use, Function<O, String> number, Uni<O> ending) {
        long begunAt = System.nanoTime();
        return ending.onItemOrFailure().invoke((outcome, failure) -> {
            if (failure == null) {
                record(use, outcome, number.apply(outcome), begunAt);
            } else if (failure instanceof Failure) {
                record(use, failure, "", begunAt);
            }
        });
    }

    private record Ending(String name, Timer timer) {}

    /**
     * Records one ending.
     *
     * @param use the use case: place, issue, …
     * @param outcome a case of its sealed outcome
     * @param number the order number as the client sent it, or as it was issued
     * @param begunAt {@link System#nanoTime()} when the request was taken up
     */
    private void record(String use, Object outcome, String number, long begunAt) {
        Key key = new Key(use, outcome.getClass());
        Ending known = endings.get(key);
        Ending ending = known == null ? endings.computeIfAbsent(key, now -> ending(now, outcome)) : known;
        ending.timer.record(Duration.ofNanos(System.nanoTime() - begunAt));
        if (!untraced) {
            Span.current()
                    .setAttribute("orderonce.use", use)
                    .setAttribute("orderonce.outcome", ending.name)
                    .setAttribute("orderonce.order.number", shortened(number));
        }
        // A line per order is for looking into things: on the hot road it would cost more than the
        // order.
        if (LOG.isDebugEnabled()) {
            MDC.put("orderNumber", shortened(number));
            MDC.put("outcome", ending.name);
            LOG.debugf("%s: %s", use, ending.name);
            MDC.remove("orderNumber");
            MDC.remove("outcome");
        }
    }

    private static String shortened(String number) {
        return number.substring(0, Math.min(number.length(), LONGEST_NUMBER));
    }

    private Ending ending(Key key, Object outcome) {
        String name = outcome instanceof Failure failure
                ? failure.label()
                : key.outcome
                        .getSimpleName()
                        .replaceAll("(?<=[a-z])(?=[A-Z])", "-")
                        .toLowerCase(java.util.Locale.ROOT);
        return new Ending(
                name,
                Timer.builder("orderonce.outcomes")
                        .description("How use cases ended, and how long they took")
                        .tag("use", key.use)
                        .tag("outcome", name)
                        .serviceLevelObjectives(BUCKETS)
                        .register(metrics));
    }
}
