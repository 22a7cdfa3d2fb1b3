package dev.orderonce.events;

import dev.orderonce.redis.RedisPipeline;
import dev.orderonce.redis.RedisScript;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Publishes the event log to a Redis Stream: every event at least once, in per-order sequence. Consumers recognize
 * repeats by number and sequence.
 */
@ApplicationScoped
class RelayEvents implements EventConsumer {
    /**
     * Between two batches of 200 while the relay is behind. Placing comes first: up to about 9 000 events a second are
     * published by each replica, and the rest of a longer peak is published after it. A shorter pause costs the hot
     * path its processor time.
     */
    private static final Duration PAUSE = Duration.ofMillis(20);

    private static final RedisScript PUBLISH = RedisScript.load("publish");

    private final RedisPipeline redis;
    private final EventSettings settings;

    RelayEvents(RedisPipeline redis, EventSettings settings) {
        this.redis = redis;
        this.settings = settings;
    }

    @Override
    public String name() {
        return "order_events";
    }

    @Override
    public int batchSize() {
        return 200;
    }

    @Override
    public Duration pause() {
        return PAUSE;
    }

    /** Publishes all of them or, if Redis refuses one, those before it; then all are repeated. */
    @Override
    public Uni<Void> consume(List<PublishedEvent> events) {
        List<String> arguments = new ArrayList<>(1 + 6 * events.size());
        arguments.add(Integer.toString(settings.streamSize()));
        for (PublishedEvent event : events) {
            arguments.add(event.number());
            arguments.add(event.buyer());
            arguments.add(Integer.toString(event.sequence()));
            arguments.add(event.kind());
            arguments.add(event.at());
            arguments.add(event.detail());
        }
        return redis.run(PUBLISH, List.of(settings.streamName()), arguments).replaceWithVoid();
    }
}
