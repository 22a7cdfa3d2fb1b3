package dev.orderonce.testkit;

import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import io.quarkus.test.junit.QuarkusTestProfile;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Runs the service on a Redis primary with a replica, which it finds through sentinels. */
public class OnSentinels implements QuarkusTestProfile {
    private static @Nullable RedisSentinels running;

    /** The topology of the running test. */
    public static RedisSentinels redis() {
        return Objects.requireNonNull(running, "this test does not run with this profile");
    }

    @Override
    public List<TestResourceEntry> testResources() {
        return List.of(new TestResourceEntry(Topology.class));
    }

    /** Starts the topology and configures the service for it, in place of the Redis of {@link Stores}. */
    public static final class Topology implements QuarkusTestResourceLifecycleManager {
        @Override
        public int order() {
            return 1;
        }

        @Override
        public Map<String, String> start() {
            running = RedisSentinels.start();
            return Map.of(
                    "quarkus.redis.hosts",
                    redis().hosts(),
                    "quarkus.redis.client-type",
                    "sentinel",
                    "quarkus.redis.master-name",
                    RedisSentinels.MASTER_NAME);
        }

        @Override
        public void stop() {
            redis().close();
        }
    }
}
