package dev.orderonce.statistics;

import dev.orderonce.redis.RedisPipeline;
import io.quarkus.redis.datasource.hash.ReactiveHashCommands;
import io.smallrye.mutiny.Uni;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
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
    private static final Duration TTL = Duration.ofHours(2);

    private final RedisPipeline redis;
    private final ReactiveHashCommands<String, String, Long> minutes;

    StatisticsStore(RedisPipeline redis) {
        this.redis = redis;
        this.minutes = redis.data().hash(Long.class);
    }

    /** Adds to the minute of this time; fails if Redis is unavailable. */
    Uni<Void> add(Instant at, Map<String, Long> counts) {
        List<Request> commands = new ArrayList<>(counts.size() + 1);
        counts.forEach((outcome, count) -> commands.add(
                Request.cmd(Command.HINCRBY).arg(key(at)).arg(outcome).arg(count)));
        commands.add(Request.cmd(Command.PEXPIRE).arg(key(at)).arg(TTL.toMillis()));
        return redis.sendTogether("add-counts", commands).replaceWithVoid();
    }

    /** The counts of the minute of this time; fails if Redis is unavailable. */
    Uni<Map<String, Long>> read(Instant at) {
        return minutes.hgetall(key(at));
    }

    private static String key(Instant at) {
        return "once:picture:{" + at.truncatedTo(ChronoUnit.MINUTES) + '}';
    }
}
