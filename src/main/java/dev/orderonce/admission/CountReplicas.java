package dev.orderonce.admission;

import dev.orderonce.jobs.Job;
import dev.orderonce.redis.RedisPipeline;
import dev.orderonce.redis.RedisRefusal;
import dev.orderonce.redis.RedisScript;
import dev.orderonce.stores.StoreUnavailable;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import io.smallrye.mutiny.TimeoutException;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;

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
    private final AtomicInteger known = new AtomicInteger();

    CountReplicas(RedisPipeline redis, Limits limits, MeterRegistry metrics) {
        this.redis = redis;
        this.limits = limits;
        Gauge.builder("orderonce.replicas", known, AtomicInteger::get)
                .description("Replicas that share the limits, as this one knows; 0: unknown")
                .register(metrics);
    }

    @Produces
    @Singleton
    Job countReplicas() {
        return new Job("count-replicas", INTERVAL, this::count);
    }

    private Uni<Void> count() {
        return redis.run(BEAT, List.of(REPLICAS), List.of(replica))
                .onFailure()
                .invoke(() -> share(0))
                .invoke(count -> share(count.toInteger()))
                .replaceWithVoid();
    }

    private void share(int replicas) {
        known.set(replicas);
        limits.shareAmong(replicas);
    }

    /** After the last heartbeat, and before the connections are closed. */
    void leave(@Observes @Priority(2) ShutdownEvent stop) {
        try {
            redis.data().sortedSet(String.class).zrem(REPLICAS, replica).await().atMost(LEAVE_TIMEOUT);
        } catch (StoreUnavailable | RedisRefusal | TimeoutException gone) {
            // It counts for some seconds more.
        }
    }
}
