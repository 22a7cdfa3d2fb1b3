package dev.orderonce.admission;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.orderonce.config.MadeFromSettings;
import dev.orderonce.config.RateLimit;
import dev.orderonce.identity.Buyer;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * Holds every buyer to the limits. The counts are in Redis, where the scripts of {@link AdmissionStore} apply them in
 * the round trip that is made anyway; while Redis is unavailable, and for {@link Limit#NUMBERS_WRONG}, each process
 * counts by itself.
 */
@ApplicationScoped
public class Limits implements MadeFromSettings {
    /** Counts refusals, by {@code limit}. */
    public static final String METRIC = "orderonce.limited";

    /** About 100 bytes each; the buyer without requests for the longest time is evicted first. */
    private static final int MOST_BUYERS = 50_000;

    private final Map<Limit, Bucket> buckets = new EnumMap<>(Limit.class);
    private final Map<Limit, Cache<Buyer, Double>> local = new EnumMap<>(Limit.class);
    private final Clock clock;
    private final MeterRegistry metrics;

    Limits(LimitSettings settings, Clock clock, MeterRegistry metrics) {
        this.clock = clock;
        this.metrics = metrics;
        for (Limit limit : Limit.values()) {
            Bucket bucket = Bucket.of(limit, allowance(settings, limit));
            // Registered at startup, so that an alert can distinguish "never" from "no data".
            metrics.counter(METRIC, "limit", limit.label());
            buckets.put(limit, bucket);
            local.put(
                    limit,
                    Caffeine.newBuilder()
                            .maximumSize(MOST_BUYERS)
                            .expireAfterWrite(micros(bucket.depth()).plusMillis(1))
                            .build());
        }
    }

    private static RateLimit allowance(LimitSettings settings, Limit limit) {
        return switch (limit) {
            case NUMBERS_ISSUED -> settings.numbersIssued();
            case NUMBERS_OUTSTANDING -> settings.numbersOutstanding();
            case ORDERS_PLACED -> settings.ordersPlaced();
            case NUMBERS_WRONG -> settings.numbersWrong();
        };
    }

    Bucket bucket(Limit limit) {
        return Objects.requireNonNull(buckets.get(limit));
    }

    /**
     * A refusal by a script.
     *
     * @param reply the limit's label and the microseconds until one more fits, separated by a space
     */
    RateLimited limited(String reply) {
        int space = reply.indexOf(' ');
        return limited(Limit.of(reply.substring(0, space)), Double.parseDouble(reply.substring(space + 1)));
    }

    /**
     * Counts one request in this process, which knows nothing of the buyer's requests to other replicas.
     *
     * @return the refusal if the limit is reached; then nothing is counted
     */
    public Optional<RateLimited> countUnlessFull(Limit limit, Buyer buyer) {
        Bucket bucket = bucket(limit);
        double now = now();
        double[] wait = {0};
        Objects.requireNonNull(local.get(limit)).asMap().compute(buyer, (same, emptyAt) -> {
            double begun = emptyAt == null ? now : emptyAt;
            wait[0] = bucket.wait(begun, now);
            return wait[0] > 0 ? begun : bucket.filled(begun, now);
        });
        return wait[0] > 0 ? Optional.of(limited(limit, wait[0])) : Optional.empty();
    }

    /** The refusal if the limit is reached in this process; counts nothing. */
    Optional<RateLimited> full(Limit limit, Buyer buyer) {
        Double emptyAt = Objects.requireNonNull(local.get(limit)).getIfPresent(buyer);
        if (emptyAt == null) {
            return Optional.empty(); // nearly always
        }
        double wait = bucket(limit).wait(emptyAt, now());
        return wait > 0 ? Optional.of(limited(limit, wait)) : Optional.empty();
    }

    /** Counts one request in this process, even beyond the limit. */
    void count(Limit limit, Buyer buyer) {
        double now = now();
        Objects.requireNonNull(local.get(limit))
                .asMap()
                .merge(
                        buyer,
                        bucket(limit).filled(now, now),
                        (emptyAt, first) -> bucket(limit).filled(emptyAt, now));
    }

    private double now() {
        return ChronoUnit.MICROS.between(Instant.EPOCH, clock.instant());
    }

    private RateLimited limited(Limit limit, double waitMicros) {
        metrics.counter(METRIC, "limit", limit.label()).increment();
        return new RateLimited(bucket(limit), micros(waitMicros));
    }

    private static Duration micros(double micros) {
        return Duration.of((long) Math.ceil(micros), ChronoUnit.MICROS);
    }
}
