package dev.orderonce.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orderonce.payments.PaymentSettings;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The settings that the standalone build adds to the given ones; starts no store. */
class StandaloneTest {
    private static final String SECRET = "payments.notification-secret";

    @TempDir
    Path data;

    private Map<String, String> added(Map<String, String> given) {
        Map<String, String> settings = new HashMap<>(given);
        settings.put("database.url", "postgresql://127.0.0.1:1/somewhere");
        settings.put("quarkus.redis.hosts", "redis://127.0.0.1:1");
        try (Standalone standalone = Standalone.start(
                new SmallRyeConfigBuilder().withDefaultValues(settings).build(), data)) {
            return standalone.settings();
        }
    }

    @Test
    void notificationSecretThatIsGiven_isKept() {
        assertThat(added(Map.of(SECRET, "the provider's own")))
                .containsEntry("payments.provider-url", PaymentSettings.SIMULATED)
                .doesNotContainKey(SECRET);
    }

    @Test
    void notificationSecretThatIsNotGiven_isMadeForTheSimulatedProvider() {
        assertThat(added(Map.of()).get(SECRET)).hasSize(44);
    }

    @Test
    void storesThatAreGiven_keepTheirUserAndPassword() {
        assertThat(added(Map.of()))
                .doesNotContainKeys("database.url", "database.username", "database.password", "quarkus.redis.hosts");
    }
}
