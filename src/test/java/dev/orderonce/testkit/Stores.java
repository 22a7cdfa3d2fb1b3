package dev.orderonce.testkit;

import dev.orderonce.embedded.Standalone;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The real PostgreSQL and Redis of all tests, each behind a proxy with which a test can break its connections. */
public final class Stores implements QuarkusTestResourceLifecycleManager {
    private static @Nullable Stores running;

    private final Standalone standalone;
    private final StatementLog statements = new StatementLog();
    private final FaultProxy toPostgreSql;
    private final FaultProxy toRedis;

    /** Created by the framework, once for all test classes. */
    public Stores() {
        Path data = Path.of("target", "test-stores-" + ProcessHandle.current().pid());
        deleteOld();
        standalone = Standalone.start(new SmallRyeConfigBuilder().build(), data);
        toPostgreSql = FaultProxy.before(standalone.postgreSql().port(), statements);
        toRedis = FaultProxy.before(standalone.redis().port());
    }

    private static void deleteOld() {
        try (Stream<Path> entries = Files.list(Path.of("target"))) {
            List<Path> old = entries.filter(
                            path -> path.getFileName().toString().startsWith("test-stores-"))
                    .toList();
            for (Path directory : old) {
                try (Stream<Path> tree = Files.walk(directory)) {
                    for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
                        Files.delete(path);
                    }
                }
            }
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    @Override
    public Map<String, String> start() {
        running = this;
        Map<String, String> settings = new HashMap<>(standalone.settings());
        settings.put(
                "database.url", at(toPostgreSql.port(), standalone.postgreSql().url()));
        settings.put(
                "quarkus.redis.hosts", at(toRedis.port(), standalone.redis().url()));
        // A test that needs one of these jobs runs it itself: a test that drops one reply of PostgreSQL must not
        // drop one of theirs.
        for (String job : List.of(
                "relay-events",
                "poll-live-events",
                "purge-events",
                "purge-tombstones",
                "purge-records",
                "count-unsettled-payments",
                "count-open-suspicions",
                "count-overdue-disputes",
                "scan-orders",
                "end-holds",
                "resume-confirmations",
                "resume-resolutions",
                "deliver-webhooks",
                "purge-deliveries",
                "count-failing-webhooks",
                "count-disabled-webhooks")) {
            settings.put("jobs.interval." + job, "off");
        }
        // Abandoned work is resumed within a test's timeout.
        settings.put("payments.resume-delay", "4s");
        // Racers send more than a person does. Tests of the limits set lower ones.
        for (String limit : List.of("numbers-issued", "numbers-outstanding", "orders-placed")) {
            settings.put("limits." + limit, "100000/1m");
        }
        return settings;
    }

    /** The address of a store at another port, that of its proxy. */
    public static String at(int port, String url) {
        return url.replaceFirst(":[0-9]+(?=/|$)", ":" + port);
    }

    /** The environment of a service that uses these stores. */
    public static Map<String, String> environment(Standalone stores) {
        return Map.of(
                "DATABASE_URL", stores.postgreSql().url(),
                "DATABASE_USERNAME", stores.postgreSql().username(),
                "DATABASE_PASSWORD", stores.postgreSql().password(),
                "QUARKUS_REDIS_HOSTS", stores.redis().url());
    }

    @Override
    public void stop() {
        toPostgreSql.close();
        toRedis.close();
        standalone.close();
    }

    private static Stores running() {
        if (running == null) {
            throw new IllegalStateException("this test does not run with @QuarkusTest and the stores");
        }
        return running;
    }

    /** The proxy between the service and PostgreSQL. */
    public static FaultProxy toPostgreSql() {
        return running().toPostgreSql;
    }

    /** The statements that the service has PostgreSQL execute. */
    public static StatementLog statements() {
        return running().statements;
    }

    /** The proxy between the service and Redis. */
    public static FaultProxy toRedis() {
        return running().toRedis;
    }

    /** The stores themselves, to stop and start. */
    public static Standalone standalone() {
        return running().standalone;
    }
}
