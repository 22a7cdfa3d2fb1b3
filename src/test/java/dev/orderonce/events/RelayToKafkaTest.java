package dev.orderonce.events;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.orderonce.testkit.Consumers;
import dev.orderonce.testkit.Database;
import dev.orderonce.testkit.OnKafka;
import dev.orderonce.testkit.RunJob;
import dev.orderonce.testkit.Shop;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.vertx.core.json.JsonObject;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Committed events are published to Kafka at least once, the first record of each after those of its order's earlier
 * ones.
 */
@QuarkusTest
@TestProfile(OnKafka.class)
class RelayToKafkaTest {
    private static final Duration BOUND = Duration.ofSeconds(30);

    private static final List<Integer> ALL = List.of(1, 2, 3, 4);

    @Inject
    MeterRegistry metrics;

    private final Shop shop = Shop.newBuyer();
    private final Shop merchant = Shop.as("merchant", "merchant");

    @AfterEach
    void heal() {
        OnKafka.broker().proxy().heal();
    }

    private static List<ConsumerRecord<String, String>> published(String number) {
        return OnKafka.broker().records("order-events", number);
    }

    private static JsonObject value(ConsumerRecord<String, String> record) {
        return new JsonObject(record.value());
    }

    private static List<Integer> sequences(String number) {
        return published(number).stream()
                .map(record -> value(record).getInteger("sequence"))
                .toList();
    }

    /** Without the repeats. */
    private static List<Integer> firsts(String number) {
        return sequences(number).stream().distinct().toList();
    }

    private static Map<String, String> headers(ConsumerRecord<String, String> record) {
        return StreamSupport.stream(record.headers().spliterator(), false)
                .collect(Collectors.toMap(header -> header.key(), header -> new String(header.value(), UTF_8)));
    }

    private String shipped() {
        String number = shop.newOrder(4200);
        shop.pay(number).then().statusCode(201);
        merchant.ship(number).then().statusCode(200);
        return number;
    }

    private static void append(String number, int sequence, String detail) {
        Database.execute("""
                INSERT INTO order_events (number, buyer, sequence, kind, at, detail)
                VALUES ('%s', 'somebody', %d, 'PLACED', now(), %s)
                """.formatted(number, sequence, detail));
    }

    private boolean isUnavailable() {
        return metrics.get("orderonce.store.unavailable")
                        .tag("store", "kafka")
                        .gauge()
                        .value()
                > 0;
    }

    @Test
    void whatHappensToAnOrder_isPublishedInItsOrderUnderItsNumber() {
        // When
        String number = shipped();
        // Then
        await().atMost(BOUND).untilAsserted(() -> assertThat(sequences(number)).isEqualTo(ALL));
        assertThat(published(number))
                .extracting(record -> value(record).getString("kind"))
                .containsExactly("PLACED", "PAYMENT_BEGUN", "PAID", "SHIPPED");
        assertThat(published(number))
                .extracting(ConsumerRecord::partition)
                .containsOnly(published(number).getFirst().partition());
    }

    @Test
    void record_isACloudEvent() {
        // Given
        String number = shipped();
        // When
        await().atMost(BOUND).until(() -> published(number).size() == 4);
        ConsumerRecord<String, String> record = published(number).getLast();
        // Then
        String at = value(record).getString("at");
        assertThat(headers(record))
                .isEqualTo(Map.of(
                        "ce_specversion", "1.0",
                        "ce_id", number + "-4",
                        "ce_source", "/orders",
                        "ce_type", "dev.orderonce.order.shipped",
                        "ce_subject", number,
                        "ce_time", at,
                        "content-type", "application/json"));
        assertThat(value(record).fieldNames()).containsExactly("number", "buyer", "sequence", "kind", "at", "detail");
        assertThat(value(record).getString("number")).isEqualTo(number);
        assertThat(value(record).getString("buyer")).isEqualTo(shop.subject());
        assertThat(value(record).getInteger("sequence")).isEqualTo(4);
        assertThat(value(record).getJsonObject("detail").getString("by")).isEqualTo(merchant.subject());
    }

    @Test
    void diedBeforeItKeptItsProgress_publishesAgainInOrder() {
        // Given
        String number = shipped();
        await().atMost(BOUND).untilAsserted(() -> assertThat(sequences(number)).isEqualTo(ALL));
        // When: the state that a relay leaves when it is killed after publishing
        Consumers.moveBefore(number, "kafka");
        // Then
        await().atMost(BOUND)
                .untilAsserted(() -> assertThat(sequences(number)).containsExactly(1, 2, 3, 4, 1, 2, 3, 4));
    }

    @Test
    void brokerUnavailable_nothingIsLostAndTheOrderIsKept() {
        // Given
        String before = shop.newOrder(4200);
        await().atMost(BOUND).until(() -> !published(before).isEmpty());
        OnKafka.broker().proxy().refuse();
        String number = shipped();
        await().atMost(BOUND).until(this::isUnavailable);
        // When
        OnKafka.broker().proxy().heal();
        // Then
        await().atMost(BOUND).untilAsserted(() -> assertThat(firsts(number)).isEqualTo(ALL));
        await().atMost(BOUND).until(() -> !isUnavailable());
    }

    @Test
    void acknowledgementsLost_nothingIsLostAndTheOrderIsKept() {
        // Given: Kafka stores what it receives, and the service does not know
        String before = shop.newOrder(4200);
        await().atMost(BOUND).until(() -> !published(before).isEmpty());
        OnKafka.broker().proxy().holdReplies();
        String number = shipped();
        await().atMost(BOUND).until(this::isUnavailable);
        // When
        OnKafka.broker().proxy().heal();
        // Then
        await().atMost(BOUND).untilAsserted(() -> assertThat(firsts(number)).isEqualTo(ALL));
    }

    @Test
    void eventThatKafkaRefuses_isNotOvertakenByLaterOnesOfItsOrder() {
        // Given: the first event is larger than a record may be
        String before = shop.newOrder(4200);
        await().atMost(BOUND).until(() -> !published(before).isEmpty());
        append("TOOLARGE", 1, "json_build_object('reason', repeat('x', %d))".formatted(OnKafka.LARGEST_RECORD));
        append("TOOLARGE", 2, "'{}'");
        try {
            await().atMost(BOUND).until(() -> failures() > 2);
            assertThat(published("TOOLARGE")).isEmpty();
            // When
            Database.execute("UPDATE order_events SET detail = '{}' WHERE number = 'TOOLARGE'");
            // Then
            await().atMost(BOUND)
                    .untilAsserted(() -> assertThat(sequences("TOOLARGE")).containsExactly(1, 2));
        } finally {
            Database.execute("DELETE FROM order_events WHERE number = 'TOOLARGE'");
        }
    }

    private double failures() {
        return metrics.get("orderonce.jobs.failures")
                .tag("name", "relay-to-kafka")
                .tag("cause", "error")
                .counter()
                .count();
    }

    @Test
    void manyEventsOfManyOrders_areAllPublishedInTheirOrder() {
        // When: several batches, and several events of each order within a batch
        Database.execute("""
                INSERT INTO order_events (number, buyer, sequence, kind, at, detail)
                SELECT 'MANY' || which, 'somebody', sequence, 'PLACED', now(), '{}'
                FROM generate_series(1, 100) AS which, generate_series(1, 5) AS sequence ORDER BY which / 30, sequence, which
                """);
        try {
            // Then
            await().atMost(BOUND)
                    .untilAsserted(() -> assertThat(sequences("MANY100")).containsExactly(1, 2, 3, 4, 5));
            for (int which = 1; which <= 100; which += 9) {
                assertThat(sequences("MANY" + which)).containsExactly(1, 2, 3, 4, 5);
            }
        } finally {
            Database.execute("DELETE FROM order_events WHERE number LIKE 'MANY%'");
        }
    }

    @Test
    void anotherReplica_takesOverOnlyWhenTheLeaseIsOver() {
        // Given
        String before = shop.newOrder(4200);
        await().atMost(BOUND).until(() -> !published(before).isEmpty());
        // When
        Consumers.giveToAnother("kafka");
        String number = shipped();
        RunJob.named("relay-to-kafka");
        // Then
        assertThat(published(number)).isEmpty();
        Consumers.expire("kafka");
        await().atMost(BOUND).untilAsserted(() -> assertThat(sequences(number)).isEqualTo(ALL));
    }

    @Test
    void switchedOnLater_publishesFromTheBeginningOfTheLog() {
        // Given
        String number = shop.newOrder(4200);
        await().atMost(BOUND).until(() -> published(number).size() == 1);
        // When
        Database.execute("DELETE FROM outbox WHERE name = 'kafka'");
        // Then
        await().atMost(BOUND).until(() -> published(number).size() == 2);
        assertThat(published(number)).hasSize(2);
    }

    /** What Kafka has acknowledged of a batch that fails is not sent again, unless everything is to be. */
    @Test
    void everythingAgainWhileABatchFails_includesWhatItHadAcknowledged() {
        // Given: the second event is larger than a record may be
        String before = shop.newOrder(4200);
        await().atMost(BOUND).until(() -> !published(before).isEmpty());
        Database.execute("""
                INSERT INTO order_events (number, buyer, sequence, kind, at, detail)
                VALUES ('FITS', 'somebody', 1, 'PLACED', now(), '{}'),
                       ('FITSNOT', 'somebody', 1, 'PLACED', now(), json_build_object('reason', repeat('x', %d)))
                """.formatted(OnKafka.LARGEST_RECORD));
        try {
            double failures = failures();
            await().atMost(BOUND).until(() -> failures() > failures + 2);
            assertThat(sequences("FITS")).containsExactly(1);
            // When
            Database.execute("DELETE FROM outbox WHERE name = 'kafka'");
            // Then
            await().atMost(BOUND)
                    .untilAsserted(() -> assertThat(sequences("FITS")).containsExactly(1, 1));
        } finally {
            Database.execute("DELETE FROM order_events WHERE number IN ('FITS', 'FITSNOT')");
        }
    }

    @Test
    void lag_isMeasured() {
        String number = shop.newOrder(4200);
        await().atMost(BOUND).until(() -> !published(number).isEmpty());
        assertThat(metrics.get("orderonce.events.behind")
                        .tag("consumer", "kafka")
                        .gauge()
                        .value())
                .isNotNegative();
    }
}
