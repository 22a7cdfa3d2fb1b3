package dev.orderonce.statistics;

import dev.orderonce.redis.RedisCommand;
import dev.orderonce.redis.RedisPipeline;
import dev.orderonce.redis.RedisReply;
import dev.orderonce.redis.RedisScript;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Counts requests to place an order by outcome, in Redis: a hash for each minute, which expires.
 *
 * <pre>
 *   once:picture:{MINUTE}   outcome → count
 * </pre>
 */
@ApplicationScoped
class StatisticsStore {
    private static final RedisScript ADD = RedisScript.load("add-counts");

    private static final Duration TTL = Duration.ofHours(2);

    private final RedisPipeline redis;

    StatisticsStore(RedisPipeline redis) {
        this.redis = redis;
    }

    /** Adds to the minute of this time; fails if Redis is unavailable. */
    Uni<Void> add(Instant at, Map<String, Long> counts) {
        List<String> arguments = new ArrayList<>(1 + 2 * counts.size());
        arguments.add(Long.toString(TTL.toMillis()));
        counts.forEach((outcome, count) -> {
            arguments.add(outcome);
            arguments.add(Long.toString(count));
        });
        return redis.run(ADD, List.of(key(at)), arguments).replaceWithVoid();
    }

    /** The counts of the minute of this time; fails if Redis is unavailable. */
    Uni<Map<String, Long>> read(Instant at) {
        return redis.send(RedisCommand.of("HGETALL", key(at))).map(StatisticsStore::counts);
    }

    private static Map<String, Long> counts(RedisReply reply) {
        Map<String, Long> counts = new HashMap<>();
        if (reply instanceof RedisReply.Many(List<RedisReply> replies)) {
            for (int i = 0; i + 1 < replies.size(); i += 2) {
                if (replies.get(i) instanceof RedisReply.Text(String outcome)
                        && replies.get(i + 1) instanceof RedisReply.Text(String count)) {
                    counts.put(outcome, Long.parseLong(count));
                }
            }
        }
        return counts;
    }

    private static String key(Instant at) {
        return "once:picture:{" + at.truncatedTo(ChronoUnit.MINUTES) + '}';
    }
}
