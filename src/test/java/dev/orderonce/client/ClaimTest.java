package dev.orderonce.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A claim while its renewals get no response, and while another program holds it. */
class ClaimTest {
    private static final Duration BOUND = Duration.ofSeconds(30);
    private static final Duration LEASE = Duration.ofSeconds(4);

    /** The times of {@link System#nanoTime} at which renewals arrived. */
    private final List<Long> renewals = new CopyOnWriteArrayList<>();

    private final AtomicInteger claims = new AtomicInteger();
    private final AtomicInteger askedInVain = new AtomicInteger();
    private final CountDownLatch end = new CountDownLatch(1);
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private volatile boolean isHeld;
    private volatile boolean isTokenMissing;
    private HttpServer service;

    @BeforeEach
    void listen() throws IOException {
        service = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        service.createContext("/", this::respond);
        service.setExecutor(threads);
        service.start();
    }

    @AfterEach
    void close() {
        end.countDown();
        service.stop(0);
        threads.shutdownNow();
    }

    /** Grants a claim or refuses it; leaves every renewal without a response. */
    private void respond(HttpExchange exchange) throws IOException {
        try (exchange) {
            String path = exchange.getRequestURI().getPath();
            String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            if (path.endsWith("/renewal")) {
                renewals.add(System.nanoTime());
                end.await();
            } else if (path.endsWith("/claims")) {
                claims.incrementAndGet();
                claim(exchange, String.valueOf(Json.readObject(body).get("claim")));
            } else {
                exchange.sendResponseHeaders(204, -1);
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    private void claim(HttpExchange exchange, String id) throws IOException {
        String granted = "{\"scope\":\"invoice\",\"key\":\"1\",\"state\":\"CLAIMED\",\"claim\":\"" + id + "\"}";
        String refused = "{\"type\":\"/problems/claim-held\",\"title\":\"Held\",\"retry\":\"same-request\"}";
        byte[] response = (isHeld ? refused : granted).getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().add("Retry-After", "0");
        exchange.sendResponseHeaders(isHeld ? 409 : 201, response.length);
        exchange.getResponseBody().write(response);
    }

    private Once once() {
        return OrderOnce.builder("http://127.0.0.1:" + service.getAddress().getPort())
                .token(wasRefused -> token())
                .build()
                .once()
                .lease(LEASE);
    }

    /** Against the documentation {@code null}, as a source of the program's own may. */
    @SuppressWarnings("NullAway")
    private String token() {
        if (isTokenMissing) {
            askedInVain.incrementAndGet();
            return null;
        }
        return "a-token";
    }

    @Test
    void renewalsWithoutResponse_threeFitIntoTheLease() throws Exception {
        // When
        long granted = System.nanoTime();
        try (Claim claim = (Claim) once().claim("invoice", "1", Optional.empty())) {
            await().atMost(BOUND).until(() -> renewals.size() >= 3);
            assertThat(claim).isNotNull();
        }
        // Then
        assertThat(Duration.ofNanos(renewals.get(2) - granted)).isLessThan(LEASE);
    }

    @Test
    void noTokenForAWhile_isRenewedAfterwards() throws Exception {
        try (Claim claim = (Claim) once().claim("invoice", "1", Optional.empty())) {
            // Given
            assertThat(claim).isNotNull();
            isTokenMissing = true;
            await().atMost(BOUND).until(() -> askedInVain.get() > 0);
            // When
            isTokenMissing = false;
            // Then
            await().atMost(BOUND).until(() -> !renewals.isEmpty());
        }
    }

    @Test
    void heldByAnother_isAskedForOnceInASecond() {
        // Given
        isHeld = true;
        Once waiting = once().waiting(Duration.ofMillis(2500));
        // When
        assertThatThrownBy(() -> waiting.claim("invoice", "1", Optional.empty()))
                .isInstanceOfSatisfying(
                        OnceException.class, held -> assertThat(held.reason()).isEqualTo(OnceException.Reason.HELD));
        // Then
        assertThat(claims).hasValueBetween(2, 3);
    }

    @Test
    @SuppressWarnings("NullAway")
    void codecOfTexts_takesNothingElse() throws Exception {
        assertThat(JsonCodec.TEXT.read(JsonCodec.TEXT.write("null"))).isEqualTo("null");
        assertThatThrownBy(() -> JsonCodec.TEXT.write(null)).hasMessageContaining("no null");
        assertThatThrownBy(() -> JsonCodec.TEXT.read("12")).hasMessageContaining("another codec");
        assertThatThrownBy(() -> JsonCodec.TEXT.read("null")).hasMessageContaining("another codec");
    }
}
