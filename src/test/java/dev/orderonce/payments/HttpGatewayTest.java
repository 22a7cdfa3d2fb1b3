package dev.orderonce.payments;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import dev.orderonce.config.RateLimit;
import dev.orderonce.money.Money;
import dev.orderonce.payments.PaymentGateway.Answer;
import io.quarkus.test.junit.QuarkusTest;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Currency;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The gateway to a provider over HTTP: its requests, and how it interprets every response. */
@QuarkusTest
class HttpGatewayTest {
    private static final Duration BOUND = Duration.ofSeconds(10);
    private static final Money AMOUNT = new Money(4200, Currency.getInstance("EUR"));

    @Inject
    ObjectMapper json;

    @Inject
    Vertx vertx;

    private final List<String> received = new CopyOnWriteArrayList<>();
    private final CountDownLatch held = new CountDownLatch(1);
    private volatile int status = 200;
    private volatile String body = "{\"state\":\"captured\"}";
    private volatile boolean isUnresponsive;
    private volatile long endless;
    private volatile boolean isDribbling;
    private final AtomicLong written = new AtomicLong();
    private HttpServer server;
    private ProviderCalls calls;
    private HttpGateway gateway;

    /** Settings with timeouts short enough for a test. */
    private record Hurried(Optional<String> providerUrl) implements PaymentSettings {
        @Override
        public Optional<String> providerToken() {
            return Optional.of("our-token");
        }

        @Override
        public Optional<String> notificationSecret() {
            return Optional.empty();
        }

        @Override
        public Duration providerTimeout() {
            return Duration.ofMillis(500);
        }

        @Override
        public Duration resumeDelay() {
            return Duration.ofSeconds(15);
        }

        @Override
        public Duration retryDelay() {
            return Duration.ofSeconds(1);
        }

        @Override
        public Duration unpaidOrderTtl() {
            return Duration.ofDays(1);
        }

        @Override
        public RateLimit declinesPerOrderLimit() {
            return RateLimit.of("5/10m");
        }

        @Override
        public RateLimit declinesPerBuyerLimit() {
            return RateLimit.of("10/1h");
        }
    }

    @BeforeEach
    void startTheProvider() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 50);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", exchange -> {
            try (exchange) {
                String sent = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
                received.add("%s %s %s %s"
                        .formatted(
                                exchange.getRequestMethod(),
                                exchange.getRequestURI(),
                                exchange.getRequestHeaders().getFirst("Authorization"),
                                sent));
                if (isUnresponsive) {
                    held.await();
                }
                byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
                exchange.getResponseHeaders().set("Content-Type", "application/json");
                exchange.sendResponseHeaders(status, endless > 0 || isDribbling ? 0 : bytes.length);
                exchange.getResponseBody().write(bytes);
                for (long i = 0; i < endless; i = written.incrementAndGet()) {
                    exchange.getResponseBody().write(new byte[4096]);
                }
                while (isDribbling) {
                    exchange.getResponseBody().write(' ');
                    exchange.getResponseBody().flush();
                    isDribbling = !held.await(100, TimeUnit.MILLISECONDS);
                }
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
            }
        });
        server.start();
        calls = new ProviderCalls(
                new Hurried(
                        Optional.of("http://127.0.0.1:" + server.getAddress().getPort())),
                json,
                vertx);
        gateway = new HttpGateway(calls);
    }

    @AfterEach
    void stopTheProvider() {
        calls.close();
        held.countDown();
        server.stop(0);
    }

    private static Answer get(Uni<Answer> asked) {
        return asked.await().atMost(BOUND);
    }

    @Test
    void capture_namesOurReferenceAmountAndMethod() {
        // When
        Answer answer = get(gateway.capture("p-1", AMOUNT, "tok_visa"));
        // Then
        assertThat(answer).isEqualTo(new Answer.Captured());
        assertThat(received)
                .singleElement()
                .asString()
                .startsWith("PUT /payments/p-1/capture Bearer our-token ")
                .contains("\"amount\":4200", "\"currency\":\"EUR\"", "\"method\":\"tok_visa\"");
    }

    @Test
    void refundOfAPart_namesItsOwnReferenceToo() {
        // Given
        body = "{\"state\":\"refunded\"}";
        // When
        Answer refunded = get(gateway.refundPart("p-1", "r-1", AMOUNT));
        // Then
        assertThat(refunded).isEqualTo(new Answer.Refunded());
        assertThat(received.getFirst())
                .startsWith("PUT /payments/p-1/refunds/r-1 ")
                .contains("4200", "EUR");
    }

    @Test
    void refundAndQuery_nameOurReference() {
        // Given
        body = "{\"state\":\"refunded\"}";
        // When
        Answer refunded = get(gateway.refund("p-1", AMOUNT));
        Answer queried = get(gateway.query("p-1"));
        // Then
        assertThat(List.of(refunded, queried)).containsOnly(new Answer.Refunded());
        assertThat(received.getFirst()).startsWith("PUT /payments/p-1/refund ");
        assertThat(received.getLast()).startsWith("GET /payments/p-1 ");
    }

    @Test
    void declined_returnsTheProvidersReason() {
        // Given
        body = "{\"state\":\"declined\",\"reason\":\"no money\"}";
        // Then
        assertThat(get(gateway.capture("p-1", AMOUNT, "tok_visa"))).isEqualTo(new Answer.Declined("no money"));
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 402, 422})
    void captureThatTheProviderFindsUnsound_isDeclined(int answered) {
        // Given
        status = answered;
        // Then
        assertThat(get(gateway.capture("p-1", AMOUNT, "x"))).isInstanceOf(Answer.Declined.class);
        assertThat(get(gateway.refund("p-1", AMOUNT))).isInstanceOf(Answer.NoAnswer.class);
    }

    @Test
    void answerWithMoreThanWeKnow_isUnderstood() {
        // Given
        body = "{\"id\":7,\"state\":\"captured\",\"fees\":{\"total\":3}}";
        // Then
        assertThat(get(gateway.query("p-1"))).isEqualTo(new Answer.Captured());
    }

    @Test
    void referenceThatTheProviderDoesNotKnow_isUnknown() {
        // Given
        status = 404;
        // Then
        assertThat(get(gateway.query("p-1"))).isEqualTo(new Answer.Unknown());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"401|{}", "403|{}", "429|{}", "500|{}", "503|nothing"})
    void refusalOrFault_decidesNothing(int answered, String text) {
        // Given
        status = answered;
        body = text;
        // Then
        assertThat(get(gateway.capture("p-1", AMOUNT, "tok_visa"))).isInstanceOf(Answer.NoAnswer.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "{\"state\":\"maybe\"}", "<html>", "", "[]"})
    void answerThatIsNotUnderstood_decidesNothing(String text) {
        // Given
        body = text;
        // Then
        assertThat(get(gateway.capture("p-1", AMOUNT, "tok_visa"))).isInstanceOf(Answer.NoAnswer.class);
    }

    @Test
    void noAnswerInTime_isSilence() {
        // Given
        isUnresponsive = true;
        // Then
        assertThat(get(gateway.capture("p-1", AMOUNT, "tok_visa"))).isInstanceOf(Answer.NoAnswer.class);
    }

    /** A response of 400 MB, of which no more is read than the limit. */
    @Test
    void answerWithoutEnd_isCutOff() {
        // Given
        endless = 100_000;
        // When
        Answer answer = get(gateway.query("p-1"));
        // Then
        assertThat(answer)
                .isInstanceOfSatisfying(
                        Answer.NoAnswer.class,
                        unavailable -> assertThat(unavailable.why()).contains("more than 65536 bytes"));
        assertThat(written.get()).isLessThan(endless);
    }

    /** Each byte is traffic; the total time of a response is bounded. */
    @Test
    void answerByteByByte_isSilence() {
        // Given
        isDribbling = true;
        // Then
        assertThat(get(gateway.query("p-1"))).isInstanceOf(Answer.NoAnswer.class);
    }

    @Test
    void connectionRefused_isNoAnswer() {
        // Given
        server.stop(0);
        // Then
        assertThat(get(gateway.query("p-1"))).isInstanceOf(Answer.NoAnswer.class);
    }
}
