package dev.orderonce.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orderonce.testkit.Operator;
import dev.orderonce.testkit.RawHttp;
import dev.orderonce.testkit.TightBounds;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients that do not finish their request, or do not read the response, are cut off. */
@QuarkusTest
@TestProfile(TightBounds.class)
class SlowClientsTest {
    private static final Duration BOUND = Duration.ofSeconds(20);

    @TestHTTPResource
    URL service;

    private static boolean isCut(Socket socket, byte[] more) {
        try {
            OutputStream out = socket.getOutputStream();
            out.write(more);
            out.flush();
            return false;
        } catch (IOException cut) {
            return true;
        }
    }

    /** The response comes before the body; the client continues with a byte now and then. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "POST /orders", // 401
                "POST /events", // 405
                "PUT /nowhere", // 404
                "POST /orders;x", // 400
                "POST x:80", // 400, before any filter
                "GET /problems", // 200
                "POST /demo/sign-in" // reads the body
            })
    void bodyThatDoesNotEnd_endsTheConnection(String request) throws IOException {
        try (Socket socket = new Socket(service.getHost(), service.getPort())) {
            // Given
            OutputStream out = socket.getOutputStream();
            out.write("%s HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n"
                    .formatted(request)
                    .getBytes(StandardCharsets.US_ASCII));
            out.write(new byte[18_000]);
            out.flush();
            // Then
            Awaitility.await().atMost(BOUND).until(() -> isCut(socket, new byte[] {' '}));
            Awaitility.await()
                    .atMost(BOUND)
                    .untilAsserted(() -> assertThat(Operator.metric("orderonce_http_under_way "))
                            .isZero());
        }
    }

    @Test
    void unreadResponses_endTheConnection() throws IOException {
        try (Socket socket = new Socket()) {
            // Given
            socket.setReceiveBufferSize(4096);
            socket.connect(new InetSocketAddress(service.getHost(), service.getPort()));
            byte[] request = "GET /openapi HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
            // When: 30 MB are requested, and nothing is read
            for (int i = 0; i < 200; i++) {
                socket.getOutputStream().write(request);
            }
            // Then
            Awaitility.await().atMost(BOUND).until(() -> isCut(socket, request));
        }
    }

    /** 400 clients request the API description and do not read it. */
    @Test
    void unreadResponses_areBoundedTogether() throws IOException {
        List<Socket> sockets = new ArrayList<>();
        try {
            // Given
            double most = 0;
            byte[] request =
                    "GET /openapi HTTP/1.1\r\nHost: x\r\n\r\n".repeat(4).getBytes(StandardCharsets.US_ASCII);
            for (int i = 0; i < 400; i++) {
                Socket socket = new Socket();
                sockets.add(socket);
                socket.setReceiveBufferSize(4096);
                socket.connect(new InetSocketAddress(service.getHost(), service.getPort()));
                socket.getOutputStream().write(request);
                if (i % 50 == 0) {
                    most = Math.max(most, Operator.metric("orderonce_http_unread_bytes "));
                }
            }
            // Then
            assertThat(most).isLessThan(50_000_000);
            assertThat(RawHttp.get(service, "/openapi")).startsWith("HTTP/1.1 200 ");
        } finally {
            for (Socket socket : sockets) {
                socket.close();
            }
        }
        Awaitility.await()
                .atMost(BOUND)
                .untilAsserted(() -> assertThat(Operator.metric("orderonce_http_unread_bytes "))
                        .isZero());
    }
}
