package dev.orderonce.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.orderonce.testkit.Baskets;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Responses that no service sends: of a proxy in between, that mixes them up, cuts them off or makes its own. */
class WrongResponsesTest {
    private static final String NUMBER = "0DB6HN-4FV4FF-8B4P9R";
    private static final String ANOTHER = "0DB6HN-4FV4FF-8B4P9S";
    private static final Duration DEADLINE = Duration.ofSeconds(20);

    private final Queue<Response> next = new ConcurrentLinkedQueue<>();
    private final List<String> tokens = new ArrayList<>();
    private final AtomicInteger requests = new AtomicInteger();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final CountDownLatch end = new CountDownLatch(1);
    private HttpServer proxy;

    /** A response, its body with a character for each byte; {@code length} 0 never ends. */
    private record Response(int status, Map<String, String> headers, String body, int length) {
        static Response of(int status, String body) {
            String bytes = new String(body.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
            return new Response(status, Map.of(), bytes, bytes.length());
        }

        Response retryAfter(String value) {
            return new Response(status, Map.of("Retry-After", value), body, length);
        }
    }

    @BeforeEach
    void listen() throws IOException {
        proxy = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        proxy.createContext("/", this::respond);
        proxy.setExecutor(threads);
        proxy.start();
    }

    @AfterEach
    void close() {
        end.countDown();
        proxy.stop(0);
        threads.shutdownNow();
    }

    private void respond(HttpExchange exchange) throws IOException {
        try (exchange) {
            exchange.getRequestBody().readAllBytes();
            requests.incrementAndGet();
            Response response = next.size() > 1 ? next.remove() : next.element();
            response.headers().forEach(exchange.getResponseHeaders()::add);
            exchange.sendResponseHeaders(response.status(), response.length());
            exchange.getResponseBody().write(response.body().getBytes(StandardCharsets.ISO_8859_1));
            if (response.length() == 0) {
                exchange.getResponseBody().flush();
                end.await();
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    private OrderOnce client(Duration deadline) {
        return OrderOnce.builder("http://127.0.0.1:" + proxy.getAddress().getPort() + '/')
                .token(wasRefused -> {
                    tokens.add(wasRefused ? "new" : "old");
                    return wasRefused ? "new" : "old";
                })
                .timeout(Duration.ofMillis(500))
                .deadline(deadline)
                .build();
    }

    private Answer<Order> place() throws InterruptedException {
        return client(DEADLINE).place(NUMBER, "c1", Baskets.tea(1));
    }

    private static Response order(String number, String more) {
        return Response.of(
                200, "{\"number\":\"" + number + "\",\"currency\":\"EUR\",\"total\":2100,\"lines\":[]" + more + "}");
    }

    private static Response refusal(int status, String retry, String more) {
        return Response.of(
                status,
                "{\"type\":\"/problems/some-type\",\"title\":\"Some\",\"retry\":\"" + retry + "\"" + more + "}");
    }

    @Test
    void responseOfAProxy_isRepeated() throws Exception {
        // Given
        next.add(Response.of(502, "<html>Bad Gateway</html>"));
        next.add(Response.of(200, "<html>Sign in to the hotel's network</html>"));
        next.add(Response.of(503, "{}"));
        next.add(order(NUMBER, ""));
        // Then
        assertThat(place()).isInstanceOf(Answer.Success.class);
        assertThat(requests).hasValue(4);
    }

    @Test
    void orderUnderAnotherNumber_isNoAnswer() throws Exception {
        // Given
        next.add(order(ANOTHER, ""));
        next.add(order(ANOTHER, ",\"duplicated\":true,\"checkout\":\"c2\""));
        next.add(order(NUMBER, ""));
        // When
        Answer<Order> answer = place();
        // Then
        assertThat(answer)
                .isInstanceOfSatisfying(
                        Answer.Success.class,
                        success ->
                                assertThat(success.value()).extracting("number").isEqualTo(NUMBER));
        assertThat(requests).hasValue(3);
    }

    @Test
    void orderOfTheSameCheckout_isTheAnswer() throws Exception {
        // Given
        next.add(order(ANOTHER, ",\"duplicated\":true,\"checkout\":\"c1\""));
        // Then
        assertThat(place()).isInstanceOfSatisfying(Answer.Success.class, success -> {
            assertThat(success.isReplayed()).isTrue();
            assertThat(success.value()).extracting("number").isEqualTo(ANOTHER);
        });
    }

    @Test
    void placedNumberOfAnotherBuyer_isNoAnswer() throws Exception {
        // Given
        next.add(Response.of(200, "{\"number\":\"" + ANOTHER + "\",\"state\":\"PLACED\"}"));
        next.add(refusal(404, "never", ""));
        // Then
        assertThat(client(DEADLINE).issue("c1")).isInstanceOf(Answer.Unknown.class);
    }

    @Test
    void refusalOfAnotherNumber_isNoAnswer() throws Exception {
        // Given
        next.add(refusal(410, "new-number", ",\"number\":\"" + ANOTHER + "\""));
        next.add(refusal(409, "never", ",\"order\":\"/orders/" + ANOTHER + "\""));
        next.add(refusal(410, "new-number", ",\"number\":\"" + NUMBER.toLowerCase(Locale.ROOT) + "\""));
        // Then
        assertThat(place())
                .isInstanceOfSatisfying(
                        Answer.Refused.class,
                        refused -> assertThat(refused.problem().retry()).isEqualTo(Retry.NEW_NUMBER));
        assertThat(requests).hasValue(3);
    }

    @Test
    void orderUnderAKey_withAnotherTotal_isNoAnswer() throws Exception {
        // Given
        next.add(order("Z00000-000000-000000", ""));
        next.add(Response.of(200, "{\"number\":\"Z1\",\"currency\":\"EUR\",\"total\":4200.0,\"lines\":[]}"));
        // Then
        assertThat(client(DEADLINE).placeByKey("a-key-of-twenty-characters", Baskets.tea(2)))
                .isInstanceOf(Answer.Success.class);
        assertThat(requests).hasValue(2);
    }

    @Test
    void refusalAfterALostRequest_isUnknown() throws Exception {
        // Given: the first request may still arrive and be placed
        next.add(Response.of(502, ""));
        next.add(refusal(401, "after-change", ""));
        // Then
        assertThat(place())
                .isInstanceOfSatisfying(
                        Answer.Unknown.class,
                        unknown -> assertThat(unknown.problem().isPresent()).isTrue());
    }

    @Test
    void refusalAfterALostRead_isRefused() throws Exception {
        // Given: whenever the first request arrives, it changes nothing
        next.add(Response.of(502, ""));
        next.add(refusal(404, "never", ""));
        // Then
        assertThat(client(DEADLINE).find(NUMBER))
                .isInstanceOfSatisfying(
                        Answer.Refused.class,
                        refused -> assertThat(refused.problem().status()).isEqualTo(404));
    }

    @Test
    void refusalAtOnce_isRefused() throws Exception {
        // Given
        next.add(refusal(400, "after-change", ""));
        // Then
        assertThat(place()).isInstanceOf(Answer.Refused.class);
        assertThat(requests).hasValue(1);
    }

    @Test
    void tokenRefused_isRenewedOnce() throws Exception {
        // Given
        next.add(refusal(401, "after-change", ""));
        // Then
        assertThat(place()).isInstanceOf(Answer.Refused.class);
        assertThat(tokens).containsExactly("old", "new");
    }

    @Test
    void retryAfter_isWaitedFor() throws Exception {
        // Given
        next.add(refusal(429, "same-request", "").retryAfter("2"));
        next.add(order(NUMBER, ""));
        long start = System.nanoTime();
        // Then
        assertThat(place()).isInstanceOf(Answer.Success.class);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofSeconds(2));
    }

    @Test
    void retryAfterTheDeadline_endsAtOnce() throws Exception {
        // Given
        next.add(refusal(503, "same-request", "").retryAfter("3600"));
        // Then
        assertThat(place())
                .isInstanceOfSatisfying(
                        Answer.Unknown.class,
                        unknown -> assertThat(unknown.problem().isPresent()).isTrue());
        assertThat(requests).hasValue(1);
    }

    @Test
    void bodyThatDoesNotEnd_isNoAnswer() throws Exception {
        // Given
        next.add(new Response(200, Map.of(), "{", 0));
        next.add(order(NUMBER, ""));
        // Then
        assertThat(place()).isInstanceOf(Answer.Success.class);
        assertThat(requests).hasValue(2);
    }

    @Test
    void bodyThatIsTooLong_isNoAnswer() throws Exception {
        // Given
        next.add(Response.of(200, "[" + " ".repeat(2_000_000)));
        next.add(order(NUMBER, ""));
        // Then
        assertThat(place()).isInstanceOf(Answer.Success.class);
        assertThat(requests).hasValue(2);
    }

    @Test
    void textThatIsNotUtf8_isNoAnswer() throws Exception {
        // Given
        String body =
                "{\"number\":\"" + NUMBER + "\",\"currency\":\"EUR\",\"total\":1,\"lines\":[],\"reference\":\"Grün\"}";
        next.add(new Response(200, Map.of(), body, body.length()));
        next.add(order(NUMBER, ",\"reference\":\"Grün\""));
        // Then
        assertThat(place())
                .isInstanceOfSatisfying(
                        Answer.Success.class,
                        success -> assertThat(success.value())
                                .extracting("members")
                                .hasFieldOrPropertyWithValue("reference", "Grün"));
        assertThat(requests).hasValue(2);
    }

    @Test
    void outageBeyondTheDeadline_isUnknown_inTime() throws Exception {
        // Given
        next.add(Response.of(502, ""));
        long start = System.nanoTime();
        // When
        Answer<Order> answer = client(Duration.ofSeconds(3)).place(NUMBER, "c1", Baskets.tea(1));
        // Then
        assertThat(answer).isInstanceOf(Answer.Unknown.class);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(4));
        assertThat(requests).hasValueBetween(2, 10);
    }

    @Test
    void interruptedThread_endsAtOnce() {
        // Given
        next.add(Response.of(502, ""));
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        Thread caller = new Thread(() -> {
            try {
                place();
            } catch (InterruptedException interrupted) {
                thrown.set(interrupted);
            }
        });
        caller.start();
        Awaitility.await().until(() -> requests.get() > 0);
        // When
        caller.interrupt();
        // Then
        Awaitility.await().atMost(Duration.ofSeconds(1)).until(() -> !caller.isAlive());
        assertThat(thrown.get()).isInstanceOf(InterruptedException.class);
    }

    @Test
    void noToken_isUnknown() throws Exception {
        // Given
        OrderOnce client = OrderOnce.builder(
                        "http://127.0.0.1:" + proxy.getAddress().getPort())
                .token(wasRefused -> {
                    throw new IOException("the issuer is away");
                })
                .deadline(Duration.ofMillis(100))
                .build();
        // Then
        assertThat(client.lookUp(NUMBER))
                .isInstanceOfSatisfying(
                        Answer.Unknown.class,
                        unknown -> assertThat(unknown.reason()).contains("the issuer is away"));
        assertThat(requests).hasValue(0);
    }

    @Test
    void clientWithoutToken_isNotBuilt() {
        OrderOnce.Builder builder = OrderOnce.builder("http://127.0.0.1");
        assertThatThrownBy(builder::build).hasMessageContaining("token");
    }
}
