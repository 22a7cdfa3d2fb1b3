package dev.orderonce.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.notNullValue;

import dev.orderonce.testkit.Database;
import dev.orderonce.testkit.Shop;
import dev.orderonce.testkit.Stores;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The events that a page with an open stream receives, and those that it does not. */
@QuarkusTest
class LiveEventsContractTest {
    private static final Duration BOUND = Duration.ofSeconds(10);

    private final Shop shop = Shop.newBuyer();
    private final List<Listener> listeners = new ArrayList<>();

    @Inject
    LiveEvents liveEvents;

    @TestHTTPResource("/events")
    URI events;

    @AfterEach
    void stopListening() {
        listeners.forEach(Listener::close);
    }

    private static void heal() {
        Stores.toRedis().heal();
        Stores.toPostgreSql().heal();
        Shop.awaitBusinessAsUsual();
    }

    /** A page with an open stream; reads until it is closed. */
    private static final class Listener implements AutoCloseable {
        private final HttpClient client = HttpClient.newHttpClient();
        private final HttpResponse<Stream<String>> response;
        private final Queue<String> lines = new ConcurrentLinkedQueue<>();

        Listener(URI events, Shop shop, Optional<String> lastId) throws IOException, InterruptedException {
            HttpRequest.Builder request = HttpRequest.newBuilder(events)
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

        List<Integer> sequences(String number) {
            return lines.stream()
                    .filter(line -> line.startsWith("data:") && line.contains(number))
                    .map(line -> Integer.valueOf(line.replaceAll(".*\"sequence\":([0-9]+).*", "$1")))
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

    private Listener listen(Shop who, Optional<String> lastId) throws IOException, InterruptedException {
        Listener listener = new Listener(events, who, lastId);
        listeners.add(listener);
        // The first line is written when the position in the log is fixed.
        await().atMost(BOUND).until(() -> !listener.lines.isEmpty());
        return listener;
    }

    private void sendNew() {
        liveEvents.sendNew().await().atMost(BOUND);
    }

    @Test
    void events_areReceivedInTheirOrder() throws Exception {
        // Given
        Listener page = listen(shop, Optional.empty());
        // When
        String number = shop.newOrder(4200);
        shop.cancel(number).then().statusCode(200);
        // Then
        await().atMost(BOUND).untilAsserted(() -> {
            sendNew();
            assertThat(page.kinds(number)).containsExactly("PLACED", "CANCELLED");
        });
        assertThat(page.response.headers().firstValue("Content-Type"))
                .hasValueSatisfying(type -> assertThat(type).startsWith("text/event-stream"));
    }

    @Test
    void eventsOfOthers_areNotReceived() throws Exception {
        // Given
        Shop other = Shop.newBuyer();
        Listener page = listen(shop, Optional.empty());
        Listener others = listen(other, Optional.empty());
        // When
        String number = other.newOrder(4200);
        // Then
        await().atMost(BOUND).untilAsserted(() -> {
            sendNew();
            assertThat(others.kinds(number)).containsExactly("PLACED");
        });
        assertThat(page.kinds(number)).isEmpty();
    }

    @Test
    void reconnected_receivesMissedEventsFirst() throws Exception {
        // Given
        Listener page = listen(shop, Optional.empty());
        String number = shop.newOrder(4200);
        await().atMost(BOUND).untilAsserted(() -> {
            sendNew();
            assertThat(page.kinds(number)).containsExactly("PLACED");
        });
        page.close();
        shop.cancel(number).then().statusCode(200);
        // When
        Listener again = listen(shop, Optional.of(page.lastId()));
        // Then
        await().atMost(BOUND).untilAsserted(() -> {
            sendNew();
            assertThat(again.kinds(number)).containsExactly("CANCELLED");
        });
    }

    /** During a rolling upgrade a replica of the version before writes and publishes events without a buyer. */
    @Test
    void reconnected_receivesMissedEventsWithoutABuyer() throws Exception {
        // Given
        Listener page = listen(shop, Optional.empty());
        String number = shop.newOrder(4200);
        await().atMost(BOUND).untilAsserted(() -> {
            sendNew();
            assertThat(page.kinds(number)).containsExactly("PLACED");
        });
        page.close();
        shop.cancel(number).then().statusCode(200);
        Database.execute("UPDATE order_events SET buyer = NULL WHERE number = '%s' AND kind = 'CANCELLED'"
                .formatted(number.replace("-", "")));
        sendNew();
        // When
        Listener again = listen(shop, Optional.of(page.lastId()));
        // Then
        await().atMost(BOUND)
                .untilAsserted(() -> assertThat(again.kinds(number)).containsExactly("CANCELLED"));
    }

    /** Every event is received exactly once. */
    @Test
    void reconnected_receivesExactlyTheMissedEvents() throws Exception {
        // Given
        Listener page = listen(shop, Optional.empty());
        String before = shop.newOrder(4200);
        await().atMost(BOUND).untilAsserted(() -> {
            sendNew();
            assertThat(page.kinds(before)).containsExactly("PLACED");
        });
        page.close();
        String missed = shop.newOrder(4300);
        // When
        Listener again = listen(shop, Optional.of(page.lastId()));
        String after = shop.newOrder(4400);
        // Then
        await().atMost(BOUND).untilAsserted(() -> {
            sendNew();
            assertThat(again.kinds(after)).containsExactly("PLACED");
        });
        assertThat(again.kinds(missed)).containsExactly("PLACED");
        assertThat(again.kinds(before)).isEmpty();
    }

    @Test
    void reconnectedWithoutAnyEventBefore_receivesMissedEvents() throws Exception {
        // Given
        Listener page = listen(shop, Optional.empty());
        String id = page.lastId();
        page.close();
        String number = shop.newOrder(4200);
        // When
        Listener again = listen(shop, Optional.of(id));
        // Then
        await().atMost(BOUND).untilAsserted(() -> {
            sendNew();
            assertThat(again.kinds(number)).containsExactly("PLACED");
        });
    }

    /** More than are read from the log at once, and more than wait for a reader at once. */
    @Test
    void reconnectedAfterVeryMany_receivesAllInTheirOrder() throws Exception {
        // Given
        String number = shop.newOrder(4200);
        Listener page = listen(shop, Optional.empty());
        String id = page.lastId();
        page.close();
        Database.execute(appendEvents(number, 1200, "PAID"));
        sendNew(); // the replica has read them before the page comes back
        // When
        Listener again = listen(shop, Optional.of(id));
        // Then
        await().atMost(BOUND).untilAsserted(() -> {
            sendNew();
            assertThat(again.sequences(number)).contains(1201);
        });
        assertThat(again.sequences(number))
                .filteredOn(sequence -> sequence > 1) // the event of placing may be sent again
                .containsExactlyElementsOf(
                        IntStream.rangeClosed(2, 1201).boxed().toList());
    }

    /** An id that was allocated before others and is committed after them. */
    @Test
    void committedLate_isReceivedLiveAndAfterReconnecting() throws Exception {
        // Given
        String late = shop.newOrder(4200);
        String other = shop.newOrder(4300);
        Listener page = listen(shop, Optional.empty());
        try (Connection connection = Database.connect()) {
            connection.setAutoCommit(false);
            appendEvent(connection, late);
            Database.execute(appendEvents(other, 1, "PAID"));
            await().atMost(BOUND).untilAsserted(() -> {
                sendNew();
                assertThat(page.kinds(other)).endsWith("PAID");
            });
            String beforeTheCommit = page.lastId();
            Listener opened = listen(shop, Optional.empty());
            // When
            connection.commit();
            // Then
            await().atMost(BOUND).untilAsserted(() -> {
                sendNew();
                assertThat(page.kinds(late)).endsWith("SHIPPED");
                assertThat(opened.kinds(late)).containsExactly("SHIPPED");
            });
            Listener again = listen(shop, Optional.of(beforeTheCommit));
            await().atMost(BOUND).untilAsserted(() -> {
                sendNew();
                assertThat(again.kinds(late)).containsExactly("SHIPPED");
            });
            assertThat(again.kinds(other)).isEmpty();
            Listener afterwards = listen(shop, Optional.of(page.lastId()));
            String number = shop.newOrder(4400);
            await().atMost(BOUND).untilAsserted(() -> {
                sendNew();
                assertThat(afterwards.kinds(number)).containsExactly("PLACED");
            });
            assertThat(afterwards.kinds(late)).isEmpty();
        }
    }

    private static void appendEvent(Connection connection, String number) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(appendEvents(number, 1, "SHIPPED"));
        }
    }

    /** As the service does it: the order counts its events, and other jobs continue from there. */
    private static String appendEvents(String number, int count, String kind) {
        return """
        WITH counted AS (
            UPDATE orders SET sequence = sequence + %2$d WHERE number = '%1$s'
            RETURNING number, buyer, sequence)
        INSERT INTO order_events (number, buyer, sequence, kind, at)
        SELECT number, buyer, generate_series(sequence - %2$d + 1, sequence), '%3$s', now() FROM counted
        """.formatted(number.replace("-", ""), count, kind);
    }

    @ParameterizedTest
    @ValueSource(strings = {"42", "0", "not an id", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "%"})
    void unusableId_isAnsweredWithAReset(String id) throws Exception {
        // When
        Listener page = listen(shop, Optional.of(id));
        // Then
        await().atMost(BOUND).untilAsserted(() -> assertThat(page.lines).contains("event:reset"));
        String number = shop.newOrder(4200);
        await().atMost(BOUND).untilAsserted(() -> {
            sendNew();
            assertThat(page.kinds(number)).containsExactly("PLACED");
        });
    }

    @Test
    void idOfAnotherBuyer_isAnsweredWithAReset() throws Exception {
        // Given
        Listener others = listen(Shop.newBuyer(), Optional.empty());
        // When
        Listener page = listen(shop, Optional.of(others.lastId()));
        // Then
        await().atMost(BOUND).untilAsserted(() -> assertThat(page.lines).contains("event:reset"));
    }

    /** Two ids a day apart must not reveal how much the shop has sold. */
    @Test
    void ids_areNoCount() throws Exception {
        // Given
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            ids.add(listen(shop, Optional.empty()).lastId());
        }
        // Then
        assertThat(ids)
                .doesNotHaveDuplicates()
                .allMatch(id -> id.length() == ids.getFirst().length())
                .noneMatch(id -> id.matches("[0-9]+"));
    }

    @Test
    void headOpensNoStream() {
        shop.request().head("/events").then().statusCode(200);
    }

    @Test
    void withoutPostgreSql_isUnavailable() {
        // Given
        Stores.toPostgreSql().refuse();
        // When
        Response response;
        Response anonymous;
        try {
            response = shop.request().header("Accept", "text/event-stream").get("/events");
            anonymous = Shop.anonymous().header("Accept", "text/event-stream").get("/events");
        } finally {
            heal();
        }
        // Then
        response.then()
                .statusCode(503)
                .header("Retry-After", notNullValue())
                .body("type", equalTo("/problems/store-unavailable"));
        anonymous.then().statusCode(401);
    }

    @Test
    void twoTabs_receiveTheSame() throws Exception {
        // Given
        Listener one = listen(shop, Optional.empty());
        Listener two = listen(shop, Optional.empty());
        // When
        String number = shop.newOrder(4200);
        // Then
        await().atMost(BOUND).untilAsserted(() -> {
            sendNew();
            assertThat(one.kinds(number)).containsExactly("PLACED");
            assertThat(two.kinds(number)).containsExactly("PLACED");
        });
    }

    @Test
    void withoutRedis_isStillReceived() throws Exception {
        // Given
        Listener page = listen(shop, Optional.empty());
        String number = shop.newNumber();
        Stores.toRedis().refuse();
        // When
        shop.place(number).then().statusCode(201);
        // Then
        await().atMost(BOUND).untilAsserted(() -> {
            sendNew();
            assertThat(page.kinds(number)).containsExactly("PLACED");
        });
        heal();
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
        await().atMost(BOUND).untilAsserted(() -> {
            sendNew();
            assertThat(page.kinds(number)).contains("CANCELLED");
        });
        assertThat(page.lines).noneMatch(line -> line.contains("support-of-live") || line.contains("among"));
    }

    @Test
    void aStream_outlivesTheTimeThatABodyMayTake() throws Exception {
        // When: nothing happens for longer than http.body-timeout
        Listener page = listen(shop, Optional.empty());
        // Then
        await().during(Duration.ofSeconds(12))
                .atMost(Duration.ofSeconds(20))
                .until(() -> !page.lines.contains("closed") && !page.lines.contains("ended"));
    }

    @Test
    void unauthenticated_isRefused() {
        // When
        var response = Shop.anonymous().header("Accept", "text/event-stream").get("/events");
        // Then
        assertThat(response.statusCode()).isEqualTo(401);
    }
}
