package dev.orderonce.testkit;

import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import io.quarkus.test.junit.QuarkusTestProfile;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Runs the service with a {@link KafkaBroker}, to which it publishes events. */
public final class OnKafka implements QuarkusTestProfile {
    /** The largest record that the service sends, bytes: a setting of the client. */
    public static final int LARGEST_RECORD = 10_000;

    private static @Nullable KafkaBroker running;

    /** The broker of the running test. */
    public static KafkaBroker broker() {
        return Objects.requireNonNull(running, "this test does not run with this profile");
    }

    @Override
    public List<TestResourceEntry> testResources() {
        return List.of(new TestResourceEntry(Started.class));
    }

    /** Starts the broker. */
    public static final class Started implements QuarkusTestResourceLifecycleManager {
        @Override
        public Map<String, String> start() {
            running = KafkaBroker.start();
            return Map.of(
                    "events.kafka.bootstrap-servers",
                    broker().address(),
                    "kafka.max.request.size",
                    Integer.toString(LARGEST_RECORD));
        }

        @Override
        public void stop() {
            broker().close();
        }
    }
}
