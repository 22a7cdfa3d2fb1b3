package dev.orderonce.testkit;

import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import io.quarkus.test.junit.QuarkusTestProfile;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Runs the service with a {@link Provider} whose responses are late, lost or errors, and with short delays. */
public final class OnFaultyProvider implements QuarkusTestProfile {
    private static final int FAULTS_OF_A_HUNDRED = 30;

    private static @Nullable Provider running;

    /** The provider of the running test. */
    public static Provider provider() {
        return Objects.requireNonNull(running, "this test does not run with this profile");
    }

    @Override
    public List<TestResourceEntry> testResources() {
        return List.of(new TestResourceEntry(Started.class));
    }

    /** Starts the provider. */
    public static final class Started implements QuarkusTestResourceLifecycleManager {
        @Override
        public int order() {
            return 1;
        }

        @Override
        public Map<String, String> start() {
            running = Provider.start(System.nanoTime(), FAULTS_OF_A_HUNDRED, "faulty");
            return Map.of(
                    "payments.provider-url", provider().url(),
                    "payments.notification-secret", "faulty",
                    "payments.provider-timeout", "600ms",
                    "payments.resume-delay", "3s",
                    "payments.retry-delay", "20ms",
                    "jobs.interval.resume-payments", "200ms");
        }

        @Override
        public void stop() {
            provider().close();
        }
    }
}
