package dev.orderonce.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.orderonce.redis.RedisPipeline;
import dev.orderonce.testkit.Consumers;
import dev.orderonce.testkit.Database;
import dev.orderonce.testkit.RunJob;
import dev.orderonce.testkit.Shop;
import dev.orderonce.testkit.Stores;
import io.quarkus.redis.datasource.stream.StreamMessage;
import io.quarkus.redis.datasource.stream.StreamRange;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Committed events are published at least once, each order's events in their order. */
@QuarkusTest
class RelayEventsTest {
    private static final Duration BOUND = Duration.ofSeconds(20);

    @Inject
    RedisPipeline redis;

    @Inject
    EventSettings settings;

    private final Shop shop = Shop.newBuyer();
    private final Shop merchant = Shop.as("merchant", "merchant");

    @AfterEach
    void heal() {
        Stores.toRedis().heal();
        Shop.awaitBusinessAsUsual();
    }

    /** The order's events in the stream after one more run of the relay, repeats included. */
    private List<Map<String, String>> published(String number) {
        RunJob.named("relay-events");
        return redis.data().stream(String.class)
                .xrange(settings.streamName(), StreamRange.of("-", "+"))
                .await()
                .atMost(BOUND)
                .stream()
                .map(StreamMessage::payload)
                .filter(event -> number.replace("-", "").equals(event.get("number")))
                .toList();
    }

    private List<String> kinds(String number) {
        return published(number).stream().map(event -> event.get("kind")).toList();
    }

    private String shipped() {
        String number = shop.newOrder(4200);
        shop.pay(number).then().statusCode(201);
        merchant.ship(number).then().statusCode(200);
        return number;
    }

    @Test
    void whatHappensToAnOrder_isPublishedInItsOrder() {
        // When
        String number = shipped();
        // Then
        await().atMost(BOUND)
                .untilAsserted(
                        () -> assertThat(kinds(number)).containsExactly("PLACED", "PAYMENT_BEGUN", "PAID", "SHIPPED"));
        assertThat(published(number)).extracting(event -> event.get("sequence")).containsExactly("1", "2", "3", "4");
        assertThat(published(number)).allSatisfy(event -> assertThat(event).containsEntry("buyer", shop.subject()));
    }

    @Test
    void diedBeforeItKeptItsProgress_publishesAgainInOrder() {
        // Given
        String number = shipped();
        await().atMost(BOUND).until(() -> kinds(number).size() == 4);
        // When: the state that a relay leaves when it is killed after publishing
        Consumers.moveBefore(number, "order_events");
        // Then
        await().atMost(BOUND)
                .untilAsserted(() -> assertThat(kinds(number))
                        .containsExactly(
                                "PLACED",
                                "PAYMENT_BEGUN",
                                "PAID",
                                "SHIPPED",
                                "PLACED",
                                "PAYMENT_BEGUN",
                                "PAID",
                                "SHIPPED"));
    }

    @Test
    void redisUnavailable_nothingIsLost() {
        // Given
        Stores.toRedis().refuse();
        String number = shipped();
        // When
        Stores.toRedis().heal();
        // Then
        await().atMost(BOUND).untilAsserted(() -> {
            // A connection that was cut in the middle causes repeats.
            List<String> kinds = new ArrayList<>(kinds(number));
            assertThat(kinds).startsWith("PLACED").endsWith("PAID", "SHIPPED").contains("PAYMENT_BEGUN");
        });
    }

    @Test
    void committedAfterLaterOnesWerePublished_isPublishedAllTheSame() throws SQLException {
        // Given: an event whose id is allocated and whose commit is delayed
        String late = shop.newOrder(4200);
        await().atMost(BOUND).until(() -> kinds(late).size() == 1);
        try (Connection connection = Database.connect();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.executeUpdate("UPDATE orders SET state = 'CANCELLED', sequence = 2 WHERE number = '%s'"
                    .formatted(late.replace("-", "")));
            statement.executeUpdate(
                    "INSERT INTO order_events (number, sequence, kind, at) VALUES ('%s', 2, 'CANCELLED', now())"
                            .formatted(late.replace("-", "")));
            String other = shop.newOrder(4200);
            await().atMost(BOUND).until(() -> kinds(other).size() == 1);
            assertThat(kinds(late)).containsExactly("PLACED");
            // When
            connection.commit();
        }
        // Then
        await().atMost(BOUND).untilAsserted(() -> assertThat(kinds(late)).containsExactly("PLACED", "CANCELLED"));
    }

    /** During a rolling upgrade replicas of the version before write events without a buyer. */
    @Test
    void eventWithoutABuyer_isPublishedWithTheOrdersAndStoredWithIt() {
        // Given
        String number = shop.newOrder(4200);
        String symbols = number.replace("-", "");
        Database.execute("INSERT INTO order_events (number, sequence, kind, at) VALUES ('%s', 2, 'CANCELLED', now())"
                .formatted(symbols));
        // When
        await().atMost(BOUND).until(() -> published(number).size() == 2);
        // Then
        assertThat(published(number)).extracting(event -> event.get("buyer")).containsOnly(shop.subject());
        assertThat(Database.value("SELECT count(*) FROM order_events WHERE number = '%s' AND buyer = '%s'"
                        .formatted(symbols, shop.subject())))
                .isEqualTo("2");
        Database.execute("DELETE FROM order_events WHERE number = '%s' AND sequence = 2".formatted(symbols));
    }

    @Test
    void rolledBackEvent_holdsNothingUp() throws SQLException {
        // Given
        try (Connection connection = Database.connect();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.executeUpdate(
                    "INSERT INTO order_events (number, sequence, kind, at) VALUES ('ROLLEDBACK', 1, 'PLACED', now())");
            connection.rollback();
        }
        // When
        String number = shipped();
        // Then
        await().atMost(BOUND).until(() -> kinds(number).size() == 4);
    }

    @Test
    void anotherReplica_takesOverOnlyWhenTheLeaseIsOver() {
        // Given
        RunJob.named("relay-events");
        // When
        Consumers.giveToAnother("order_events");
        String number = shipped();
        // Then
        assertThat(kinds(number)).isEmpty();
        Consumers.expire("order_events");
        await().atMost(BOUND).until(() -> kinds(number).size() == 4);
    }
}
