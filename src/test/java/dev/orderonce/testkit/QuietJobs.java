package dev.orderonce.testkit;

import io.quarkus.test.junit.QuarkusTestProfile;
import java.util.Map;

/** No job runs by itself after the start: what a store receives then comes from the test. */
public final class QuietJobs implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
        return Map.of("payments.settle-every", "1h", "payments.unpaid-every", "1h");
    }
}
