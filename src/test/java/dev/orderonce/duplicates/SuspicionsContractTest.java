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
import dev.orderonce.testkit.Database;
import dev.orderonce.testkit.Operator;
import dev.orderonce.testkit.Racers;
import dev.orderonce.testkit.RedisCommands;
import dev.orderonce.testkit.RunJob;
import dev.orderonce.testkit.Shop;
import dev.orderonce.testkit.TestClock;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the scan finds past the question, and what support makes of it. */
@QuarkusTest
class SuspicionsContractTest {
    private static final Duration BOUND = Duration.ofSeconds(30);
    private static final Map<String, Object> BASKET = Baskets.tea(2);
    private static final Map<String, Object> LUNCH = Map.of(
            "currency",
            "EUR",
            "total",
            600,
            "lines",
            List.of(
                    Map.of("productCode", "tea", "quantity", 1, "unitPrice", 100),
                    Map.of("productCode", "soup", "quantity", 1, "unitPrice", 200),
                    Map.of("productCode", "bread", "quantity", 1, "unitPrice", 300)));

    @Inject
    TestClock clock;

    @Inject
    ScanOrders scanOrders;

    private final Shop shop = Shop.newBuyer();
    private final Shop support = Shop.as("sam-of-support", "support");
    private final Shop merchant = Shop.as("merchant", "merchant");

    /** Whatever other tests have ordered is theirs; and their service may have held the right. */
    @BeforeEach
    void beginAtTheEndOfTheLog() {
        Database.execute("""
                UPDATE outbox SET position = (SELECT COALESCE(max(id), 0) FROM order_events),
                    missing = '{}', missing_since = '{}', holder = NULL, held_until = '-infinity'
                WHERE name = 'suspected_duplicates'
                """);
    }

    @AfterEach
    void reset() {
        clock.reset();
    }

    private void scan() {
        RunJob.named("scan-orders");
    }

    /** An order that nobody is asked about: Redis has forgotten what was ordered before. */
    private String orderedUnasked(Map<String, Object> basket) {
        RedisCommands.flush();
        return shop.newOrder(basket);
    }

    private Response list(String... parameters) {
        Map<String, String> all = new HashMap<>();
        for (int i = 0; i < parameters.length; i += 2) {
            all.put(parameters[i], parameters[i + 1]);
        }
        all.putIfAbsent("buyer", shop.subject());
        return support.request().queryParams(all).get("/suspected-duplicates");
    }

    private String onlyId() {
        Response response = list();
        response.then().statusCode(200).body("suspicions", hasSize(1));
        return id(response, 0);
    }

    private static String id(Response response, int index) {
        return String.valueOf(response.<Object>path("suspicions[%d].id".formatted(index)));
    }

    private long suspicions() {
        return Long.parseLong(Database.value(
                "SELECT count(*) FROM suspected_duplicates WHERE buyer = '%s'".formatted(shop.subject())));
    }

    private static Response dismiss(Shop who, String id, String reason) {
        return who.request()
                .contentType(ContentType.JSON)
                .body(Map.of("reason", reason))
                .post("/suspected-duplicates/{id}/dismissal", id);
    }

    private static Response confirm(Shop who, String id, String cancel) {
        return who.request()
                .contentType(ContentType.JSON)
                .body(Map.of("cancel", cancel))
                .post("/suspected-duplicates/{id}/confirmation", id);
    }

    private static Response confirm(Shop who, String id, String cancel, String reason) {
        return who.request()
                .contentType(ContentType.JSON)
                .body(Map.of("cancel", cancel, "reason", reason))
                .post("/suspected-duplicates/{id}/confirmation", id);
    }

    private void pay(String number) {
        shop.pay(number).then().statusCode(201).body("order.state", equalTo("PAID"));
    }

    /** Two orders of the same, found; its id. */
    private record Found(String id, String earlier, String later) {}

    private Found found() {
        String earlier = orderedUnasked(BASKET);
        String later = orderedUnasked(BASKET);
        scan();
        return new Found(onlyId(), earlier, later);
    }

    /** The same, both paid. */
    private Found foundAndPaid(Map<String, Object> basket) {
        String earlier = orderedUnasked(basket);
        String later = orderedUnasked(basket);
        pay(earlier);
        pay(later);
        scan();
        return new Found(onlyId(), earlier, later);
    }

    // --- the scan ---

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
    void scannedAgain_everyPairIsThereOnce() {
        // Given
        String position = Database.value("SELECT position FROM outbox WHERE name = 'suspected_duplicates'");
        orderedUnasked(BASKET);
        orderedUnasked(BASKET);
        scan();
        String id = onlyId();
        // When: as whoever dies before it keeps its progress leaves it
        Database.execute("UPDATE outbox SET position = %s WHERE name = 'suspected_duplicates'".formatted(position));
        scan();
        scan();
        // Then
        assertThat(onlyId()).isEqualTo(id);
        assertThat(suspicions()).isOne();
    }

    @Test
    void scannedAgainAfterADecision_theDecisionStands() {
        // Given
        String position = Database.value("SELECT position FROM outbox WHERE name = 'suspected_duplicates'");
        Found found = found();
        dismiss(support, found.id(), "a gift").then().statusCode(200);
        // When
        Database.execute("UPDATE outbox SET position = %s WHERE name = 'suspected_duplicates'".formatted(position));
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
    void nearlySameBasket_isFoundWithoutAnyTrick() {
        // Given: the question asks about the same basket only
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
        // Given: the third came while nobody was asked
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
        // Then: at the second time nobody could know it for a habit
        list().then().body("suspicions", hasSize(1)).body("suspicions[0].score", equalTo(75));
    }

    /** A scan that is behind sees orders that were placed after those it looks at. */
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
                    .take(List.of(placed(OrderNumber.read(number).orElseThrow())))
                    .await()
                    .atMost(BOUND);
        }
        // Then
        list().then().body("suspicions", hasSize(1)).body("suspicions[0].score", equalTo(75));
    }

    private PublishedEvent placed(OrderNumber number) {
        return new PublishedEvent(1, number.symbols(), shop.subject(), 1, "PLACED", "2026-01-01T00:00:00Z", "{}");
    }

    /** Nothing of this service writes such rows; a script or a broken disk may. */
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
        // Then: it is the earlier one, though it came later
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

    // --- the list ---

    @Test
    void list_isPagedNewestFirst() {
        // Given
        orderedUnasked(BASKET);
        orderedUnasked(BASKET);
        orderedUnasked(BASKET);
        scan();
        // When
        Response first = list("limit", "2");
        Response second = list("limit", "2", "after", first.path("after"));
        // Then
        first.then().statusCode(200).body("suspicions", hasSize(2)).body("after", notNullValue());
        second.then().statusCode(200).body("suspicions", hasSize(1)).body("after", nullValue());
        List<Long> ids =
                List.of(Long.parseLong(id(first, 0)), Long.parseLong(id(first, 1)), Long.parseLong(id(second, 0)));
        assertThat(ids).isSortedAccordingTo(Comparator.reverseOrder());
        assertThat(ids).doesNotHaveDuplicates();
        list("limit", "3").then().body("suspicions", hasSize(3)).body("after", nullValue());
    }

    /** All of them together would be 4 MB. */
    @Test
    void pageOfLargeOrders_endsSooner() {
        // Given
        for (int i = 0; i < 8; i++) {
            orderedUnasked(Baskets.largest());
        }
        scan();
        // When
        Set<String> listed = new HashSet<>();
        int largest = 0;
        Response page = list("limit", "100");
        while (true) {
            largest = Math.max(largest, page.asByteArray().length);
            page.<List<Object>>path("suspicions.id").forEach(id -> listed.add(id.toString()));
            if (page.path("after") == null) {
                break;
            }
            page = list("limit", "100", "after", page.<String>path("after"));
        }
        // Then
        assertThat((long) listed.size()).isEqualTo(suspicions()).isGreaterThan(20);
        assertThat(largest).isLessThan(2_000_000);
    }

    @Test
    void list_isFilteredByScoreStateAndBuyer() {
        // Given
        orderedUnasked(BASKET);
        orderedUnasked(BASKET);
        clock.putForward(Duration.ofMinutes(30));
        orderedUnasked(BASKET);
        scan();
        // Then
        list("score", "90").then().body("suspicions", hasSize(3));
        list("score", "91").then().body("suspicions", hasSize(1));
        list("score", "100").then().body("suspicions", hasSize(1));
        list("state", "DISMISSED").then().body("suspicions", hasSize(0));
        list("buyer", "somebody-else").then().body("suspicions", hasSize(0));
        support.request()
                .queryParam("limit", 100)
                .get("/suspected-duplicates")
                .then()
                .statusCode(200)
                .body("suspicions.buyer", hasItem(shop.subject()));
    }

    @ParameterizedTest
    @CsvSource({
        "state, NOPE",
        "state, open",
        "score, 101",
        "score, -1",
        "score, high",
        "limit, 0",
        "limit, 101",
        "limit, all",
        "after, x",
        "after, -1",
        "after, 99999999999999999999"
    })
    void parameterThatCannotBeUsed_isRefusedByName(String name, String value) {
        // When
        Response response = support.badRequest().queryParam(name, value).get("/suspected-duplicates");
        // Then
        response.then().statusCode(400).body("type", equalTo("/problems/parameter-invalid"));
        assertThat(response.<String>path("detail")).startsWith("\"" + name + "\"");
    }

    @Test
    void onlySupport_mayLookAndDecide() {
        // Given
        Found found = found();
        // Then
        for (Shop who : List.of(shop, merchant)) {
            who.request().get("/suspected-duplicates").then().statusCode(403);
            dismiss(who, found.id(), "mine").then().statusCode(403);
            confirm(who, found.id(), found.later()).then().statusCode(403);
        }
        Shop.anonymous().get("/suspected-duplicates").then().statusCode(401);
        shop.find(found.later()).then().body("state", equalTo("CREATED"));
        assertThat(onlyId()).isEqualTo(found.id());
    }

    // --- dismissal ---

    /** One person may buy here and work for support; a colleague decides about their orders. */
    @Test
    void suspectedDuplicateOfOwnOrders_isDecidedByAColleague() {
        // Given
        Found found = found();
        Shop both = Shop.as(shop.subject(), "buyer", "support");
        // When
        Response dismissal = dismiss(both, found.id(), "mine");
        Response confirmation = confirm(both, found.id(), found.later());
        // Then
        for (Response response : List.of(dismissal, confirmation)) {
            response.then().statusCode(403).body("type", equalTo("/problems/own-case"));
        }
        shop.find(found.later()).then().body("state", equalTo("CREATED"));
        dismiss(support, found.id(), "checked").then().statusCode(200);
    }

    @Test
    void dismissed_isKeptWithWhoAndWhy() {
        // Given
        Found found = found();
        // When
        Response response = dismiss(support, found.id(), "one for the neighbour");
        // Then
        response.then()
                .statusCode(200)
                .header("Idempotent-Replayed", nullValue())
                .body("state", equalTo("DISMISSED"))
                .body("decision.by", equalTo(support.subject()))
                .body("decision.reason", equalTo("one for the neighbour"))
                .body("decision.at", notNullValue())
                .body("decision", not(hasKey("cancel")))
                .body("decision", not(hasKey("ended")));
        list().then().body("suspicions", hasSize(0));
        shop.find(found.earlier()).then().body("state", equalTo("CREATED"));
        shop.find(found.later()).then().body("state", equalTo("CREATED"));
    }

    @Test
    void dismissedWithoutAReason_isDismissed() {
        // Given
        Found found = found();
        // When
        Response response = support.request()
                .contentType(ContentType.JSON)
                .body(Map.of())
                .post("/suspected-duplicates/{id}/dismissal", found.id());
        // Then
        response.then().statusCode(200).body("state", equalTo("DISMISSED")).body("decision", not(hasKey("reason")));
    }

    @Test
    void dismissedAgain_isToldThatItWasDone() {
        // Given
        Found found = found();
        dismiss(support, found.id(), "a gift").then().statusCode(200);
        // When
        Response response = dismiss(Shop.as("another", "support"), found.id(), "two gifts");
        // Then
        response.then()
                .statusCode(200)
                .header("Idempotent-Replayed", "true")
                .body("decision.by", equalTo(support.subject()))
                .body("decision.reason", equalTo("a gift"));
    }

    @Test
    void decidedOtherwise_isToldWhat() {
        // Given
        Found found = found();
        dismiss(support, found.id(), "a gift").then().statusCode(200);
        // When
        Response response = confirm(support, found.id(), found.later());
        // Then
        response.then()
                .statusCode(409)
                .body("type", equalTo("/problems/suspicion-decided"))
                .body("retry", equalTo("never"))
                .body("state", equalTo("DISMISSED"));
        shop.find(found.later()).then().body("state", equalTo("CREATED"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "999999999999", "x", "-1", "99999999999999999999"})
    void unknownId_isNotFound(String id) {
        // When
        Response dismissal = dismiss(support, id, "a gift");
        Response confirmation = confirm(support, id, shop.newOrder(Baskets.worth(100)));
        // Then
        for (Response response : List.of(dismissal, confirmation)) {
            response.then().statusCode(404).body("type", equalTo("/problems/suspicion-not-found"));
        }
    }

    @Test
    void wordsThatCannotBeKept_areRefused() {
        // Given
        Found found = found();
        for (String words : List.of("x".repeat(501), " ", "", "a\0b")) {
            // When
            Response dismissal = support.badRequest()
                    .contentType(ContentType.JSON)
                    .body(Map.of("reason", words))
                    .post("/suspected-duplicates/{id}/dismissal", found.id());
            Response confirmation = support.badRequest()
                    .contentType(ContentType.JSON)
                    .body(Map.of("cancel", found.later(), "reason", words))
                    .post("/suspected-duplicates/{id}/confirmation", found.id());
            // Then
            for (Response response : List.of(dismissal, confirmation)) {
                response.then()
                        .statusCode(400)
                        .body("type", equalTo("/problems/body-invalid"))
                        .body("violations.field", contains("reason"));
            }
        }
        assertThat(onlyId()).isEqualTo(found.id());
        dismiss(support, found.id(), "x".repeat(500)).then().statusCode(200);
    }

    // --- confirmation ---

    @Test
    void confirmedUnpaid_isCancelled() {
        // Given
        Found found = found();
        // When
        Response response = confirm(support, found.id(), found.later(), "clicked twice");
        // Then
        response.then()
                .statusCode(200)
                .body("state", equalTo("CONFIRMED"))
                .body("decision.by", equalTo(support.subject()))
                .body("decision.reason", equalTo("clicked twice"))
                .body("decision.cancel", equalTo(found.later()))
                .body("decision.ended", equalTo("CANCELLED"))
                .body("earlier.state", equalTo("CREATED"))
                .body("later.state", equalTo("CANCELLED"));
        assertThat(shop.history(found.later())).containsExactly("PLACED", "CANCELLED");
        assertThat(shop.history(found.earlier())).containsExactly("PLACED");
        list().then().body("suspicions", hasSize(0));
        list("state", "CONFIRMED").then().body("suspicions", hasSize(1));
    }

    @Test
    void earlierOne_canBeChosenToo() {
        // Given
        Found found = found();
        // When
        Response response = confirm(support, found.id(), found.earlier());
        // Then
        response.then()
                .statusCode(200)
                .body("decision.cancel", equalTo(found.earlier()))
                .body("earlier.state", equalTo("CANCELLED"))
                .body("later.state", equalTo("CREATED"));
    }

    @Test
    void confirmedPaid_isRefunded() {
        // Given
        Found found = foundAndPaid(BASKET);
        // When
        Response response = confirm(support, found.id(), found.later());
        // Then
        response.then()
                .statusCode(200)
                .body("decision.ended", equalTo("CANCELLED"))
                .body("earlier.state", equalTo("PAID"))
                .body("later.state", equalTo("REFUNDED"));
        assertThat(Database.paymentStates(found.later())).containsExactly("REFUNDED");
        assertThat(Database.paymentStates(found.earlier())).containsExactly("CAPTURED");
    }

    @Test
    void buyer_readsWhichOrderWasRepeatedAndNotWhoSaidSoOrWhy() {
        // Given
        Found found = foundAndPaid(BASKET);
        // When
        confirm(support, found.id(), found.later(), "sounded drunk").then().statusCode(200);
        // Then
        Response seenByTheBuyer = shop.request().get("/orders/{number}/events", found.later());
        seenByTheBuyer
                .then()
                .statusCode(200)
                .body("events[3].kind", equalTo("REFUND_BEGUN"))
                .body("events[3].detail.by", equalTo("the shop"))
                .body("events[3].detail.duplicateOf", equalTo(found.earlier()))
                .body("events[3].detail", not(hasKey("reason")));
        assertThat(seenByTheBuyer.asString()).doesNotContain(support.subject()).doesNotContain("drunk");
        support.request()
                .get("/orders/{number}/events", found.later())
                .then()
                .statusCode(200)
                .body("events[3].detail.by", equalTo(support.subject()))
                .body("events[3].detail.reason", equalTo("sounded drunk"))
                .body("events[3].detail.duplicateOf", equalTo(found.earlier()));
    }

    @Test
    void confirmedAgainInTheSameWay_isToldTheSame() {
        // Given
        Found found = foundAndPaid(BASKET);
        confirm(support, found.id(), found.later(), "clicked twice").then().statusCode(200);
        // When
        Response response = confirm(Shop.as("another", "support"), found.id(), found.later(), "other words");
        // Then
        response.then()
                .statusCode(200)
                .body("decision.by", equalTo(support.subject()))
                .body("decision.reason", equalTo("clicked twice"))
                .body("decision.ended", equalTo("CANCELLED"));
        assertThat(shop.history(found.later()))
                .containsExactly("PLACED", "PAYMENT_BEGUN", "PAID", "REFUND_BEGUN", "REFUNDED");
    }

    @Test
    void confirmedAgainForTheOther_isRefused() {
        // Given
        Found found = found();
        confirm(support, found.id(), found.later()).then().statusCode(200);
        // When
        Response response = confirm(support, found.id(), found.earlier());
        Response dismissal = dismiss(support, found.id(), "a gift");
        // Then
        response.then().statusCode(409).body("state", equalTo("CONFIRMED"));
        dismissal.then().statusCode(409).body("state", equalTo("CONFIRMED"));
        shop.find(found.earlier()).then().body("state", equalTo("CREATED"));
    }

    @Test
    void orderThatIsNoneOfTheTwo_cannotBeChosen() {
        // Given
        Found found = found();
        String another = shop.newOrder(Baskets.worth(100));
        // When
        Response other = confirm(support, found.id(), another);
        Response none = support.badRequest()
                .contentType(ContentType.JSON)
                .body(Map.of("reason", "clicked twice"))
                .post("/suspected-duplicates/{id}/confirmation", found.id());
        Response nonsense = confirm(support, found.id(), "the red one");
        // Then
        for (Response response : List.of(other, none, nonsense)) {
            response.then()
                    .statusCode(400)
                    .body("type", equalTo("/problems/body-invalid"))
                    .body("violations.field", contains("cancel"));
        }
        shop.find(another).then().body("state", equalTo("CREATED"));
        assertThat(onlyId()).isEqualTo(found.id());
    }

    @Test
    void shippedMeanwhile_isTooLate() {
        // Given
        Found found = foundAndPaid(BASKET);
        merchant.ship(found.later()).then().statusCode(200);
        // When
        Response response = confirm(support, found.id(), found.later());
        // Then
        response.then()
                .statusCode(200)
                .body("state", equalTo("CONFIRMED"))
                .body("decision.ended", equalTo("NOT_OPEN"))
                .body("later.state", equalTo("SHIPPED"));
        assertThat(Database.paymentStates(found.later())).containsExactly("CAPTURED");
        confirm(support, found.id(), found.later()).then().statusCode(200).body("decision.ended", equalTo("NOT_OPEN"));
    }

    @Test
    void cancelledByItsBuyerAndNotScannedYet_isConfirmedAllTheSame() {
        // Given
        Found found = found();
        shop.cancel(found.later()).then().statusCode(200);
        // When
        Response response = confirm(support, found.id(), found.later());
        // Then
        response.then().statusCode(200).body("decision.ended", equalTo("CANCELLED"));
        assertThat(shop.history(found.later())).containsExactly("PLACED", "CANCELLED");
    }

    @Test
    void whileThePaymentIsSilent_isCancelledAndGivenBackInTheEnd() {
        // Given: the provider takes the money and says nothing
        Map<String, Object> silent = Baskets.worth(4903);
        String earlier = orderedUnasked(silent);
        String later = orderedUnasked(silent);
        scan();
        String id = onlyId();
        shop.pay(later).then().statusCode(202);
        // When
        Response response = confirm(support, id, later);
        // Then
        response.then()
                .statusCode(200)
                .body("decision.ended", equalTo("CANCELLED"))
                .body("later.state", equalTo("CANCELLED"));
        await().atMost(BOUND).until(() -> Database.paymentStates(later).equals(List.of("REFUNDED")));
        shop.find(earlier).then().body("state", equalTo("CREATED"));
    }

    @Test
    void silentRefund_isOnItsWayAndBackInTheEnd() {
        // Given
        Found found = foundAndPaid(Baskets.worth(4907));
        // When
        Response response = confirm(support, found.id(), found.later());
        // Then
        response.then()
                .statusCode(200)
                .body("decision.ended", equalTo("CANCELLED"))
                .body("later.state", equalTo("REFUNDING"));
        await().atMost(BOUND)
                .untilAsserted(() -> shop.find(found.later()).then().body("state", equalTo("REFUNDED")));
    }

    private static List<Shop> eightOfSupport() {
        List<Shop> eight = IntStream.range(0, 8)
                .mapToObj(i -> Shop.as("support-" + i, "support"))
                .toList();
        eight.forEach(who -> assertThat(who.token()).isNotEmpty());
        return eight;
    }

    @RepeatedTest(10)
    void eightOfSupportAtOnce_refundOnce() {
        // Given
        Found found = foundAndPaid(BASKET);
        List<Callable<Response>> racers = eightOfSupport().stream()
                .<Callable<Response>>map(who -> () -> confirm(who, found.id(), found.later()))
                .toList();
        // When
        List<Response> answers = Racers.race(racers);
        // Then: who could not wait for the lock is told that it is under way
        assertThat(answers).allSatisfy(answer -> assertThat(answer.statusCode()).isIn(200, 202));
        assertThat(answers).anySatisfy(answer -> answer.then().statusCode(200));
        shop.find(found.later()).then().body("state", equalTo("REFUNDED"));
        assertThat(Database.paymentStates(found.later())).containsExactly("REFUNDED");
        assertThat(shop.history(found.later()))
                .containsExactly("PLACED", "PAYMENT_BEGUN", "PAID", "REFUND_BEGUN", "REFUNDED");
        shop.find(found.earlier()).then().body("state", equalTo("PAID"));
        list("state", "CONFIRMED")
                .then()
                .body("suspicions", hasSize(1))
                .body("suspicions[0].decision.ended", equalTo("CANCELLED"));
    }

    @RepeatedTest(10)
    void eightOfSupportWhoDisagree_refundOneOfTheTwo() {
        // Given
        Found found = foundAndPaid(BASKET);
        List<Shop> eight = eightOfSupport();
        List<Callable<Response>> racers = IntStream.range(0, 8)
                .<Callable<Response>>mapToObj(i -> () -> switch (i % 3) {
                    case 0 -> confirm(eight.get(i), found.id(), found.earlier());
                    case 1 -> confirm(eight.get(i), found.id(), found.later());
                    default -> dismiss(eight.get(i), found.id(), "both are meant");
                })
                .toList();
        // When
        List<Response> answers = Racers.race(racers);
        // Then
        assertThat(answers).allSatisfy(answer -> assertThat(answer.statusCode()).isIn(200, 202, 409));
        List<String> states = List.of(
                shop.find(found.earlier()).path("state"),
                shop.find(found.later()).path("state"));
        boolean isDismissed = Database.value(
                        "SELECT state FROM suspected_duplicates WHERE id = %s".formatted(found.id()))
                .equals("DISMISSED");
        assertThat(states).containsExactlyInAnyOrder("PAID", isDismissed ? "PAID" : "REFUNDED");
    }

    @Test
    void handlerThatDiedAfterDeciding_isFollowed() {
        // Given
        Found found = foundAndPaid(BASKET);
        Database.execute("""
                UPDATE suspected_duplicates SET state = 'CONFIRMED', decided_by = 'who died', decided_at = now(),
                    reason = 'clicked twice', chosen = '%s', look_at = now() - interval '1 second'
                WHERE id = %s
                """.formatted(found.later().replace("-", ""), found.id()));
        shop.find(found.later()).then().body("state", equalTo("PAID"));
        // When
        RunJob.named("resume-confirmations");
        RunJob.named("resume-confirmations");
        // Then
        shop.find(found.later()).then().body("state", equalTo("REFUNDED"));
        assertThat(Database.paymentStates(found.later())).containsExactly("REFUNDED");
        list("state", "CONFIRMED")
                .then()
                .body("suspicions", hasSize(1))
                .body("suspicions[0].decision.by", equalTo("who died"))
                .body("suspicions[0].decision.ended", equalTo("CANCELLED"));
        support.request()
                .get("/orders/{number}/events", found.later())
                .then()
                .body("events[3].detail.by", equalTo("who died"))
                .body("events[3].detail.duplicateOf", equalTo(found.earlier()));
    }

    @Test
    void handlerThatDiedBetweenCancellingAndKeepingIt_isFollowed() {
        // Given: the order is refunded, and the suspicion does not say so
        Found found = foundAndPaid(BASKET);
        confirm(support, found.id(), found.later()).then().statusCode(200);
        Database.execute(
                "UPDATE suspected_duplicates SET ended = NULL, look_at = now() - interval '1 second' WHERE id = %s"
                        .formatted(found.id()));
        // When
        RunJob.named("resume-confirmations");
        // Then
        list("state", "CONFIRMED").then().body("suspicions[0].decision.ended", equalTo("CANCELLED"));
        assertThat(shop.history(found.later()))
                .containsExactly("PLACED", "PAYMENT_BEGUN", "PAID", "REFUND_BEGUN", "REFUNDED");
    }

    @Test
    void handlerThatIsStillAtIt_isLeftAlone() {
        // Given
        Found found = found();
        Database.execute("""
                UPDATE suspected_duplicates SET state = 'CONFIRMED', decided_by = 'at it', decided_at = now(),
                    chosen = '%s', look_at = now() + interval '20 seconds'
                WHERE id = %s
                """.formatted(found.later().replace("-", ""), found.id()));
        // When
        RunJob.named("resume-confirmations");
        // Then
        shop.find(found.later()).then().body("state", equalTo("CREATED"));
        // and whoever asks meanwhile sees to it
        confirm(support, found.id(), found.later())
                .then()
                .statusCode(200)
                .body("decision.by", equalTo("at it"))
                .body("decision.ended", equalTo("CANCELLED"));
    }
}
