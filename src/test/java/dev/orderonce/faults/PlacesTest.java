package dev.orderonce.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.orderonce.testkit.Operator;
import dev.orderonce.testkit.Shop;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** However a request ends, its place among the requests in flight is freed. */
@QuarkusTest
class PlacesTest {
    private static final int TIMES = 300;
    private static final int ABOVE_THE_LIMIT = 131_088;
    private static final Duration BOUND = Duration.ofSeconds(20);

    @TestHTTPResource
    URL service;

    private static double inFlight() {
        return Operator.metric("orderonce_http_under_way ");
    }

    private static void allPlacesAreFree() {
        await().atMost(BOUND).untilAsserted(() -> assertThat(inFlight()).isZero());
    }

    private void send(String head, byte[] body, boolean isReset) throws IOException {
        try (Socket socket = new Socket(service.getHost(), service.getPort())) {
            if (isReset) {
                socket.setSoLinger(true, 0);
            }
            OutputStream out = socket.getOutputStream();
            out.write((head + "\r\n").getBytes(StandardCharsets.US_ASCII));
            out.write(body);
            out.flush();
            if (!isReset) {
                socket.setSoTimeout((int) BOUND.toMillis());
                assertThat(socket.getInputStream().read()).isEqualTo('H');
            }
        } catch (IOException closedFirst) {
            // The service may close the connection before all of the body is sent.
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/payments/notifications", "/orders", "/demo/sign-in", "/nowhere"})
    void bodyInChunksAboveTheLimit(String path) throws IOException {
        // When
        byte[] chunk = "%x\r\n%s\r\n0\r\n\r\n"
                .formatted(ABOVE_THE_LIMIT, "x".repeat(ABOVE_THE_LIMIT))
                .getBytes(StandardCharsets.US_ASCII);
        for (int i = 0; i < TIMES / 4; i++) {
            send(
                    "POST %s HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n"
                            .formatted(path),
                    chunk,
                    false);
        }
        // Then
        allPlacesAreFree();
    }

    @Test
    void connectionResetBeforeTheBodyIsThere() throws IOException {
        // Given
        String token = Shop.newBuyer().token();
        // When
        for (int i = 0; i < TIMES; i++) {
            send(
                    "POST /orders HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\nAuthorization: Bearer %s\r\n"
                            .formatted(token),
                    new byte[] {'{'},
                    true);
        }
        // Then
        allPlacesAreFree();
    }
}
