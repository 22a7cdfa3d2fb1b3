package dev.orderonce.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.orderonce.testkit.Shop;
import dev.orderonce.testkit.Stores;

import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;

import jakarta.inject.Inject;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;

/** What a page that listens hears, and what it does not. */
@QuarkusTest
class LiveEventsContractTest {
    private static final Duration BOUND = Duration.ofSeconds(10);

    private final Shop shop = Shop.newBuyer();
    private final List<Listener> listeners = new ArrayList<>();

    @Inject LiveEvents liveEvents;

    @TestHTTPResource("/events")
    URI events;

    @AfterEach
    void stopListening() {
        listeners.forEach(Listener::close);
        Stores.toRedis().heal();
    }

    /** A page that listens; reads until it is closed. */
    private static final class Listener implements AutoCloseable {
        private final HttpClient client = HttpClient.newHttpClient();
        private final HttpResponse<Stream<String>> response;
        private final Queue<String> lines = new ConcurrentLinkedQueue<>();

        Listener(URI events, Shop shop, Optional<String> lastId)
                throws IOException, InterruptedException {
            HttpRequest.Builder request =
                    HttpRequest.newBuilder(events)
                            .header("Authorization", "Bearer " + shop.token())
                            .header("Accept", "text/event-stream");
            lastId.ifPresent(id -> request.header("Last-Event-ID", id));
            response = client.send(request.build(), HttpResponse.BodyHandlers.ofLines());
            Thread.ofVirtual().start(this::read);
        }

        private void read() {
            try {
                response.body().forEach(lines::add);
                lines.add("ended");
            } catch (java.io.UncheckedIOException closed) {
                lines.add("closed");
            }
        }

        List<String> kinds(String number) {
            return lines.stream()
                    .filter(line -> line.startsWith("data:") && line.contains(number))
                    .map(line -> line.replaceAll(".*\"kind\":\"([A-Z_]+)\".*", "$1"))
                    .toList();
        }

        String lastId() {
            return lines.stream()
                    .filter(line -> line.startsWith("id:"))
                    .reduce((first, second) -> second)
                    .orElseThrow()
                    .substring(3)
                    .strip();
        }

        @Override
        public void close() {
            client.shutdownNow();
        }
    }

    private Listener listen(Shop who, Optional<String> lastId)
            throws IOException, InterruptedException {
        Listener listener = new Listener(events, who, lastId);
        listeners.add(listener);
        // The first line is written when the place in the log is fixed.
        await().atMost(BOUND).until(() -> !listener.lines.isEmpty());
        return listener;
    }

    private void tell() {
        liveEvents.tell().await().atMost(BOUND);
    }

    @Test
    void whatHappens_isHeardInItsOrder() throws Exception {
        // Given
        Listener page = listen(shop, Optional.empty());
        // When
        String number = shop.newOrder(4200);
        shop.cancel(number).then().statusCode(200);
        // Then
        await().atMost(BOUND)
                .untilAsserted(
                        () -> {
                            tell();
                            assertThat(page.kinds(number)).containsExactly("PLACED", "CANCELLED");
                        });
        assertThat(page.response.headers().firstValue("Content-Type"))
                .hasValueSatisfying(type -> assertThat(type).startsWith("text/event-stream"));
    }

    @Test
    void whatHappensToOthers_isNotHeard() throws Exception {
        // Given
        Shop other = Shop.newBuyer();
        Listener page = listen(shop, Optional.empty());
        Listener others = listen(other, Optional.empty());
        // When
        String number = other.newOrder(4200);
        // Then
        await().atMost(BOUND)
                .untilAsserted(
                        () -> {
                            tell();
                            assertThat(others.kinds(number)).containsExactly("PLACED");
                        });
        assertThat(page.kinds(number)).isEmpty();
    }

    @Test
    void whoComesBack_hearsFirstWhatWasMissed() throws Exception {
        // Given
        Listener page = listen(shop, Optional.empty());
        String number = shop.newOrder(4200);
        await().atMost(BOUND)
                .untilAsserted(
                        () -> {
                            tell();
                            assertThat(page.kinds(number)).containsExactly("PLACED");
                        });
        page.close();
        shop.cancel(number).then().statusCode(200);
        // When
        Listener again = listen(shop, Optional.of(page.lastId()));
        // Then
        await().atMost(BOUND)
                .untilAsserted(() -> assertThat(again.kinds(number)).contains("CANCELLED"));
        assertThat(again.kinds(number)).endsWith("CANCELLED");
    }

    @Test
    void twoTabs_hearTheSame() throws Exception {
        // Given
        Listener one = listen(shop, Optional.empty());
        Listener two = listen(shop, Optional.empty());
        // When
        String number = shop.newOrder(4200);
        // Then
        await().atMost(BOUND)
                .untilAsserted(
                        () -> {
                            tell();
                            assertThat(one.kinds(number)).containsExactly("PLACED");
                            assertThat(two.kinds(number)).containsExactly("PLACED");
                        });
    }

    @Test
    void withoutRedis_isHeardAllTheSame() throws Exception {
        // Given
        Listener page = listen(shop, Optional.empty());
        String number = shop.newNumber();
        Stores.toRedis().refuse();
        // When
        shop.place(number).then().statusCode(201);
        // Then
        await().atMost(BOUND)
                .untilAsserted(
                        () -> {
                            tell();
                            assertThat(page.kinds(number)).containsExactly("PLACED");
                        });
        Stores.toRedis().heal();
        Shop.awaitBusinessAsUsual();
    }

    @Test
    void staffWhoActed_areNotNamed() throws Exception {
        // Given
        Shop support = Shop.as("support-of-live-events", "support");
        Listener page = listen(shop, Optional.empty());
        String number = shop.newOrder(4200);
        // When
        support.cancel(number, "a word among ourselves").then().statusCode(200);
        // Then
        await().atMost(BOUND)
                .untilAsserted(
                        () -> {
                            tell();
                            assertThat(page.kinds(number)).contains("CANCELLED");
                        });
        assertThat(page.lines)
                .noneMatch(line -> line.contains("support-of-live") || line.contains("among"));
    }

    @Test
    void aStream_outlivesTheTimeThatABodyMayTake() throws Exception {
        // When: nothing happens for longer than http.body-within
        Listener page = listen(shop, Optional.empty());
        // Then
        await().during(Duration.ofSeconds(12))
                .atMost(Duration.ofSeconds(20))
                .until(() -> !page.lines.contains("closed") && !page.lines.contains("ended"));
    }

    @Test
    void nobodySignedIn_isRefused() {
        // When
        var response = Shop.anonymous().header("Accept", "text/event-stream").get("/events");
        // Then
        assertThat(response.statusCode()).isEqualTo(401);
    }
}
