package dev.orderonce.packaged;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import dev.orderonce.embedded.Standalone;
import dev.orderonce.testkit.Provider;
import dev.orderonce.testkit.Stores;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.PfxOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The server build as a shop runs it: keys from an address (JWKS), Redis over TLS, migrations by a job, a provider.
 * Every kind of request once: with {@code -Dnative} it shows that the executable has what each of them looks up by
 * name.
 */
class ServerJourneyIT {
    private static final String PASSWORD = "password";
    private static final String SECRET = "something";

    /** The exit code of a process that SIGTERM has ended. */
    private static final int TERMINATED = 128 + 15;

    @TempDir
    static Path directory;

    private static final Vertx VERTX = Vertx.vertx();
    private static Standalone stores;
    private static HttpServer issuer;
    private static Provider provider;
    private static Service service;

    private final String buyer = Issuer.token("buyer-" + UUID.randomUUID(), Set.of("buyer"));

    @BeforeAll
    static void start() throws Exception {
        stores = Standalone.start(new SmallRyeConfigBuilder().build(), directory.resolve("stores"));
        provider = Provider.start(1, 0, SECRET);
        issuer = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        byte[] keys = Issuer.keySet().getBytes(StandardCharsets.UTF_8);
        issuer.createContext("/jwks.json", exchange -> {
            try (exchange) {
                exchange.getResponseHeaders().add("Content-Type", "application/json");
                exchange.sendResponseHeaders(200, keys.length);
                exchange.getResponseBody().write(keys);
            }
        });
        issuer.start();
        Map<String, String> given = new HashMap<>(Stores.environment(stores));
        given.putAll(Issuer.settings("http://127.0.0.1:" + issuer.getAddress().getPort() + "/jwks.json"));
        given.put("PAYMENTS_PROVIDER_URL", provider.url());
        given.put("PAYMENTS_NOTIFICATION_SECRET", SECRET);
        given.put(
                "QUARKUS_REDIS_HOSTS",
                Stores.at(redisOverTls(), stores.redis().url()).replaceFirst("^redis:", "rediss:"));
        given.put("QUARKUS_REDIS_TLS_TRUST_CERTIFICATE_PEM", "true");
        given.put("QUARKUS_REDIS_TLS_TRUST_CERTIFICATE_PEM_CERTS", certificate().toString());
        given.put("NUMBERS_WHEN_REDIS_IS_DOWN", "refuse");
        given.put("WEBHOOKS_ALLOW_LOOPBACK", "true");
        given.put("DATABASE_MIGRATE_AT_START", "false");
        Map<String, String> settings = Surroundings.of(directory, given).settings();
        assertThat(Service.launch(Service.SERVER, directory.resolve("job"), settings, "--migrate")
                        .exitCode())
                .isZero();
        service = Service.launch(Service.SERVER, directory.resolve("service"), settings)
                .ready();
        provider.notifies("http://127.0.0.1:" + service.port());
    }

    private static Path keyStore() {
        return directory.resolve("redis.p12");
    }

    private static Path certificate() {
        return directory.resolve("redis.pem");
    }

    /** Terminates TLS in front of Redis, with a certificate that it signs itself; returns its port. */
    private static int redisOverTls() throws IOException, InterruptedException {
        keytool("-genkeypair -keyalg EC -validity 2 -storetype PKCS12 -dname CN=redis -ext san=ip:127.0.0.1");
        keytool("-exportcert -rfc -file " + certificate());
        NetClient toRedis = VERTX.createNetClient();
        NetServer listening = VERTX.createNetServer(new NetServerOptions()
                .setHost("127.0.0.1")
                .setPort(0)
                .setSsl(true)
                .setKeyCertOptions(
                        new PfxOptions().setPath(keyStore().toString()).setPassword(PASSWORD)));
        listening.connectHandler(from -> {
            from.pause();
            toRedis.connect(stores.redis().port(), "127.0.0.1").onSuccess(to -> {
                from.pipeTo(to);
                to.pipeTo(from);
            });
        });
        return listening
                .listen()
                .toCompletionStage()
                .toCompletableFuture()
                .join()
                .actualPort();
    }

    private static void keytool(String arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString()));
        Stream.of(arguments.split(" ", -1)).forEach(command::add);
        command.addAll(List.of(
                "-alias", "key", "-storepass", PASSWORD, "-keystore", keyStore().toString()));
        assertThat(new ProcessBuilder(command).inheritIO().start().waitFor()).isZero();
    }

    @AfterAll
    static void stop() {
        service.close();
        provider.close();
        issuer.stop(0);
        VERTX.close().toCompletionStage().toCompletableFuture().join();
        stores.close();
    }

    private static HttpResponse<String> get(String path, String token) {
        return service.send("GET", path, Optional.of(token), "");
    }

    private static HttpResponse<String> post(String path, String token, String body) {
        return service.sendWith(
                Map.of("Idempotency-Key", UUID.randomUUID().toString()), "POST", path, Optional.of(token), body);
    }

    private static JsonObject json(HttpResponse<String> response) {
        return new JsonObject(response.body());
    }

    @Test
    void order_isIssuedPlacedReplayedPaidDisputedAndRefunded() {
        // Given
        String support = Issuer.token("help", Set.of("support"));
        CompletableFuture<List<String>> live = service.listen(buyer);
        String number = service.newNumber(buyer);
        // When
        assertThat(service.place(buyer, number).statusCode()).isEqualTo(201);
        assertThat(json(service.place(buyer, number)).getBoolean("duplicated")).isTrue();
        assertThat(json(post("/orders/" + number + "/payments", buyer, "{\"method\":\"card\"}"))
                        .getString("state"))
                .isEqualTo("CAPTURED");
        HttpResponse<String> opened =
                post("/orders/" + number + "/disputes", buyer, "{\"kind\":\"NOT_MINE\",\"message\":\"Not I.\"}");
        assertThat(opened.statusCode()).as(opened.body()).isEqualTo(201);
        String dispute = "/disputes/" + json(opened).getString("id");
        assertThat(get("/disputes", support).body()).contains(number);
        HttpResponse<String> resolved =
                post(dispute + "/resolution", support, "{\"resolution\":\"REFUND\",\"reason\":\"It was not.\"}");
        // Then
        assertThat(resolved.statusCode()).as(resolved.body()).isBetween(200, 299);
        await().untilAsserted(
                        () -> assertThat(json(get("/orders/" + number, buyer)).getString("state"))
                                .isIn("REFUNDED"));
        JsonArray events = json(get("/orders/" + number + "/events", buyer)).getJsonArray("events");
        assertThat(events.stream().map(event -> ((JsonObject) event).getString("kind")))
                .startsWith("PLACED")
                .contains("PAID", "REFUNDED");
        assertThat(get("/orders", buyer).body()).contains(number);
        assertThat(live.isDone()).as("the stream is open").isFalse();
    }

    @Test
    void key_isOneOrder() {
        // Given
        String key = UUID.randomUUID().toString();
        // When
        HttpResponse<String> first = service.placeByKey(buyer, key);
        HttpResponse<String> second = service.placeByKey(buyer, key);
        // Then
        assertThat(List.of(first.statusCode(), second.statusCode())).containsExactly(201, 200);
        assertThat(json(second).getString("number")).isEqualTo(json(first).getString("number"));
    }

    @Test
    void record_isCreatedOnce() {
        // Given
        String path = "/once/journey/" + UUID.randomUUID();
        String program = Issuer.token("importer", Set.of("service"));
        // Then
        assertThat(service.send("PUT", path, Optional.of(program), "{\"a\":1}").statusCode())
                .isEqualTo(201);
        assertThat(service.send("PUT", path, Optional.of(program), "{\"a\":1}").statusCode())
                .isEqualTo(200);
    }

    @Test
    void event_isDeliveredToAWebhook() throws IOException {
        // Given
        CompletableFuture<String> delivery = new CompletableFuture<>();
        HttpServer receiver = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        receiver.createContext("/hooks", exchange -> {
            try (exchange) {
                delivery.complete(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
                exchange.sendResponseHeaders(204, -1);
            }
        });
        receiver.start();
        try {
            String program = Issuer.token("importer", Set.of("service"));
            String url = "http://127.0.0.1:" + receiver.getAddress().getPort() + "/hooks";
            HttpResponse<String> created =
                    post("/webhooks", program, "{\"url\":\"" + url + "\",\"kinds\":[\"PLACED\"]}");
            assertThat(created.statusCode()).as(created.body()).isEqualTo(201);
            // When
            HttpResponse<String> order =
                    service.placeByKey(buyer, UUID.randomUUID().toString());
            // Then
            await().until(delivery::isDone);
            JsonObject data = new JsonObject(delivery.join()).getJsonObject("data");
            assertThat(data.getJsonObject("event").getString("kind")).isEqualTo("PLACED");
            assertThat(data.getJsonObject("order").getString("number"))
                    .isEqualTo(json(order).getString("number"));
            assertThat(data.getJsonObject("order").getJsonArray("lines")).isNotEmpty();
            String endpoint = "/webhooks/" + json(created).getString("id");
            await().untilAsserted(() ->
                    assertThat(get(endpoint + "/deliveries", program).body()).contains("DELIVERED"));
            assertThat(service.send("DELETE", endpoint, Optional.of(program), "")
                            .statusCode())
                    .isEqualTo(204);
        } finally {
            receiver.stop(0);
        }
    }

    @Test
    void refusals_areProblems() {
        // Given
        String number = service.newNumber(buyer);
        String empty = new JsonObject().put("orderNumber", number).encode();
        // Then
        assertThat(json(service.send("POST", "/orders", Optional.of(buyer), empty))
                        .getString("type"))
                .isEqualTo("/problems/body-invalid");
        assertThat(json(get("/orders/" + number, "nonsense")).getString("type")).isEqualTo("/problems/not-signed-in");
        assertThat(get("/problems/body-invalid", buyer).body()).contains("<html");
    }

    @Test
    void staffPages_areAnswered() {
        String support = Issuer.token("help", Set.of("support"));
        assertThat(Stream.of("/suspected-duplicates", "/disputes", "/payments/unsettled", "/statistics", "/orders"))
                .allSatisfy(path -> assertThat(get(path, support).statusCode()).isEqualTo(200));
    }

    @Test
    void files_areServedCompressed() {
        HttpResponse<String> module =
                service.sendWith(Map.of("Accept-Encoding", "gzip"), "GET", "/order-once.js", Optional.empty(), "");
        assertThat(module.statusCode()).isEqualTo(200);
        assertThat(module.headers().firstValue("Content-Encoding")).hasValue("gzip");
        assertThat(get("/openapi", buyer).body()).contains("/order-numbers");
    }

    @Test
    void metrics_areThoseOfTheAlerts() {
        // Given
        service.newNumber(buyer);
        // Then
        assertThat(get("/q/metrics", buyer).body())
                .contains("orderonce_outcomes_seconds_count{outcome=\"issued\",use=\"issue\"")
                .contains("orderonce_store_unavailable", "process_start_time_seconds", "orderonce_replicas");
    }

    @Test
    void sigterm_endsItInOrder() throws Exception {
        // Given
        Map<String, String> settings =
                Surroundings.of(directory, Stores.environment(stores)).settings();
        Service ended = Service.launch(Service.SERVER, directory.resolve("ended"), settings)
                .ready();
        CompletableFuture<List<String>> live = ended.listen(buyer);
        // When
        ended.process().destroy();
        // Then
        assertThat(live.get(1, TimeUnit.MINUTES)).as("ended, not cut off").isNotNull();
        assertThat(ended.exitCode()).isEqualTo(TERMINATED);
        assertThat(ended.log()).doesNotContain("\"level\":\"ERROR\"");
    }
}
