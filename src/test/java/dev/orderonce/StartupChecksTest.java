package dev.orderonce;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orderonce.config.RequiredSettings;
import io.smallrye.config.EnvConfigSource;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.eclipse.microprofile.config.Config;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is wrong with the settings is found before anything starts, a sentence for each. */
class StartupChecksTest {
    private static final Set<RequiredSettings> ALL = EnumSet.allOf(RequiredSettings.class);

    private static Config config(Map<String, String> settings, Map<String, String> environment) {
        return new SmallRyeConfigBuilder()
                .addDefaultInterceptors()
                // A system property that settings of the framework name.
                .withDefaultValue("java.io.tmpdir", "/tmp")
                .withSources(new PropertiesConfigSource(settings, "file", 260), new EnvConfigSource(environment, 300))
                .build();
    }

    private static List<String> problems(Map<String, String> settings) {
        return StartupChecks.settings(config(settings, Map.of()), ALL);
    }

    @Test
    void nothingGiven_isUsableForTheStandaloneBuild() {
        assertThat(problems(Map.of())).isEmpty();
    }

    @Test
    void nothingGiven_isMissingForTheServerBuild() {
        assertThat(StartupChecks.settings(config(Map.of(), Map.of()), Set.of()))
                .hasSameSizeAs(ALL)
                .allMatch(sentence -> sentence.contains("is missing"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            numbers.ttl | 2 hours | numbers.ttl: "2 hours" is not a duration; write 2h
            numbers.ttl | soon | numbers.ttl: "soon" is not a duration; write 500ms, 2s, 10m, 24h or 7d
            numbers.ttl | 8d | numbers.ttl: from 1 s to 7 days
            numbers.checkout-ttl | 1h | numbers.checkout-ttl: at least numbers.ttl
            numbers.when-redis-is-down | maybe | numbers.when-redis-is-down: "maybe" is not one of refuse, trust-signature
            numbers.signing-key | abc | numbers.signing-key: a key has at least 32 bytes; make one with: openssl rand -base64 32
            numbers.validfor | 2h | numbers.validfor: there is no such setting
            numbers.checkoutttl | 2h | numbers.checkoutttl: there is no such setting; did you mean numbers.checkout-ttl?
            number.ttl | 2h | number.ttl: there is no such setting; did you mean numbers.ttl?
            standalone.dta | here | standalone.dta: there is no such setting; did you mean standalone.data?
            orders.large-amounts.EUR | 1000.00 | orders.large-amounts.EUR: "1000.00" is not a whole number
            orders.large-amounts.EURO | 1000 | orders.large-amounts.EURO: not an ISO 4217 code of a currency
            orders.unique-references | maybe | orders.unique-references: "maybe" cannot be used: write true or false
            limits.orders-placed | often | limits.orders-placed: "often" cannot be used: a limit is written COUNT/WINDOW or COUNT/WINDOW burst COUNT, such as 30/1m or 30/1m burst 10
            payments.declines-per-buyer-limit | 5/10m burst 2 | payments.declines-per-buyer-limit: COUNT/WINDOW without a burst
            database.url | jdbc:postgresql://db/orders | database.url: write it as postgresql://host:5432/database
            database.pool-size | 0 | database.pool-size: 0 is below the minimum, 1
            database.reply-timeout | 1s | database.reply-timeout: longer than database.statement-timeout, which is 2000 ms
            redis.reply-timeout | 1ms | redis.reply-timeout: at least 10 ms
            events.kafka.bootstrap-servers | localhost | events.kafka.bootstrap-servers: write it as host:9092, several with commas between them
            events.kafka.bootstrap-servers | a:9092,b | events.kafka.bootstrap-servers: write it as host:9092, several with commas between them
            events.kafka.topic | order events | events.kafka.topic: up to 249 letters, digits, ".", "_" and "-"
            events.kafka.topic | .. | events.kafka.topic: up to 249 letters, digits, ".", "_" and "-"
            quarkus.redis.hosts | localhost:6379 | quarkus.redis.hosts: write it as redis://host:6379
            quarkus.redis.hosts | http://127.0.0.1:1 | quarkus.redis.hosts: write it as redis://host:6379
            cors.origins | * | cors.origins: "*" is not an origin as a browser sends it; write https://shop.example or http://localhost:3000
            cors.origins | https://*.shop.example | cors.origins: "https://*.shop.example" is not an origin as a browser sends it; write https://shop.example or http://localhost:3000
            cors.origins | /https://.*/ | cors.origins: "/https://.*/" is not an origin as a browser sends it; write https://shop.example or http://localhost:3000
            cors.origins | https://shop.example, https://Shop.example | cors.origins: "https://Shop.example" is not an origin as a browser sends it; write https://shop.example or http://localhost:3000
            cors.origins | https://shop.example/ | cors.origins: "https://shop.example/" is not an origin as a browser sends it; write https://shop.example or http://localhost:3000
            cors.origins | https://shop.example:443 | cors.origins: "https://shop.example:443" is not an origin as a browser sends it; write https://shop.example or http://localhost:3000
            cors.origins | null | cors.origins: "null" is not an origin as a browser sends it; write https://shop.example or http://localhost:3000
            cors.origin | https://shop.example | cors.origin: there is no such setting; did you mean cors.origins?
            quarkus.http.cors.enabled | true | quarkus.http.cors.enabled: list the origins in cors.origins instead
            quarkus.http.port | abc | quarkus.http.port: "abc" is not a whole number
            quarkus.shutdown.timeout | ten | quarkus.shutdown.timeout: "ten" is not a duration; write 500ms, 2s, 10m, 24h or 7d
            jobs.interval.relay-events | 0s | jobs.interval.relay-events: 0s is neither "off" nor a duration of at least 1 ms, such as 500ms or 10m
            webhooks.log-ttl | 0s | webhooks.log-ttl: at least 1ms
            webhooks.allow-loopback | maybe | webhooks.allow-loopback: "maybe" cannot be used: write true or false
            identity.keys | /nowhere.pem | identity.keys: there is no file /nowhere.pem that can be read
            """)
    void settingThatCannotBeUsed_isNamedWithWhatCanBe(String setting, String value, String sentence) {
        assertThat(StartupChecks.settings(config(Map.of(setting, value), Map.of()), otherThan(setting)))
                .containsExactly(sentence);
    }

    @Test
    void originsAsBrowsersSendThem_areUsable() {
        assertThat(problems(Map.of(
                        "cors.origins",
                        "https://shop.example, https://shop.example:8443,http://localhost:8080,http://[::1]:3000")))
                .isEmpty();
    }

    /** What is provided replaces what is given, so it is not checked. */
    private static Set<RequiredSettings> otherThan(String setting) {
        EnumSet<RequiredSettings> provided = EnumSet.copyOf(ALL);
        provided.removeIf(required -> required.property().equals(setting));
        return provided;
    }

    @Test
    void everySettingThatIsWrong_hasItsSentence() {
        // Given
        Map<String, String> settings = new HashMap<>();
        settings.put("numbers.ttl", "2 hours");
        settings.put("numbers.tll", "2h");
        settings.put("database.pool-size", "-1");
        settings.put("quarkus.http.port", "abc");
        settings.put("jobs.interval.nothing", "1s");
        // Then
        assertThat(problems(settings))
                .hasSize(5)
                .anyMatch(sentence -> sentence.startsWith("numbers.ttl: "))
                .anyMatch(sentence -> sentence.startsWith("numbers.tll: "))
                .anyMatch(sentence -> sentence.startsWith("database.pool-size: "))
                .anyMatch(sentence -> sentence.startsWith("quarkus.http.port: "))
                .anyMatch(sentence -> sentence.startsWith("jobs.interval.nothing: there is no such job"));
    }

    @Test
    void variableThatIsNearlyASetting_isNamedAndOthersAreNot() {
        assertThat(StartupChecks.settings(
                        config(
                                Map.of(),
                                Map.of(
                                        "NUMBERS_TLL",
                                        "2h",
                                        "HTTP_PROXY",
                                        "x",
                                        "REDIS_PORT",
                                        "1",
                                        "LIMITS_MEMORY",
                                        "2")),
                        ALL))
                .containsExactly("NUMBERS_TLL: there is no such setting; did you mean NUMBERS_TTL?");
    }

    @Test
    void passwordInAnAddress_isNotPrinted() {
        assertThat(StartupChecks.settings(
                        config(Map.of("quarkus.redis.hosts", "redis://:se cret@host"), Map.of()),
                        otherThan("quarkus.redis.hosts")))
                .isNotEmpty()
                .noneMatch(sentence -> sentence.contains("cret"));
    }

    @Test
    void portThatIsTaken_isNamed() throws IOException {
        try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            // Given
            Config given = config(
                    Map.of("quarkus.http.port", Integer.toString(other.getLocalPort()), "quarkus.management.port", "0"),
                    Map.of());
            // Then
            assertThat(StartupChecks.ports(given, Optional.of("127.0.0.1")))
                    .singleElement()
                    .asString()
                    .startsWith("quarkus.http.port: cannot listen on port " + other.getLocalPort());
        }
    }
}
