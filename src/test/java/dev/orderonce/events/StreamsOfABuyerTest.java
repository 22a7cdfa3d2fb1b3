package dev.orderonce.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.orderonce.testkit.Shop;
import dev.orderonce.testkit.TightBounds;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** One buyer cannot use up the streams of all buyers. */
@QuarkusTest
@TestProfile(TightBounds.class)
class StreamsOfABuyerTest {
    private static final Duration BOUND = Duration.ofSeconds(10);

    @TestHTTPResource
    URL service;

    private final List<Socket> open = new ArrayList<>();

    @AfterEach
    void close() throws IOException {
        for (Socket socket : open) {
            socket.close();
        }
    }

    /** The head of the answer; the connection stays open. */
    private String listen(Shop who) throws IOException {
        Socket socket = new Socket(service.getHost(), service.getPort());
        open.add(socket);
        socket.setSoTimeout((int) BOUND.toMillis());
        socket.getOutputStream()
                .write(
                        "GET /events HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\nAuthorization: Bearer %s\r\n\r\n"
                                .formatted(who.token())
                                .getBytes(StandardCharsets.US_ASCII));
        BufferedReader reader =
                new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
        StringBuilder head = new StringBuilder();
        for (String line = reader.readLine(); !line.isEmpty(); line = reader.readLine()) {
            head.append(line).append('\n');
        }
        return head.toString();
    }

    @Test
    void moreThanABuyerMayHave_areRefusedAndNotThoseOfOthers() throws IOException {
        // Given
        Shop shop = Shop.newBuyer();
        for (int i = 0; i < TightBounds.STREAMS; i++) {
            assertThat(listen(shop))
                    .startsWith("HTTP/1.1 200 ")
                    .containsIgnoringCase("no-store")
                    .containsPattern("(?i)\nRequest-Id: [0-9a-f]{32}\n")
                    .containsIgnoringCase("\nVary: Authorization\n")
                    .contains("RateLimit-Policy: \"live-event-streams\";q=3;qu=\"concurrent-requests\"\n")
                    .contains("RateLimit: \"live-event-streams\";r=" + (TightBounds.STREAMS - 1 - i) + "\n");
        }
        // Then
        assertThat(listen(shop))
                .startsWith("HTTP/1.1 429 ")
                .contains("application/problem+json")
                .contains("RateLimit-Policy: \"live-event-streams\";q=3;qu=\"concurrent-requests\"\n")
                .contains("RateLimit: \"live-event-streams\";r=0\n");
        assertThat(listen(Shop.newBuyer())).startsWith("HTTP/1.1 200 ");
        // and a closed stream frees its place
        open.getFirst().close();
        await().atMost(BOUND).until(() -> listen(shop).startsWith("HTTP/1.1 200 "));
    }
}
