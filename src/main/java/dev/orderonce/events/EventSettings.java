package dev.orderonce.events;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.Optional;

/** Settings of the event log's relay, prefix {@code events}. */
@ConfigMapping(prefix = "events")
public interface EventSettings {

    /** The name of the stream in Redis. */
    @WithDefault("once:events")
    String streamName();

    /**
     * Events that the stream keeps, about: the oldest are deleted. A consumer that was away for
     * longer reads the orders' histories. At a thousand orders a minute this is more than an hour; about 200
     * bytes each.
     */
    @WithDefault("100000")
    int streamSize();

    /**
     * How often each replica looks for events; so old is an event when it is published, at most.
     */
    @WithDefault("200ms")
    Duration relayEvery();

    /**
     * Between two batches of 200 while the relay is behind. Placing comes first: with 20 ms, up to
     * about 9 000 events a second are published, and what a longer peak leaves is published after
     * it. Shorter publishes sooner, and costs the hot road its processor time.
     */
    @WithDefault("20ms")
    Duration pause();

    /**
     * How long the replica that publishes is left alone: so long nothing is published after it
     * died.
     */
    @WithDefault("5s")
    Duration relayLease();

    /**
     * How often a replica looks for events while somebody listens to it; so old is an event when
     * its buyer's page hears of it.
     */
    @WithDefault("500ms")
    Duration liveEvery();

    /** Live streams of one replica at once; each is an open connection. */
    @WithDefault("2000")
    int listenerLimit();

    /** Live streams of one buyer at one replica: a person has a few tabs and a phone. At least 1. */
    @WithDefault("10")
    int listenerPerBuyerLimit();

    /** Interval of the comments that keep a live stream open; shorter than any proxy's idle timeout. */
    @WithDefault("15s")
    Duration heartbeatInterval();

    /**
     * How long an event is kept, and with it the order's history; forever unless it is set. The
     * evidence of a dispute is kept with the dispute.
     */
    Optional<Duration> ttl();

    /** How often each replica removes events that are older than that. */
    @WithDefault("10m")
    Duration forgetEvery();

    /**
     * How long a number that was given out may still turn up. A statement ends within seconds; a
     * commit may wait for a standby, and nobody knows for how long.
     */
    @WithDefault("1h")
    Duration missingFor();
}
