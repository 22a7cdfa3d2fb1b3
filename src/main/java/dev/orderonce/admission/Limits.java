package dev.orderonce.admission;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.orderonce.admission.Bucket.Level;
import dev.orderonce.admission.Bucket.Part;
import dev.orderonce.config.MadeFromSettings;
import dev.orderonce.config.RateLimit;
import dev.orderonce.http.LimitPolicy;
import dev.orderonce.http.Quota;
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
 * Holds every buyer to the limits. Each process counts a buyer's requests in its share of the {@link Bucket}; beyond
 * it, the scripts of {@link AdmissionStore} count them in Redis. While Redis is unavailable, and for
 * {@link Limit#NUMBERS_WRONG}, each process applies the whole limit by itself.
 */
@ApplicationScoped
public class Limits implements MadeFromSettings {
    /** Counts refusals, by {@code limit}. */
    public static final String METRIC = "orderonce.limited";

    /** About 100 bytes each; the buyer without requests for the longest time is evicted first. */
    private static final int MOST_BUYERS = 50_000;

    /** Less than this is a rounding error of a level. */
    private static final double ROUNDING = 1e-6;

    private final Map<Limit, Counts> counts = new EnumMap<>(Limit.class);

    /**
     * Keys that were given up. They have the limit of orders, but levels of their own, which empty as the whole bucket
     * does and not as this replica's share of it.
     */
    private final Counts keysGivenUp;

    private final Clock clock;
    private final MeterRegistry metrics;

    Limits(LimitSettings settings, Clock clock, MeterRegistry metrics) {
        this.clock = clock;
        this.metrics = metrics;
        this.keysGivenUp = new Counts(Bucket.of(Limit.ORDERS_PLACED, settings.ordersPlaced()), false);
        for (Limit limit : Limit.values()) {
            // Registered at startup, so that an alert can distinguish "never" from "no data".
            metrics.counter(METRIC, "limit", limit.label());
            counts.put(limit, new Counts(Bucket.of(limit, allowance(settings, limit)), limit != Limit.NUMBERS_WRONG));
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

    /** What this process has counted under one limit. */
    private static final class Counts {
        private final Bucket bucket;
        private final LimitPolicy policy;
        private final Part whole;
        private final Cache<Buyer, Level> levels;

        /** What this process knows to be in the shared bucket: what it has counted there itself. */
        private final Cache<Buyer, Level> inRedis;

        private final Part shared;
        private final boolean isShared;

        /** Empty while it is not known how many replicas there are. */
        private volatile Optional<Part> share = Optional.empty();

        Counts(Bucket bucket, boolean isShared) {
            this.bucket = bucket;
            this.policy = bucket.policy();
            this.whole = bucket.whole();
            this.shared = bucket.shared();
            this.isShared = isShared;
            this.levels = newCache(whole);
            this.inRedis = newCache(shared);
        }

        private static Cache<Buyer, Level> newCache(Part part) {
            return Caffeine.newBuilder()
                    .maximumSize(MOST_BUYERS)
                    // The cache's maintenance is shorter than waking another thread for it.
                    .executor(Runnable::run)
                    .expireAfterWrite(micros(part.depth()).plusMillis(1))
                    .build();
        }

        double level(Buyer buyer, Part part, double now) {
            return level(levels, buyer, part, now);
        }

        private static double level(Cache<Buyer, Level> levels, Buyer buyer, Part part, double now) {
            Level level = levels.getIfPresent(buyer);
            return level == null ? 0 : part.level(level, now);
        }

        /** Adds to what is known to be in the shared bucket. */
        void addInRedis(Buyer buyer, int count, double now) {
            inRedis.asMap().compute(buyer, (_, before) -> {
                double level = before == null ? 0 : shared.level(before, now);
                return new Level(Math.clamp(level + count, 0, (double) shared.size()), now);
            });
        }

        Quota left(Buyer buyer, double now) {
            Part own = isShared ? share.orElse(whole) : whole;
            double counted = level(buyer, own, now);
            double countedInRedis = isShared ? level(inRedis, buyer, shared, now) : 0;
            long size = isShared ? share.map(Part::size).orElse(0L) + shared.size() : whole.size();
            double room = size - counted - countedInRedis;
            long left = (long) Math.floor(room + ROUNDING);
            double perMicro = (counted > 0 ? own.perMicro() : 0) + (countedInRedis > 0 ? shared.perMicro() : 0);
            return perMicro == 0 ? policy.left(left) : policy.left(left, micros((left + 1 - room) / perMicro));
        }

        /** Adds one unless it would overflow; returns how long to wait, in microseconds: 0 or less if it was added. */
        double add(Buyer buyer, Part part, double now) {
            double[] wait = {0};
            levels.asMap().compute(buyer, (_, before) -> {
                double level = before == null ? 0 : part.level(before, now);
                wait[0] = part.wait(level);
                return new Level(wait[0] > 0 ? level : level + 1, now);
            });
            return wait[0];
        }
    }

    private Counts counts(Limit limit) {
        return Objects.requireNonNull(counts.get(limit));
    }

    Bucket bucket(Limit limit) {
        return counts(limit).bucket;
    }

    /**
     * Sets how many replicas share the limits.
     *
     * @param replicas 0: unknown, so this replica has no share and Redis counts everything
     */
    void shareAmong(int replicas) {
        counts.values()
                .forEach(counts -> counts.share = Optional.of(replicas)
                        .filter(count -> count > 0)
                        .map(counts.bucket::local)
                        .filter(part -> part.size() > 0));
    }

    /** Counts one request if it fits in this replica's share of the limit. */
    boolean countInShare(Buyer buyer, Limit limit) {
        Counts counts = counts(limit);
        Optional<Part> share = counts.share;
        return share.isPresent() && counts.add(buyer, share.get(), now()) <= 0;
    }

    /**
     * Undoes the count of one request in this replica.
     *
     * @return false if none is counted here; it may be counted in Redis or at another replica
     */
    boolean uncount(Buyer buyer, Limit limit) {
        Counts counts = counts(limit);
        Part part = counts.share.orElse(counts.whole);
        double now = now();
        boolean[] isUncounted = {false};
        counts.levels.asMap().computeIfPresent(buyer, (_, before) -> {
            double level = part.level(before, now);
            isUncounted[0] = level > 0;
            return new Level(Math.max(0, level - 1), now);
        });
        return isUncounted[0];
    }

    /**
     * A refusal by a script.
     *
     * @param reply the limit's label and the microseconds until one more fits in the shared bucket, separated by a
     *     space
     */
    RateLimited limited(Buyer buyer, String reply) {
        int space = reply.indexOf(' ');
        Limit limit = Limit.of(reply.substring(0, space));
        double shared = Double.parseDouble(reply.substring(space + 1));
        Counts counts = counts(limit);
        counts.addInRedis(buyer, (int) counts.shared.size(), now());
        double local = counts.share
                .map(share -> share.wait(counts.level(buyer, share, now())))
                .orElse(shared);
        return limited(limit, Math.max(1, Math.min(shared, local)));
    }

    /**
     * Counts one request in this process, which knows nothing of the buyer's requests to other replicas.
     *
     * @return the refusal if the limit is reached; then nothing is counted
     */
    public Optional<RateLimited> countUnlessFull(Limit limit, Buyer buyer) {
        return countUnlessFull(counts(limit), buyer);
    }

    /**
     * Counts one key that the buyer gives up, in this process and apart from the buyer's orders.
     *
     * @return the refusal, which names {@link Limit#ORDERS_PLACED}, if as many keys as orders were given up; then
     *     nothing is counted
     */
    public Optional<RateLimited> countKeyGivenUp(Buyer buyer) {
        return countUnlessFull(keysGivenUp, buyer);
    }

    private Optional<RateLimited> countUnlessFull(Counts counts, Buyer buyer) {
        double wait = counts.add(buyer, counts.whole, now());
        return wait > 0 ? Optional.of(limited(counts.bucket.limit(), wait)) : Optional.empty();
    }

    /** The refusal if the limit is reached in this process; counts nothing. */
    Optional<RateLimited> full(Limit limit, Buyer buyer) {
        Counts counts = counts(limit);
        double wait = counts.whole.wait(counts.level(buyer, counts.whole, now()));
        return wait > 0 ? Optional.of(limited(limit, wait)) : Optional.empty();
    }

    /** Counts requests that Redis has counted, or has uncounted if they are negative, for {@link #left} alone. */
    void countInRedis(Limit limit, Buyer buyer, int count) {
        counts(limit).addInRedis(buyer, count, now());
    }

    /**
     * Returns how many more requests the limit allows now, as far as this process knows: what it has counted in its
     * share and in Redis. It does not know what other replicas have counted in Redis, nor does it count on their
     * shares.
     */
    public Quota left(Limit limit, Buyer buyer) {
        return counts(limit).left(buyer, now());
    }

    /** Counts one request in this process, even beyond the limit. */
    void count(Limit limit, Buyer buyer) {
        Counts counts = counts(limit);
        double now = now();
        counts.levels
                .asMap()
                .compute(
                        buyer,
                        (_, before) -> new Level(1 + (before == null ? 0 : counts.whole.level(before, now)), now));
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
