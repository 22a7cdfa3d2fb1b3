package dev.orderonce.packaged;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.orderonce.embedded.Standalone;
import dev.orderonce.testkit.Database;
import dev.orderonce.testkit.FaultProxy;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The example of a Spring application with a table of its own (`src/examples/spring-shop`), as a process beside the
 * packaged service: of all requests with one key there is one row in its table.
 */
class SpringShopIT {
    private static final Path SHOP =
            Path.of("target/examples/spring-shop/spring-shop-1.0.0.jar").toAbsolutePath();
    private static final Duration BOUND = Duration.ofSeconds(60);

    /** Short, so that a test can wait for its end. */
    private static final String LEASE = "2s";

    @TempDir
    static Path directory;

    private static Standalone stores;
    private static Service service;
    private static FaultProxy toService;
    private static int port;
    private static Process shop;

    private final HttpClient http = HttpClient.newHttpClient();
    private final String key = UUID.randomUUID().toString();

    /** Different in each test, so that its rows can be counted. */
    private final String product = "Grüner Tee 绿茶 🍵 " + key;

    @BeforeAll
    static void startServiceAndShop() throws IOException {
        stores = Standalone.start(new SmallRyeConfigBuilder().build(), directory.resolve("shop-stores"));
        service = Service.launch(directory.resolve("service"), Map.of()).ready();
        toService = FaultProxy.before(service.port());
        port = freePort();
        shop = startShop(port, behindProxy());
    }

    private static String behindProxy() {
        return "http://127.0.0.1:" + toService.port();
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    /**
     * Starts the example.
     *
     * @param serviceUrl where order-once is; {@code false} for a shop without the filter
     */
    private static Process startShop(int port, String serviceUrl) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx256m",
                        "-jar",
                        SHOP.toString())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()));
        builder.environment()
                .putAll(Map.of(
                        "SERVER_PORT", Integer.toString(port),
                        "SPRING_DATASOURCE_URL", "jdbc:" + stores.postgreSql().url(),
                        "SPRING_DATASOURCE_USERNAME", stores.postgreSql().username(),
                        "SPRING_DATASOURCE_PASSWORD", stores.postgreSql().password(),
                        "ORDER_ONCE_URL", serviceUrl,
                        "ORDER_ONCE_TOKEN", service.signIn("spring-shop", "service"),
                        "ORDER_ONCE_LEASE", LEASE));
        Process started = builder.start();
        Progress progress = new Progress(started);
        await().atMost(Duration.ofMinutes(10)).until(() -> {
            if (!started.isAlive()) {
                throw new IllegalStateException("the shop ended: " + Files.readString(log()));
            }
            boolean isListening = isListening(port);
            if (!isListening) {
                progress.check();
            }
            return isListening;
        });
        return started;
    }

    private static Path log() {
        return directory.resolve("shop.log");
    }

    private static boolean isListening(int port) {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException notYet) {
            return false;
        }
    }

    @AfterAll
    static void stop() {
        shop.destroyForcibly().onExit().join();
        toService.close();
        service.close();
        stores.close();
    }

    @BeforeEach
    void heal() {
        toService.heal();
    }

    private HttpResponse<String> post(
            String customer, Map<String, String> headers, @Nullable String product, int quantity) {
        return post(port, customer, headers, product, quantity);
    }

    private HttpResponse<String> post(
            int port, String customer, Map<String, String> headers, @Nullable String product, int quantity) {
        String body = new JsonObject()
                .put("product", product)
                .put("quantity", quantity)
                .encode();
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/orders"))
                .timeout(BOUND)
                .header("Content-Type", "application/json")
                .header(
                        "Authorization",
                        "Basic "
                                + Base64.getEncoder()
                                        .encodeToString(
                                                (customer + ':' + customer).getBytes(StandardCharsets.US_ASCII)))
                .POST(HttpRequest.BodyPublishers.ofString(body));
        headers.forEach(request::header);
        try {
            return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(interrupted);
        }
    }

    private HttpResponse<String> post() {
        return post("alice", Map.of("Idempotency-Key", key), product, 2);
    }

    private static boolean isReplayed(HttpResponse<String> response) {
        return response.headers().firstValue("Idempotent-Replayed").isPresent();
    }

    private long rows() {
        try (Connection connection = Database.connect(stores);
                PreparedStatement statement =
                        connection.prepareStatement("SELECT count(*) FROM shop_order WHERE product LIKE '%' || ?")) {
            statement.setString(1, key);
            try (ResultSet rows = statement.executeQuery()) {
                rows.next();
                return rows.getLong(1);
            }
        } catch (SQLException failure) {
            throw new IllegalStateException(failure);
        }
    }

    @Test
    void secondPost_getsTheSameResponse() {
        // When
        HttpResponse<String> first = post();
        HttpResponse<String> second = post();
        // Then
        assertThat(first.statusCode()).isEqualTo(201);
        assertThat(isReplayed(first)).isFalse();
        assertThat(new JsonObject(first.body()).getString("product")).isEqualTo(product);
        assertThat(second.statusCode()).isEqualTo(201);
        assertThat(isReplayed(second)).isTrue();
        assertThat(second.body()).isEqualTo(first.body());
        for (String header : List.of("Content-Type", "Location")) {
            assertThat(second.headers().firstValue(header))
                    .isPresent()
                    .isEqualTo(first.headers().firstValue(header));
        }
        assertThat(rows()).isOne();
    }

    @Test
    void manyPostsAtOnce_oneRow() throws Exception {
        // When
        List<HttpResponse<String>> responses;
        try (var callers = Executors.newVirtualThreadPerTaskExecutor()) {
            responses =
                    IntStream.range(0, 20)
                            .mapToObj(i -> CompletableFuture.supplyAsync(this::post, callers))
                            .toList()
                            .stream()
                            .map(CompletableFuture::join)
                            .toList();
        }
        // Then
        assertThat(responses).allSatisfy(response -> {
            assertThat(response.statusCode()).isIn(201, 409);
            if (response.statusCode() == 409) {
                assertThat(new JsonObject(response.body()).getString("retry")).isEqualTo("same-request");
                assertThat(response.headers().firstValue("Retry-After")).isPresent();
            }
        });
        assertThat(responses)
                .filteredOn(response -> response.statusCode() == 201 && !isReplayed(response))
                .hasSize(1);
        assertThat(post().statusCode()).isEqualTo(201);
        assertThat(rows()).isOne();
    }

    @Test
    void killedBetweenCommitAndStoredResponse_theRetryFindsTheRow() throws Exception {
        // Given: the shop has claimed the key and waits for its table
        CompletableFuture<HttpResponse<String>> lost;
        try (Connection operator = Database.connect(stores);
                Statement statement = operator.createStatement()) {
            operator.setAutoCommit(false);
            statement.execute("LOCK TABLE shop_order IN ACCESS EXCLUSIVE MODE");
            lost = CompletableFuture.supplyAsync(this::post, Thread::startVirtualThread);
            await().atMost(BOUND).until(() -> isAnyStatementWaiting(statement));
            // When: it commits, cannot store its response, and is killed
            toService.freeze();
            operator.commit();
        }
        await().atMost(BOUND).until(() -> rows() == 1);
        shop.destroyForcibly().onExit().join();
        toService.heal();
        shop = startShop(port, behindProxy());
        // Then
        assertThat(lost).failsWithin(BOUND);
        await().atMost(BOUND).until(() -> post().statusCode() != 409);
        HttpResponse<String> retry = post();
        assertThat(retry.statusCode()).isEqualTo(201);
        assertThat(isReplayed(retry)).isTrue();
        assertThat(new JsonObject(retry.body()).getString("product")).isEqualTo(product);
        assertThat(rows()).isOne();
    }

    private static boolean isAnyStatementWaiting(Statement statement) throws SQLException {
        try (ResultSet waiting = statement.executeQuery("SELECT count(*) FROM pg_locks WHERE NOT granted")) {
            return waiting.next() && waiting.getInt(1) > 0;
        }
    }

    @Test
    void serviceUnavailable_nothingIsDone() {
        // Given
        toService.refuse();
        // When
        HttpResponse<String> refused = post();
        // Then
        assertThat(refused.statusCode()).isEqualTo(503);
        assertThat(new JsonObject(refused.body()).getString("retry")).isEqualTo("same-request");
        assertThat(rows()).isZero();
        // And then
        toService.heal();
        assertThat(post().statusCode()).isEqualTo(201);
        assertThat(rows()).isOne();
    }

    @Test
    void sameKeyOfTwoCustomers_twoOrders() {
        // When
        HttpResponse<String> ofAlice = post();
        HttpResponse<String> ofBob = post("bob", Map.of("Idempotency-Key", key), product, 2);
        // Then
        assertThat(isReplayed(ofBob)).isFalse();
        assertThat(new JsonObject(ofBob.body()).getString("customer")).isEqualTo("bob");
        assertThat(new JsonObject(ofAlice.body()).getString("customer")).isEqualTo("alice");
        assertThat(rows()).isEqualTo(2);
    }

    @Test
    void sameKeyWithAnotherBody_isRefused() {
        // Given
        post();
        // When
        HttpResponse<String> other = post("alice", Map.of("Idempotency-Key", '"' + key + '"'), product, 3);
        // Then
        assertThat(other.statusCode()).isEqualTo(422);
        assertThat(new JsonObject(other.body()).getString("retry")).isEqualTo("never");
        assertThat(rows()).isOne();
    }

    @Test
    void noKey_isRefused() {
        assertThat(post("alice", Map.of(), product, 2).statusCode()).isEqualTo(400);
        assertThat(post("alice", Map.of("Idempotency-Key", "short"), product, 2).statusCode())
                .isEqualTo(400);
        assertThat(rows()).isZero();
    }

    @Test
    void refusalByTheShop_isReplayed() {
        // When
        HttpResponse<String> first = post("alice", Map.of("Idempotency-Key", key), product, 0);
        HttpResponse<String> second = post("alice", Map.of("Idempotency-Key", key), product, 0);
        // Then
        assertThat(first.statusCode()).isEqualTo(400);
        assertThat(isReplayed(first)).isFalse();
        assertThat(second.statusCode()).isEqualTo(400);
        assertThat(isReplayed(second)).isTrue();
    }

    @Test
    void failureOfTheShop_isHandledAgain() {
        // Given: the column takes no null
        String noProduct = null;
        // When
        HttpResponse<String> first = post("alice", Map.of("Idempotency-Key", key), noProduct, 2);
        HttpResponse<String> second = post("alice", Map.of("Idempotency-Key", key), noProduct, 2);
        // Then
        assertThat(List.of(first.statusCode(), second.statusCode())).containsOnly(500);
        assertThat(isReplayed(second)).isFalse();
    }

    @Test
    void responseTooLargeToKeep_isNotHandledAgain() {
        // Given
        String longest = "x".repeat(100_000) + key;
        // When
        HttpResponse<String> first = post("alice", Map.of("Idempotency-Key", key), longest, 2);
        HttpResponse<String> second = post("alice", Map.of("Idempotency-Key", key), longest, 2);
        // Then
        assertThat(first.statusCode()).isEqualTo(201);
        assertThat(new JsonObject(first.body()).getString("product")).isEqualTo(longest);
        assertThat(second.statusCode()).isEqualTo(409);
        assertThat(new JsonObject(second.body()).getString("type")).isEqualTo("order-once:response-not-kept");
        assertThat(rows()).isOne();
    }

    @Test
    void shopWithoutTheFilter_handlesNoRequest() throws Exception {
        // Given: the condition of the filter's configuration does not hold
        int unprotected = freePort();
        Process other = startShop(unprotected, "false");
        try {
            // When
            HttpResponse<String> refused = post(unprotected, "alice", Map.of("Idempotency-Key", key), product, 2);
            // Then
            assertThat(refused.statusCode()).isEqualTo(500);
            assertThat(rows()).isZero();
        } finally {
            other.destroyForcibly().onExit().join();
        }
    }
}
