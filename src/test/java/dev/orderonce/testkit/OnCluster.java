package dev.orderonce.testkit;

import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import io.quarkus.test.junit.QuarkusTestProfile;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Runs the service on a Redis Cluster. */
public class OnCluster implements QuarkusTestProfile {
    private static @Nullable RedisCluster running;

    /** The topology of the running test. */
    public static RedisCluster redis() {
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
            running = RedisCluster.start();
            return Map.of("quarkus.redis.hosts", redis().hosts(), "quarkus.redis.client-type", "cluster");
        }

        @Override
        public void stop() {
            redis().close();
        }
    }
}
