package dev.orderonce.packaged;

import dev.orderonce.embedded.Standalone;
import dev.orderonce.testkit.Stores;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** What a server build requires and a test does not give: the standalone build brings it along itself. */
final class Surroundings implements AutoCloseable {
    private final Map<String, String> settings = new HashMap<>();
    private final Optional<Standalone> stores;

    private Surroundings(Path directory, Map<String, String> given) {
        stores = given.containsKey("DATABASE_URL")
                ? Optional.empty()
                : Optional.of(Standalone.start(new SmallRyeConfigBuilder().build(), directory.resolve("surroundings")));
        stores.ifPresent(started -> settings.putAll(Stores.environment(started)));
        settings.putAll(Issuer.settings(directory));
        // The same for all replicas.
        settings.put("NUMBERS_SIGNING_KEY", Base64.getEncoder().encodeToString(new byte[32]));
        settings.put("PAYMENTS_PROVIDER_URL", "https://provider.example");
        settings.put("PAYMENTS_NOTIFICATION_SECRET", "something");
        settings.putAll(given);
    }

    /** Starts stores if no database is given. */
    static Surroundings of(Path directory, Map<String, String> given) {
        return new Surroundings(directory, given);
    }

    /** Those given, and the missing ones. */
    Map<String, String> settings() {
        return Map.copyOf(settings);
    }

    @Override
    public void close() {
        stores.ifPresent(Standalone::close);
    }
}
