package dev.orderonce.admission;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.orderonce.config.MadeFromSettings;
import dev.orderonce.config.RateLimit;
import dev.orderonce.identity.Buyer;
import dev.orderonce.redis.RedisReply;
import dev.orderonce.redis.RedisScript;
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
 * Holds every buyer to the limits: as words of Lua for scripts that have something to do in Redis
 * anyway, so that a limit costs no round trip; and in this process while Redis does not answer.
 */
@ApplicationScoped
public class Limits implements MadeFromSettings {
    /**
     * Lua, for the beginning of a script whose first key is the buyer's: when each bucket will be
     * empty, in microseconds of Redis' clock, because the replicas' may differ.
     */
    public static final String READ = """
            local time = redis.call('TIME')
            local now = time[1] * 1000000 + time[2]
            local numbers_issued, numbers_outstanding, orders_placed = now, now, now
            local buckets = redis.call('GET', KEYS[1])
            if buckets then
                local a, b, c = struct.unpack('>ddd', buckets)
                numbers_issued = math.max(a, now)
                numbers_outstanding = math.max(b, now)
                orders_placed = math.max(c, now)
            end
            """;

    /** Lua: keeps them for as long as they say anything. Needs {@link RedisScript#PASSING}. */
    public static final String WRITE = """
            passing('SET', KEYS[1], struct.pack('>ddd', numbers_issued, numbers_outstanding, orders_placed), 'PX',
                math.ceil((math.max(numbers_issued, numbers_outstanding, orders_placed) - now) / 1000) + 1)
            """;

    private static final char REFUSED = 'l';

    /** Counts what was refused, by {@code limit}. */
    public static final String METRIC = "orderonce.limited";

    /** About 100 bytes each; who was quiet for longest is forgotten first. */
    private static final int MOST_BUYERS = 50_000;

    private final Map<Limit, Bucket> buckets = new EnumMap<>(Limit.class);
    private final Map<Limit, Cache<Buyer, Double>> withoutRedis = new EnumMap<>(Limit.class);
    private final Clock clock;
    private final MeterRegistry metrics;

    Limits(LimitSettings settings, Clock clock, MeterRegistry metrics) {
        this.clock = clock;
        this.metrics = metrics;
        for (Limit limit : Limit.values()) {
            Bucket bucket = Bucket.of(limit, allowance(settings, limit));
            // There from the start, so that an alert can tell "never" from "not known".
            metrics.counter(METRIC, "limit", limit.text());
            buckets.put(limit, bucket);
            withoutRedis.put(
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

    /**
     * Lua: ends the script with a refusal unless one more fits.
     *
     * @param before what to do before it ends
     */
    public String refuseUnlessFits(Limit limit, String before) {
        Bucket bucket = bucket(limit);
        return "local wait_%1$s = %1$s + %2$s - now if wait_%1$s > 0 then %3$s return '%4$s%5$s:' .. math.ceil(wait_%1$s) end%n"
                .formatted(variable(limit), bucket.interval() - bucket.depth(), before, REFUSED, limit.name());
    }

    /** Lua: one more. */
    public String fill(Limit limit) {
        return "%1$s = %1$s + %2$s%n".formatted(variable(limit), bucket(limit).interval());
    }

    /** Lua: one less. */
    public String giveBack(Limit limit) {
        return "%1$s = %1$s - %2$s%n".formatted(variable(limit), bucket(limit).interval());
    }

    private static String variable(Limit limit) {
        return limit.text().replace('-', '_');
    }

    private Bucket bucket(Limit limit) {
        return Objects.requireNonNull(buckets.get(limit));
    }

    /** What such a script ended with, if it was a refusal. */
    public Optional<Excess> excess(RedisReply reply) {
        if (reply instanceof RedisReply.Text(String text) && !text.isEmpty() && text.charAt(0) == REFUSED) {
            int colon = text.indexOf(':');
            Limit limit = Limit.valueOf(text.substring(1, colon));
            return Optional.of(excess(limit, Double.parseDouble(text.substring(colon + 1))));
        }
        return Optional.empty();
    }

    /**
     * While Redis does not answer: takes one in this process, which knows nothing of what the buyer
     * does at the other replicas.
     */
    public Optional<Excess> takeWithoutRedis(Limit limit, Buyer buyer) {
        Bucket bucket = bucket(limit);
        double now = now();
        double[] wait = {0};
        Objects.requireNonNull(withoutRedis.get(limit)).asMap().compute(buyer, (same, emptyAt) -> {
            double begun = emptyAt == null ? now : emptyAt;
            wait[0] = bucket.wait(begun, now);
            return wait[0] > 0 ? begun : bucket.filled(begun, now);
        });
        return wait[0] > 0 ? Optional.of(excess(limit, wait[0])) : Optional.empty();
    }

    /** Whether one more would be refused in this process; takes none. */
    public Optional<Excess> fullWithoutRedis(Limit limit, Buyer buyer) {
        Double emptyAt = Objects.requireNonNull(withoutRedis.get(limit)).getIfPresent(buyer);
        if (emptyAt == null) {
            return Optional.empty(); // nearly always
        }
        double wait = bucket(limit).wait(emptyAt, now());
        return wait > 0 ? Optional.of(excess(limit, wait)) : Optional.empty();
    }

    /** Takes one in this process, whether it fits or not. */
    public void countWithoutRedis(Limit limit, Buyer buyer) {
        double now = now();
        Objects.requireNonNull(withoutRedis.get(limit))
                .asMap()
                .merge(
                        buyer,
                        bucket(limit).filled(now, now),
                        (emptyAt, first) -> bucket(limit).filled(emptyAt, now));
    }

    private double now() {
        return ChronoUnit.MICROS.between(Instant.EPOCH, clock.instant());
    }

    private Excess excess(Limit limit, double waitMicros) {
        metrics.counter(METRIC, "limit", limit.text()).increment();
        return new Excess(bucket(limit), micros(waitMicros));
    }

    private static Duration micros(double micros) {
        return Duration.of((long) Math.ceil(micros), ChronoUnit.MICROS);
    }
}
