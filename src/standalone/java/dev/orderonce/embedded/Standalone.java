package dev.orderonce.embedded;

import static dev.orderonce.config.RequiredSettings.DATABASE_URL;
import static dev.orderonce.config.RequiredSettings.DATABASE_USERNAME;
import static dev.orderonce.config.RequiredSettings.IDENTITY_AUDIENCE;
import static dev.orderonce.config.RequiredSettings.IDENTITY_ISSUER;
import static dev.orderonce.config.RequiredSettings.IDENTITY_KEYS;
import static dev.orderonce.config.RequiredSettings.NUMBERS_SIGNING_KEY;
import static dev.orderonce.config.RequiredSettings.PAYMENTS_NOTIFICATION_SECRET;
import static dev.orderonce.config.RequiredSettings.PAYMENTS_PROVIDER_URL;
import static dev.orderonce.config.RequiredSettings.REDIS_HOSTS;

import dev.orderonce.identity.DemoKeys;
import dev.orderonce.payments.PaymentSettings;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.eclipse.microprofile.config.Config;

/**
 * Starts what is not configured: the stores, a signing key for numbers, the demo sign-in. What is configured is not
 * started, and while any of it runs the service listens on the loopback interface only.
 */
public final class Standalone implements AutoCloseable {
    /** Not among the required settings: a database elsewhere may do without. */
    private static final String DATABASE_PASSWORD = "database.password";

    private final Map<String, String> settings = new LinkedHashMap<>();
    private final DataDirectory directory;
    private Optional<EmbeddedPostgreSql> postgreSql = Optional.empty();
    private Optional<EmbeddedRedis> redis = Optional.empty();

    private Standalone(DataDirectory directory) {
        this.directory = directory;
    }

    /** Whether anything is not configured that can be started. */
    public static boolean isWanted(Config given) {
        return !DATABASE_URL.isGiven(given)
                || !REDIS_HOSTS.isGiven(given)
                || !NUMBERS_SIGNING_KEY.isGiven(given)
                || !IDENTITY_ISSUER.isGiven(given)
                || !PAYMENTS_PROVIDER_URL.isGiven(given);
    }

    /**
     * Starts what is missing.
     *
     * @param data the data directory
     * @throws IllegalStateException with a sentence if another service has locked that directory
     */
    public static Standalone start(Config given, Path data) {
        Standalone standalone = new Standalone(DataDirectory.take(data));
        try {
            standalone.bringAlong(given);
            return standalone;
        } catch (RuntimeException failure) {
            standalone.close();
            throw failure;
        }
    }

    private void bringAlong(Config given) {
        Path data = directory.path();
        settings.put("standalone.data", data.toString());
        if (!DATABASE_URL.isGiven(given)) {
            EmbeddedPostgreSql started = EmbeddedPostgreSql.start(data.resolve("postgresql"), data.resolve("programs"));
            postgreSql = Optional.of(started);
            settings.put(DATABASE_URL.property(), started.url());
            settings.put(DATABASE_USERNAME.property(), started.username());
            settings.put(DATABASE_PASSWORD, started.password());
        }
        if (!REDIS_HOSTS.isGiven(given)) {
            EmbeddedRedis started = EmbeddedRedis.start(data.resolve("redis"));
            redis = Optional.of(started);
            settings.put(REDIS_HOSTS.property(), started.url());
        }
        if (!NUMBERS_SIGNING_KEY.isGiven(given)) {
            // Kept, so that numbers issued before a restart stay valid.
            settings.put(NUMBERS_SIGNING_KEY.property(), Secrets.kept(data.resolve("numbers.key"), Secrets::newKey));
        }
        if (!IDENTITY_ISSUER.isGiven(given)) {
            settings.putAll(DemoKeys.make(
                    data.resolve("demo-sign-in.pem"),
                    IDENTITY_ISSUER.property(),
                    IDENTITY_AUDIENCE.property(),
                    IDENTITY_KEYS.property()));
        }
        if (!PAYMENTS_PROVIDER_URL.isGiven(given)) {
            settings.put(PAYMENTS_PROVIDER_URL.property(), PaymentSettings.SIMULATED);
            if (!PAYMENTS_NOTIFICATION_SECRET.isGiven(given)) {
                // The simulated provider lives as long as the process, and so does this secret.
                settings.put(PAYMENTS_NOTIFICATION_SECRET.property(), Secrets.newKey());
            }
        }
        settings.put("quarkus.http.host", "127.0.0.1");
        settings.put("quarkus.management.host", "127.0.0.1");
    }

    /** The settings that make the service use what was started. */
    public Map<String, String> settings() {
        return Map.copyOf(settings);
    }

    public EmbeddedPostgreSql postgreSql() {
        return postgreSql.orElseThrow();
    }

    public EmbeddedRedis redis() {
        return redis.orElseThrow();
    }

    @Override
    public void close() {
        redis.ifPresent(EmbeddedRedis::stop);
        postgreSql.ifPresent(EmbeddedPostgreSql::stop);
        directory.close();
    }
}
