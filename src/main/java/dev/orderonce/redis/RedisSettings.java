package dev.orderonce.redis;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.OptionalInt;

/** Settings of the connections to Redis, prefix {@code redis}. */
@ConfigMapping(prefix = "redis")
public interface RedisSettings {

    /** Where Redis is: {@code redis://[:password@]host:port[/database]}, or {@code rediss://} for TLS. */
    String url();

    /**
     * Connections kept open, each carrying many requests at once; as many as there are event loops unless it is set.
     * With one on each loop no reply changes threads, and the commands of one turn of the loop leave in one packet;
     * more connections would only make the packets smaller.
     */
    OptionalInt poolSize();

    /**
     * How long a reply may take before the connection counts as broken. Redis answers in well under a millisecond; half
     * a second survives a pause for a snapshot's fork, and is short enough that a buyer does not click again.
     */
    @WithDefault("500ms")
    Duration replyTimeout();

    /**
     * Requests that may wait on one connection. At 100 000 replies a second this is 40 ms of queue; more would only be
     * late. Beyond it requests are refused at once.
     */
    @WithDefault("4096")
    int queueLimit();
}
