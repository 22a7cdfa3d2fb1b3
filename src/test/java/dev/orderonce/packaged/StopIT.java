package dev.orderonce.packaged;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Graceful shutdown: a replica first reports that it is not ready, serves requests until the proxy has noticed, and
 * completes every request in flight.
 */
class StopIT {
    /** The time that the framework waits for requests that do not end by themselves. */
    private static final Duration CUT_AFTER = Duration.ofMinutes(2);

    private static final int CUT_OFF = 2000;

    @TempDir
    Path directory;

    @Test
    void stop_servesRequestsUntilTheProxyHasNoticedAndEndsStreams() {
        // Given
        try (Service service = Service.launch(
                        directory,
                        Map.of(
                                "QUARKUS_SHUTDOWN_DELAY",
                                "10S",
                                "QUARKUS_SHUTDOWN_TIMEOUT",
                                CUT_AFTER.toSeconds() + "S"))
                .ready()) {
            String token = service.signIn("alice");
            CompletableFuture<List<String>> before = service.listen(token);
            // When
            service.process().destroy();
            await().until(() -> readiness(service) == 503);
            // Then
            assertThat(service.place(token, service.newNumber(token)).statusCode())
                    .isEqualTo(201);
            CompletableFuture<List<String>> meanwhile = service.listen(token);
            assertThat(before.isDone()).as("cut off before the proxy knew").isFalse();
            assertThat(before).succeedsWithin(CUT_AFTER.dividedBy(2));
            assertThat(meanwhile).succeedsWithin(CUT_AFTER.dividedBy(2));
            assertThat(service.process().onExit().orTimeout(CUT_AFTER.toSeconds(), TimeUnit.SECONDS))
                    .succeedsWithin(CUT_AFTER.dividedBy(2));
            assertThat(service.log()).doesNotContain("\"level\":\"ERROR\"");
        }
    }

    /**
     * Clients that are cut off at any point: while their request is processed, before its body has arrived, with more
     * requests behind it in the connection.
     */
    @Test
    void stop_doesNotWaitForClientsThatWereCutOff() throws IOException {
        // Given
        try (Service service = Service.launch(
                        directory, Map.of("QUARKUS_SHUTDOWN_TIMEOUT", CUT_AFTER.toSeconds() + "S"))
                .ready()) {
            String head = " HTTP/1.1\r\nHost: test\r\nAuthorization: Bearer %s\r\n".formatted(service.signIn("alice"));
            List<String> requests = List.of(
                    ("GET /order-numbers" + head + "\r\n").repeat(5),
                    ("GET /orders" + head + "\r\n").repeat(3),
                    "GET /events" + head + "Accept: text/event-stream\r\n\r\n",
                    "POST /orders" + head + "Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{",
                    "GET / HTTP/1.1\r\nHost: test\r\n\r\n".repeat(3));
            for (int i = 0; i < CUT_OFF; i++) {
                cutOff(service.port(), requests.get(i % requests.size()), i % 4);
            }
            await().atMost(Duration.ofMinutes(1))
                    .untilAsserted(() -> assertThat(metric(service, "orderonce_http_under_way"))
                            .as("places that are taken for good")
                            .isZero());
            assertThat(metric(service, "orderonce_events_listeners")).isZero();
            // When
            service.process().destroy();
            // Then
            assertThat(service.process().onExit().orTimeout(CUT_AFTER.toSeconds(), TimeUnit.SECONDS))
                    .succeedsWithin(CUT_AFTER.dividedBy(2));
            assertThat(service.log()).doesNotContain("\"level\":\"ERROR\"");
        }
    }

    /** Sends a request and resets the connection, at once or a moment later. */
    private static void cutOff(int port, String request, int millis) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoLinger(true, 0);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            socket.getOutputStream().flush();
            if (millis > 0) {
                await().pollInterval(Duration.ofMillis(1))
                        .pollDelay(Duration.ofMillis(millis))
                        .until(() -> true);
            }
        }
    }

    private static double metric(Service service, String name) {
        return service.send("GET", "/q/metrics", Optional.empty(), "")
                .body()
                .lines()
                .filter(line -> line.startsWith(name + ' '))
                .mapToDouble(line -> Double.parseDouble(line.substring(name.length())))
                .sum();
    }

    private static int readiness(Service service) {
        return service.send("GET", "/q/health/ready", Optional.empty(), "").statusCode();
    }
}
