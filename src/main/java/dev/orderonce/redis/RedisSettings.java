package dev.orderonce.redis;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/**
 * What the framework's client has no setting for, prefix {@code redis}. Where Redis is, TLS, users, Sentinel and
 * Cluster are settings of the framework, prefix {@code quarkus.redis}.
 */
@ConfigMapping(prefix = "redis")
public interface RedisSettings {

    /**
     * How long a reply may take before the connection counts as broken. Redis answers in well under a millisecond; half
     * a second survives a pause for a snapshot's fork, and is short enough that a buyer does not click again.
     */
    @WithDefault("500ms")
    Duration replyTimeout();
}
