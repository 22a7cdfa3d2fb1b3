package dev.orderonce.redis;

import io.quarkus.redis.runtime.client.config.RedisConfig;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Consumer;

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

    /** Adds a sentence for each value that cannot be used. */
    static void check(RedisSettings settings, Consumer<String> wrong) {
        RedisClients.check(settings, wrong);
    }

    /** Adds a sentence for each value of the framework's settings that cannot be used. */
    static void checkAddresses(RedisConfig settings, Consumer<String> wrong) {
        RedisClients.check(Objects.requireNonNull(settings.clients().get(RedisConfig.DEFAULT_CLIENT_NAME)), wrong);
    }
}
