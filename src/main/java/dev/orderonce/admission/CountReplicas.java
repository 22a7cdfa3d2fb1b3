package dev.orderonce.admission;

import dev.orderonce.jobs.Job;
import dev.orderonce.redis.RedisPipeline;
import dev.orderonce.redis.RedisScript;
import dev.orderonce.stores.StoreUnavailable;
import io.quarkus.runtime.ShutdownEvent;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import java.util.UUID;

/**
 * Counts the replicas that share the limits, by a heartbeat of each in Redis. Until the first reply, and while Redis is
 * unavailable, their number is unknown.
 *
 * <p>After a new replica has counted itself, the others use their larger shares for at most one more interval.
 */
@ApplicationScoped
class CountReplicas {
    private static final Duration INTERVAL = Duration.ofSeconds(1);

    /** A replica that has missed so many heartbeats has ended. Counting it for longer makes the shares smaller only. */
    private static final int MISSED_HEARTBEATS = 5;

    /** How long a stopping replica waits: the others notice its end without this, some seconds later. */
    private static final Duration LEAVE_TIMEOUT = Duration.ofMillis(500);

    private static final String REPLICAS = "once:{replicas}";

    private static final RedisScript BEAT = RedisScript.load(
            "heartbeat", Long.toString(INTERVAL.multipliedBy(MISSED_HEARTBEATS).toMillis()));

    private final RedisPipeline redis;
    private final Limits limits;
    private final String replica = UUID.randomUUID().toString();

    CountReplicas(RedisPipeline redis, Limits limits) {
        this.redis = redis;
        this.limits = limits;
    }

    @Produces
    @Singleton
    Job countReplicas() {
        return new Job("count-replicas", INTERVAL, this::count);
    }

    private Uni<Void> count() {
        return redis.run(BEAT, List.of(REPLICAS), List.of(replica))
                .onFailure()
                .invoke(() -> limits.shareAmong(0))
                .invoke(count -> limits.shareAmong(count.toInteger()))
                .replaceWithVoid();
    }

    /** After the last heartbeat, and before the connections are closed. */
    void leave(@Observes @Priority(2) ShutdownEvent stop) {
        try {
            redis.data().sortedSet(String.class).zrem(REPLICAS, replica).await().atMost(LEAVE_TIMEOUT);
        } catch (StoreUnavailable | io.smallrye.mutiny.TimeoutException gone) {
            // It counts for some seconds more.
        }
    }
}
