package dev.orderonce.http;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.opentelemetry.api.trace.Span;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;
import org.jboss.logging.MDC;

/**
 * Counts, times, logs and traces how each use case ended.
 *
 * <p>The metric is {@code orderonce_outcomes_seconds} with the tags {@code use} and {@code outcome}. The count of
 * {@code {use="place",outcome="already-placed"}} is the number of duplicates that were prevented.
 */
@Singleton
class Outcomes {
    private static final Logger LOG = Logger.getLogger("dev.orderonce.outcomes");

    /** From well below a commit to well beyond a timeout, about a factor of two apart. */
    private static final Duration[] BUCKETS = {
        Duration.ofMillis(1), Duration.ofMillis(2), Duration.ofMillis(5), Duration.ofMillis(10),
        Duration.ofMillis(20), Duration.ofMillis(50), Duration.ofMillis(100), Duration.ofMillis(250),
        Duration.ofMillis(500), Duration.ofSeconds(1), Duration.ofSeconds(5)
    };

    /** A client may send a text of any length as its number; no number is longer than this. */
    private static final int LONGEST_NUMBER = 64;

    private final MeterRegistry metrics;
    private final boolean untraced;
    private final Map<Key, Timer> timers = new ConcurrentHashMap<>();

    Outcomes(
            MeterRegistry metrics,
            @ConfigProperty(name = "quarkus.otel.sdk.disabled", defaultValue = "false") boolean untraced) {
        this.metrics = metrics;
        this.untraced = untraced;
    }

    private record Key(String use, String outcome) {}

    /**
     * Records how a use case ends, from now on until it does.
     *
     * @param number the order number that an outcome has; empty if it has none
     * @param running a failure that is an {@link Outcome} is recorded and passed on
     */
    <O extends Outcome> Uni<O> time(String use, Function<? super O, String> number, Uni<O> running) {
        long begunAt = System.nanoTime();
        return running.onItemOrFailure().invoke((outcome, failure) -> {
            if (failure == null) {
                record(new Key(use, outcome.label()), number.apply(outcome), begunAt);
            } else if (failure instanceof Outcome counted) {
                record(new Key(use, counted.label()), "", begunAt);
            }
        });
    }

    /** Records one outcome; {@code begunAt} is {@link System#nanoTime()} when the request was accepted. */
    private void record(Key key, String number, long begunAt) {
        Timer known = timers.get(key);
        Timer timer = known == null ? timers.computeIfAbsent(key, this::timer) : known;
        timer.record(Duration.ofNanos(System.nanoTime() - begunAt));
        if (!untraced) {
            Span.current()
                    .setAttribute("orderonce.use", key.use)
                    .setAttribute("orderonce.outcome", key.outcome)
                    .setAttribute("orderonce.order.number", shortened(number));
        }
        // A line for each order is for debugging: on the hot path it would cost more than the order.
        if (LOG.isDebugEnabled()) {
            MDC.put("orderNumber", shortened(number));
            MDC.put("outcome", key.outcome);
            LOG.debugf("%s: %s", key.use, key.outcome);
            MDC.remove("orderNumber");
            MDC.remove("outcome");
        }
    }

    private static String shortened(String number) {
        return number.substring(0, Math.min(number.length(), LONGEST_NUMBER));
    }

    private Timer timer(Key key) {
        return Timer.builder("orderonce.outcomes")
                .description("How use cases ended, and how long they took")
                .tag("use", key.use)
                .tag("outcome", key.outcome)
                .serviceLevelObjectives(BUCKETS)
                .register(metrics);
    }
}
