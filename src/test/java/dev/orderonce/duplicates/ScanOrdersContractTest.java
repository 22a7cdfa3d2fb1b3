package dev.orderonce.duplicates;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasKey;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;

import dev.orderonce.events.PublishedEvent;
import dev.orderonce.numbers.OrderNumber;
import dev.orderonce.testkit.Baskets;
import dev.orderonce.testkit.Consumers;
import dev.orderonce.testkit.Database;
import dev.orderonce.testkit.Operator;
import dev.orderonce.testkit.RedisCommands;
import dev.orderonce.testkit.Shop;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which pairs the scan reports as suspected duplicates, and which it does not. */
@QuarkusTest
class ScanOrdersContractTest extends SuspicionsFixture {
    @Test
    void sameBasketTwice_isFoundWithItsReasonsAndBothOrders() {
        // Given
        String earlier = orderedUnasked(BASKET);
        String later = orderedUnasked(BASKET);
        // When
        scan();
        // Then
        list().then()
                .statusCode(200)
                .header("Cache-Control", "no-store")
                .body("after", nullValue())
                .body("suspicions", hasSize(1))
                .body("suspicions[0].state", equalTo("OPEN"))
                .body("suspicions[0].score", equalTo(100))
                .body("suspicions[0].reasons", contains("SAME_BASKET", "WITHIN_MINUTES"))
                .body("suspicions[0].buyer", equalTo(shop.subject()))
                .body("suspicions[0].foundAt", notNullValue())
                .body("suspicions[0].earlier.number", equalTo(earlier))
                .body("suspicions[0].earlier.state", equalTo("CREATED"))
                .body("suspicions[0].later.number", equalTo(later))
                .body("suspicions[0].later.total", equalTo(4200))
                .body("suspicions[0]", not(hasKey("decision")));
    }

    @Test
    void scannedAgain_everyPairExistsOnce() {
        // Given
        orderedUnasked(BASKET);
        orderedUnasked(BASKET);
        scan();
        String id = onlyId();
        // When: as a crash before the progress is stored leaves it
        Consumers.moveBack(2, "suspected_duplicates");
        scan();
        scan();
        // Then
        assertThat(onlyId()).isEqualTo(id);
        assertThat(suspicions()).isOne();
    }

    @Test
    void scannedAgainAfterADecision_theDecisionRemains() {
        // Given
        Found found = found();
        dismiss(support, found.id(), "a gift").then().statusCode(200);
        // When
        Consumers.moveBack(2, "suspected_duplicates");
        scan();
        // Then
        list().then().body("suspicions", hasSize(0));
        list("state", "DISMISSED").then().body("suspicions", hasSize(1));
        assertThat(suspicions()).isOne();
    }

    @Test
    void scannedOneByOne_isTheSameAsAllAtOnce() {
        // Given
        String earlier = orderedUnasked(BASKET);
        scan();
        list().then().body("suspicions", hasSize(0));
        String later = orderedUnasked(BASKET);
        // When
        scan();
        // Then
        list().then()
                .body("suspicions", hasSize(1))
                .body("suspicions[0].earlier.number", equalTo(earlier))
                .body("suspicions[0].later.number", equalTo(later));
    }

    @Test
    void nearlySameBasket_isFound() {
        // Given: a confirmation is required for the same basket only
        Map<String, Object> tea = Map.of("productCode", "tea", "quantity", 9, "unitPrice", 1000);
        Map<String, Object> mug = Map.of("productCode", "mug", "quantity", 1, "unitPrice", 1000);
        Map<String, Object> pot = Map.of("productCode", "pot", "quantity", 1, "unitPrice", 1000);
        shop.newOrder(Map.of("currency", "EUR", "total", 10_000, "lines", List.of(tea, mug)));
        shop.newOrder(Map.of("currency", "EUR", "total", 10_000, "lines", List.of(tea, pot)));
        // When
        scan();
        // Then: 9 000 of 11 000 in common
        list().then()
                .body("suspicions", hasSize(1))
                .body("suspicions[0].score", equalTo(86))
                .body("suspicions[0].reasons", contains("NEARLY_SAME_BASKET", "WITHIN_MINUTES"));
    }

    @ParameterizedTest
    @CsvSource({"10, 100, WITHIN_MINUTES", "20, 90, WITHIN_AN_HOUR", "59, 90, WITHIN_AN_HOUR"})
    void someTimeApart_isFoundWithALowerScore(int minutes, int score, String reason) {
        // Given
        orderedUnasked(BASKET);
        clock.putForward(Duration.ofMinutes(minutes));
        orderedUnasked(BASKET);
        // When
        scan();
        // Then
        list().then()
                .body("suspicions", hasSize(1))
                .body("suspicions[0].score", equalTo(score))
                .body("suspicions[0].reasons", contains("SAME_BASKET", reason));
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 5, 25})
    void manyHoursApart_isNotShown(int hours) {
        // Given
        orderedUnasked(BASKET);
        clock.putForward(Duration.ofHours(hours));
        orderedUnasked(BASKET);
        // When
        scan();
        // Then
        assertThat(suspicions()).isZero();
    }

    @Test
    void oneByNumberAndOneByKey_isFoundWithThat() {
        // Given
        orderedUnasked(BASKET);
        RedisCommands.flush();
        shop.placeByKey(UUID.randomUUID().toString(), BASKET).then().statusCode(201);
        // When
        scan();
        // Then
        list().then()
                .body("suspicions", hasSize(1))
                .body("suspicions[0].reasons", hasItem("BY_ANOTHER_WAY"))
                .body("suspicions[0].later.idempotencyKey", notNullValue());
    }

    @Test
    void acknowledgedSecondOrder_isNotSuspected() {
        // Given
        String first = shop.newOrder(BASKET);
        shop.newOrder(Baskets.besides(BASKET, first));
        // When
        scan();
        // Then
        assertThat(suspicions()).isZero();
    }

    @Test
    void acknowledgedSecondOfTheFirst_isSuspectedBesideAThird() {
        // Given: the third order needed no confirmation
        String first = orderedUnasked(BASKET);
        String second = shop.newOrder(Baskets.besides(BASKET, first));
        String third = orderedUnasked(Baskets.besides(BASKET, first));
        // When
        scan();
        // Then
        list().then()
                .body("suspicions", hasSize(1))
                .body("suspicions[0].earlier.number", equalTo(second))
                .body("suspicions[0].later.number", equalTo(third));
    }

    @Test
    void cancelledOrder_isNotSuspected() {
        // Given
        shop.cancel(orderedUnasked(BASKET)).then().statusCode(200);
        shop.newOrder(BASKET);
        // When
        scan();
        // Then
        assertThat(suspicions()).isZero();
    }

    @Test
    void otherContent_isNotSuspected() {
        // Given
        Map<String, Object> dollars = new HashMap<>(BASKET);
        dollars.put("currency", "USD");
        orderedUnasked(BASKET);
        orderedUnasked(dollars);
        orderedUnasked(Baskets.tea("coffee-1", 2));
        orderedUnasked(Baskets.tea(9));
        // When
        scan();
        // Then
        assertThat(suspicions()).isZero();
    }

    @Test
    void anotherBuyersOrder_isNotSuspected() {
        // Given
        Shop other = Shop.newBuyer();
        orderedUnasked(BASKET);
        other.newOrder(BASKET);
        // When
        scan();
        // Then
        assertThat(suspicions()).isZero();
        list("buyer", other.subject()).then().body("suspicions", hasSize(0));
    }

    @Test
    void threeOfTheSame_areEveryPairOfThem() {
        // Given
        String first = orderedUnasked(BASKET);
        String second = orderedUnasked(BASKET);
        String third = orderedUnasked(BASKET);
        // When
        scan();
        // Then
        Response response = list();
        response.then().body("suspicions", hasSize(3));
        List<String> pairs = IntStream.range(0, 3)
                .mapToObj(i -> response.<String>path("suspicions[%d].earlier.number".formatted(i))
                        + ' '
                        + response.<String>path("suspicions[%d].later.number".formatted(i)))
                .toList();
        assertThat(pairs).containsExactlyInAnyOrder(first + ' ' + second, first + ' ' + third, second + ' ' + third);
        assertThat(response.<List<Integer>>path("suspicions.score")).containsOnly(100);
    }

    @Test
    void habit_isNotShown() {
        // Given: the same for the fourth time, hours apart; of many lines, which is suspicious once
        for (int i = 0; i < 4; i++) {
            orderedUnasked(LUNCH);
            clock.putForward(Duration.ofHours(2));
        }
        // When
        scan();
        // Then: the second order was not yet recognisable as a habit
        list().then().body("suspicions", hasSize(1)).body("suspicions[0].score", equalTo(75));
    }

    /** A delayed scan reads orders that were placed after those in its batch. */
    @Test
    void habitThatIsScannedOrderByOrder_isFoundOnceToo() {
        // Given
        List<String> numbers = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            numbers.add(orderedUnasked(LUNCH));
            clock.putForward(Duration.ofHours(2));
        }
        // When
        for (String number : numbers) {
            scanOrders
                    .consume(List.of(placed(OrderNumber.read(number).orElseThrow())))
                    .await()
                    .atMost(BOUND);
        }
        // Then
        list().then().body("suspicions", hasSize(1)).body("suspicions[0].score", equalTo(75));
    }

    private PublishedEvent placed(OrderNumber number) {
        return new PublishedEvent(1, number.symbols(), shop.subject(), 1, "PLACED", "2026-01-01T00:00:00Z", "{}");
    }

    /** The service does not write such rows; a script or a broken disk may. */
    @ParameterizedTest
    @ValueSource(strings = {"0A0A0A0A0A0A0A0A0A", "not a number at al"})
    void rowThatCannotBeRead_isLeftOutAndCountedOnce(String number) {
        // Given
        double before = unreadableRows();
        String earlier = orderedUnasked(BASKET);
        Database.insertOrder(number, shop.subject(), null);
        Database.execute("INSERT INTO order_events (number, sequence, kind, at) VALUES ('%s', 1, 'PLACED', now())"
                .formatted(number));
        String later = orderedUnasked(BASKET);
        // When
        scan();
        scan();
        // Then
        list().then()
                .body("suspicions", hasSize(1))
                .body("suspicions[0].earlier.number", equalTo(earlier))
                .body("suspicions[0].later.number", equalTo(later));
        assertThat(unreadableRows() - before).isBetween(1.0, 2.0);
        Database.execute("DELETE FROM order_events WHERE number = '%s'".formatted(number));
        Database.execute("DELETE FROM orders WHERE number = '%s'".formatted(number));
    }

    private static double unreadableRows() {
        return Operator.metric("orderonce_rows_unreadable_total{");
    }

    @Test
    void committedAfterLaterOnesWereScanned_isFoundAllTheSame() throws SQLException {
        // Given: an order whose event's id is given out and whose commit takes its time
        String placed = orderedUnasked(BASKET);
        String late = shop.newNumber().replace("-", "");
        try (Connection connection = Database.connect();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.executeUpdate("""
                    INSERT INTO orders (number, buyer, state, decided_at, currency, total, lines, acknowledgements,
                                        fingerprint)
                    SELECT '%s', buyer, state, decided_at - interval '1 second', currency, total, lines,
                           acknowledgements, fingerprint
                    FROM orders WHERE number = '%s'
                    """.formatted(late, placed.replace("-", "")));
            statement.executeUpdate(
                    "INSERT INTO order_events (number, sequence, kind, at) VALUES ('%s', 1, 'PLACED', now())"
                            .formatted(late));
            shop.newOrder(Baskets.tea("coffee-1", 1));
            scan();
            list().then().body("suspicions", hasSize(0));
            // When
            connection.commit();
        }
        scan();
        // Then: it is the earlier one, although its event became visible later
        list().then().body("suspicions", hasSize(1)).body("suspicions[0].later.number", equalTo(placed));
    }

    @Test
    void oneCancelledByItsBuyerMeanwhile_isOver() {
        // Given
        Found found = found();
        shop.cancel(found.later()).then().statusCode(200);
        // When
        scan();
        // Then
        list().then().body("suspicions", hasSize(0));
        list("state", "OVER")
                .then()
                .body("suspicions", hasSize(1))
                .body("suspicions[0].later.state", equalTo("CANCELLED"))
                .body("suspicions[0]", not(hasKey("decision")));
        confirm(support, found.id(), found.earlier())
                .then()
                .statusCode(409)
                .body("type", equalTo("/problems/suspicion-decided"))
                .body("state", equalTo("OVER"));
        shop.find(found.earlier()).then().body("state", equalTo("CREATED"));
    }

    @Test
    void oneRefundedToItsBuyerMeanwhile_isOver() {
        // Given
        Found found = foundAndPaid(BASKET);
        shop.cancel(found.earlier()).then().statusCode(200).body("state", equalTo("REFUNDED"));
        // When
        scan();
        // Then
        list("state", "OVER").then().body("suspicions", hasSize(1));
    }

    /** In each of two partitions, which two replicas scan, is one of the orders. */
    @Test
    void ordersOfAPairInTwoPartitions_areFoundByWhicheverIsScannedAndOnce() {
        // Given
        String earlier = orderedUnasked(BASKET);
        String later = orderedUnasked(BASKET);
        while (partition(later).equals(partition(earlier))) {
            shop.cancel(later).then().statusCode(200);
            later = orderedUnasked(BASKET);
        }
        Consumers.giveToAnother("suspected_duplicates");
        expire(partition(earlier));
        // When: one replica after the other
        scan();
        // Then
        String id = onlyOpen(earlier, later);
        // When
        expire(partition(later));
        scan();
        // Then
        assertThat(onlyOpen(earlier, later)).isEqualTo(id);
    }

    @Test
    void batchRepeatedAfterItFailedBetweenAPairAndItsEnd_endsThePair() {
        // Given: two orders in two partitions; the cancellation was scanned, and then the pair was stored
        String earlier = orderedUnasked(BASKET);
        String later = orderedUnasked(BASKET);
        while (partition(later).equals(partition(earlier))) {
            shop.cancel(later).then().statusCode(200);
            later = orderedUnasked(BASKET);
        }
        scan();
        shop.cancel(later).then().statusCode(200);
        scan();
        Database.execute(
                "UPDATE suspected_duplicates SET state = 'OPEN' WHERE later = '%s'".formatted(later.replace("-", "")));
        Consumers.moveBefore(earlier, "suspected_duplicates");
        // When
        scan();
        // Then
        assertThat(Database.value("SELECT state FROM suspected_duplicates WHERE earlier = '%s' AND later = '%s'"
                        .formatted(earlier.replace("-", ""), later.replace("-", ""))))
                .isEqualTo("OVER");
    }

    private static String partition(String number) {
        return Database.value("SELECT event_partition('%s')".formatted(number.replace("-", "")));
    }

    private static void expire(String partition) {
        Database.execute("""
                UPDATE outbox_partitions SET held_until = now() - interval '1 second'
                WHERE name = 'suspected_duplicates' AND partition = %s
                """.formatted(partition));
    }

    private static String onlyOpen(String earlier, String later) {
        return Database.value("""
                SELECT string_agg(id::text, ' ') FROM suspected_duplicates WHERE earlier = '%s' AND later = '%s'
                """.formatted(earlier.replace("-", ""), later.replace("-", "")));
    }

    /** The other replica has had the event of the cancellation, in its partition, when there was no pair yet. */
    @Test
    void cancelledWhileThePairIsStored_isNotPutBeforeSupport() throws Exception {
        // Given
        Consumers.giveToAnother("suspected_duplicates");
        String earlier = orderedUnasked(BASKET);
        String later = orderedUnasked(BASKET);
        PublishedEvent placed = new PublishedEvent(
                1, later.replace("-", ""), shop.subject(), 1, "PLACED", "2026-01-01T00:00:00Z", "{}");
        CompletableFuture<Void> scanned;
        try (Connection connection = Database.connect();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("LOCK TABLE suspected_duplicates IN SHARE ROW EXCLUSIVE MODE");
            scanned = scanOrders.consume(List.of(placed)).subscribeAsCompletionStage();
            await().atMost(Duration.ofSeconds(10))
                    .until(() -> Database.value(
                                    "SELECT count(*) > 0 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%suspected_duplicates%'")
                            .equals("t"));
            // When
            shop.cancel(earlier).then().statusCode(200);
            connection.commit();
        }
        scanned.get(10, TimeUnit.SECONDS);
        // Then
        assertThat(suspicions()).isOne();
        list().then().body("suspicions", hasSize(0));
    }
}
