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

import dev.orderonce.config.RequiredSettings;
import dev.orderonce.identity.DemoKeys;
import dev.orderonce.payments.PaymentSettings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.eclipse.microprofile.config.Config;

/**
 * Starts what is not configured: the stores, a signing key for numbers, the demo sign-in. What is configured is not
 * started, and while any of it runs the service listens on the loopback interface only.
 */
public final class Standalone implements AutoCloseable {
    /** Not among the required settings: a database elsewhere may do without. */
    private static final String DATABASE_PASSWORD = "database.password";

    /** Receivers of webhooks in development are on this machine. */
    private static final String ALLOW_LOOPBACK = "webhooks.allow-loopback";

    /** Where the service listens while it has anything that this class brings along. */
    public static final String HOST = "127.0.0.1";

    private final List<StoreWatch> watches = new ArrayList<>();
    private final Map<String, String> settings = new LinkedHashMap<>();
    private final DataDirectory directory;
    private Optional<EmbeddedPostgreSql> postgreSql = Optional.empty();
    private Optional<EmbeddedRedis> redis = Optional.empty();

    private Standalone(DataDirectory directory) {
        this.directory = directory;
    }

    /** The required settings that are not configured and that this build brings along. */
    public static Set<RequiredSettings> provided(Config given) {
        Set<RequiredSettings> provided = EnumSet.noneOf(RequiredSettings.class);
        if (!DATABASE_URL.isGiven(given)) {
            provided.addAll(Set.of(DATABASE_URL, DATABASE_USERNAME));
        }
        if (!REDIS_HOSTS.isGiven(given)) {
            provided.add(REDIS_HOSTS);
        }
        if (!NUMBERS_SIGNING_KEY.isGiven(given)) {
            provided.add(NUMBERS_SIGNING_KEY);
        }
        if (!IDENTITY_ISSUER.isGiven(given)) {
            provided.addAll(Set.of(IDENTITY_ISSUER, IDENTITY_AUDIENCE, IDENTITY_KEYS));
        }
        if (!PAYMENTS_PROVIDER_URL.isGiven(given)) {
            provided.add(PAYMENTS_PROVIDER_URL);
            if (!PAYMENTS_NOTIFICATION_SECRET.isGiven(given)) {
                provided.add(PAYMENTS_NOTIFICATION_SECRET);
            }
        }
        return provided;
    }

    /**
     * Locks the data directory; starts nothing.
     *
     * @throws IllegalStateException with a sentence if it cannot be used, or if another service has locked it
     */
    public static Standalone in(Path data) {
        return new Standalone(DataDirectory.take(data));
    }

    /**
     * Starts what is missing.
     *
     * @param data the data directory
     * @throws IllegalStateException with a sentence if it cannot be used, or if a store cannot be started
     */
    public static Standalone start(Config given, Path data) {
        Standalone standalone = in(data);
        try {
            standalone.bringAlong(given, _ -> {});
            return standalone;
        } catch (RuntimeException failure) {
            standalone.close();
            throw failure;
        }
    }

    /**
     * Starts what is missing.
     *
     * @param progress is called with what begins
     * @throws IllegalStateException with a sentence if a store cannot be started
     */
    public void bringAlong(Config given, Consumer<String> progress) {
        Set<RequiredSettings> provided = provided(given);
        Path data = directory.path();
        settings.put("standalone.data", data.toString());
        if (provided.contains(DATABASE_URL)) {
            Path programs = data.resolve("programs");
            progress.accept(
                    Files.exists(programs)
                            ? "Starting PostgreSQL"
                            : "Starting PostgreSQL (the first start unpacks it, which takes about 20 s)");
            EmbeddedPostgreSql started = EmbeddedPostgreSql.start(data.resolve("postgresql"), programs);
            postgreSql = Optional.of(started);
            settings.put(DATABASE_URL.property(), started.url());
            settings.put(DATABASE_USERNAME.property(), started.username());
            settings.put(DATABASE_PASSWORD, started.password());
        }
        if (provided.contains(REDIS_HOSTS)) {
            progress.accept("Starting Redis");
            EmbeddedRedis started = EmbeddedRedis.start(data.resolve("redis"));
            redis = Optional.of(started);
            settings.put(REDIS_HOSTS.property(), started.url());
        }
        if (provided.contains(NUMBERS_SIGNING_KEY)) {
            // Kept, so that numbers issued before a restart stay valid.
            settings.put(NUMBERS_SIGNING_KEY.property(), Secrets.kept(data.resolve("numbers.key"), Secrets::newKey));
        }
        if (provided.contains(IDENTITY_ISSUER)) {
            settings.putAll(DemoKeys.make(
                    data.resolve("demo-sign-in.pem"),
                    IDENTITY_ISSUER.property(),
                    IDENTITY_AUDIENCE.property(),
                    IDENTITY_KEYS.property()));
        }
        if (provided.contains(PAYMENTS_PROVIDER_URL)) {
            settings.put(PAYMENTS_PROVIDER_URL.property(), PaymentSettings.SIMULATED);
            if (provided.contains(PAYMENTS_NOTIFICATION_SECRET)) {
                // The simulated provider lives as long as the process, and so does this secret.
                settings.put(PAYMENTS_NOTIFICATION_SECRET.property(), Secrets.newKey());
            }
        }
        if (given.getOptionalValue(ALLOW_LOOPBACK, String.class).isEmpty()) {
            settings.put(ALLOW_LOOPBACK, "true");
        }
        settings.put("quarkus.http.host", HOST);
        settings.put("quarkus.management.host", HOST);
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

    /**
     * Starts a store again that ends without being stopped.
     *
     * @param giveUp is called with a sentence, without a full stop, if that does not help
     */
    public void watch(Consumer<String> giveUp) {
        postgreSql.ifPresent(store -> watches.add(new StoreWatch(
                "PostgreSQL", store::process, store::restartAfterItsEnd, giveUp, InstantSource.system())));
        redis.ifPresent(store ->
                watches.add(new StoreWatch("Redis", store::process, store::restart, giveUp, InstantSource.system())));
    }

    /** Starts no store again from now on. */
    public void unwatch() {
        watches.forEach(StoreWatch::close);
    }

    @Override
    public void close() {
        unwatch();
        redis.ifPresent(EmbeddedRedis::stop);
        postgreSql.ifPresent(EmbeddedPostgreSql::stop);
        directory.close();
    }
}
