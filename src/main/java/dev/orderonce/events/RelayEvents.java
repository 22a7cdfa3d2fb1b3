package dev.orderonce.events;

import dev.orderonce.jobs.FixedDelay;
import dev.orderonce.redis.RedisPipeline;
import dev.orderonce.redis.RedisScript;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Publishes the event log to a Redis Stream: every event at least once, each order's in its own
 * order. Consumers tell repeats by the order's number and sequence.
 */
@ApplicationScoped
class RelayEvents implements EventConsumer {
    /**
     * KEYS: the stream. ARGV: about how many entries it keeps; then six for each event. Ends at the
     * first that is refused, so that no later event of an order is there without its earlier one.
     */
    private static final RedisScript PUBLISH = new RedisScript("publish", """
                    for i = 2, #ARGV, 6 do
                        redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[1], '*', 'number', ARGV[i],
                            'buyer', ARGV[i + 1], 'sequence', ARGV[i + 2], 'kind', ARGV[i + 3],
                            'at', ARGV[i + 4], 'detail', ARGV[i + 5])
                    end
                    return (#ARGV - 1) / 6
                    """);

    private final DeliverEvents followEvents;
    private final RedisPipeline redis;
    private final EventSettings settings;

    RelayEvents(DeliverEvents followEvents, RedisPipeline redis, EventSettings settings) {
        this.followEvents = followEvents;
        this.redis = redis;
        this.settings = settings;
    }

    void begin(@Observes StartupEvent start, FixedDelay rhythm) {
        rhythm.keep(settings.relayEvery(), this::relay);
    }

    Uni<Void> relay() {
        return followEvents.follow(this);
    }

    @Override
    public String name() {
        return "order_events";
    }

    @Override
    public int atOnce() {
        return 200;
    }

    @Override
    public Duration pause() {
        return settings.pause();
    }

    /** All of them or, if Redis refuses one, those before it; then all are repeated. */
    @Override
    public Uni<Void> take(List<PublishedEvent> events) {
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
