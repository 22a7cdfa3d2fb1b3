package dev.orderonce.admission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;

import dev.orderonce.identity.Buyer;
import dev.orderonce.numbers.OrderNumber;
import dev.orderonce.testkit.Baskets;
import dev.orderonce.testkit.Database;
import dev.orderonce.testkit.Operator;
import dev.orderonce.testkit.Racers;
import dev.orderonce.testkit.RedisCommands;
import dev.orderonce.testkit.Shop;
import dev.orderonce.testkit.Stores;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.Response;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The responses to a buyer who exceeds a limit, and the requests that a limit never blocks. */
@QuarkusTest
@TestProfile(LimitsContractTest.Low.class)
class LimitsContractTest {
    private static final Duration BOUND = Duration.ofSeconds(30);

    private static final int NUMBERS_AT_ONCE = 8;
    private static final int OUTSTANDING_AT_ONCE = 3;
    private static final int ORDERS_AT_ONCE = 2;

    /** Long enough for some requests of a busy machine, short enough to wait for. */
    private static final Duration ORDER_EACH = Duration.ofSeconds(3);

    /** Limits that a test reaches: a number each ten seconds, an order each three. */
    public static final class Low implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of(
                    "limits.numbers-issued", "6/1m burst " + NUMBERS_AT_ONCE,
                    "limits.numbers-outstanding", "6/1m burst " + OUTSTANDING_AT_ONCE,
                    "limits.orders-placed", "20/1m burst " + ORDERS_AT_ONCE);
        }
    }

    private final Shop shop = Shop.newBuyer();

    /** The first requests of a process are the slowest, and these tests rely on fast ones. */
    @BeforeEach
    void warmUp() {
        Shop.awaitBusinessAsUsual();
        assertThat(shop.token()).isNotEmpty();
    }

    /** Redis has to answer: it enforces most of these limits. */
    @AfterEach
    void heal() {
        Stores.toRedis().heal();
        await().atMost(BOUND)
                .until(() -> "answers"
                        .equals(Operator.get("/q/health/ready")
                                .path("checks.find { it.name == 'stores'" + " }.data.redis")));
        Shop.awaitBusinessAsUsual();
    }

    private List<String> newNumbers(int count) {
        List<String> numbers = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            numbers.add(shop.newNumber());
        }
        return numbers;
    }

    private Response issue() {
        return shop.issue("checkout-" + UUID.randomUUID());
    }

    private static void assertLimited(Response response, String limit) {
        response.then()
                .statusCode(429)
                .contentType("application/problem+json")
                .body("type", equalTo("/problems/limit-reached"))
                .body("limit", equalTo(limit))
                .body("retry", equalTo("same-request"));
    }

    private static int retryAfter(Response response) {
        return Integer.parseInt(response.header("Retry-After"));
    }

    @Test
    void numbersBeyondTheBurst_areRefusedWithTheHeaders() {
        // Given
        for (int i = 0; i < NUMBERS_AT_ONCE; i++) {
            shop.voidNumber(shop.newNumber()).then().statusCode(200);
        }
        // When
        Response response = issue();
        // Then
        assertLimited(response, "numbers-issued");
        // Three quarters of the limit are shared: their bucket has room for one each 13.3 s.
        assertThat(retryAfter(response)).isBetween(1, 14);
        response.then()
                .header("Cache-Control", "no-store")
                .header("RateLimit-Policy", "\"numbers-issued\";q=6;w=60")
                .header("RateLimit", "\"numbers-issued\";r=0;t=" + retryAfter(response));
    }

    @Test
    void withoutACheckout_isTheSameLimit() {
        // Given
        newNumbers(OUTSTANDING_AT_ONCE);
        // When
        Response got = shop.request().get("/order-numbers");
        Response posted = shop.request().post("/order-numbers");
        // Then
        assertLimited(got, "numbers-outstanding");
        assertLimited(posted, "numbers-outstanding");
    }

    @Test
    void unusedNumbers_areRefusedSooner() {
        // Given
        newNumbers(OUTSTANDING_AT_ONCE);
        // When
        Response response = issue();
        // Then
        assertLimited(response, "numbers-outstanding");
        assertThat(retryAfter(response)).isBetween(1, 10);
        response.then()
                .header("RateLimit-Policy", "\"numbers-outstanding\";q=6;w=60")
                .header("RateLimit", "\"numbers-outstanding\";r=0;t=" + retryAfter(response));
    }

    @Test
    void refusedCheckout_getsItsNumberWhenThereIsRoom() {
        // Given
        String first = newNumbers(OUTSTANDING_AT_ONCE).getFirst();
        assertLimited(shop.issue("c-patient"), "numbers-outstanding");
        shop.voidNumber(first).then().statusCode(200);
        // When
        Response response = shop.issue("c-patient");
        // Then
        response.then().statusCode(200).body("state", equalTo("ISSUED"));
    }

    @Test
    void sameCheckoutAgain_isNotCounted() {
        // Given
        String number = shop.issue("c-reloaded").path("number");
        // When
        List<Response> reloads = IntStream.range(0, 2 * NUMBERS_AT_ONCE)
                .mapToObj(i -> shop.issue("c-reloaded"))
                .toList();
        // Then
        assertThat(reloads).allSatisfy(reload -> reload.then().statusCode(200).body("number", equalTo(number)));
        newNumbers(OUTSTANDING_AT_ONCE - 1);
        assertLimited(issue(), "numbers-outstanding");
        // nor when the buyer has reached the limit
        shop.issue("c-reloaded").then().statusCode(200).body("number", equalTo(number));
    }

    @Test
    void placedCheckout_isReportedWhateverTheLimit() {
        // Given
        String number = shop.issue("c-placed").path("number");
        shop.place(number).then().statusCode(201);
        newNumbers(OUTSTANDING_AT_ONCE);
        assertLimited(issue(), "numbers-outstanding");
        // When
        Response response = shop.issue("c-placed");
        // Then
        response.then().statusCode(200).body("state", equalTo("PLACED")).body("order", equalTo("/orders/" + number));
    }

    @Test
    void voidedNumber_isNotOutstandingAnyMore() {
        // Given
        String first = newNumbers(OUTSTANDING_AT_ONCE).getFirst();
        assertLimited(issue(), "numbers-outstanding");
        // When
        shop.voidNumber(first).then().statusCode(200);
        shop.voidNumber(first).then().statusCode(200);
        // Then: one, however often it is voided
        issue().then().statusCode(200);
        assertLimited(issue(), "numbers-outstanding");
    }

    @Test
    void placedNumber_isNotOutstandingAnyMore() {
        // Given
        String first = newNumbers(OUTSTANDING_AT_ONCE).getFirst();
        assertLimited(issue(), "numbers-outstanding");
        // When
        shop.place(first).then().statusCode(201);
        shop.place(first).then().statusCode(200);
        // Then: one, however often it is placed
        issue().then().statusCode(200);
        assertLimited(issue(), "numbers-outstanding");
    }

    @Test
    void numberVoidedAfterARefusal_isNotOutstandingEither() {
        // Given: the buyer declined the confirmation of a second order
        List<String> numbers = newNumbers(OUTSTANDING_AT_ONCE);
        shop.place(numbers.get(0), Baskets.tea(2)).then().statusCode(201);
        shop.place(numbers.get(1), Baskets.tea(2)).then().statusCode(409);
        issue().then().statusCode(200);
        assertLimited(issue(), "numbers-outstanding");
        // When
        shop.voidNumber(numbers.get(1)).then().statusCode(200);
        // Then
        issue().then().statusCode(200);
        assertLimited(issue(), "numbers-outstanding");
    }

    @Test
    void numberPlacedAfterARefusal_isNotOutstandingEither() {
        // Given
        List<String> numbers = newNumbers(OUTSTANDING_AT_ONCE);
        shop.place(numbers.get(0), Baskets.tea(2)).then().statusCode(201);
        shop.place(numbers.get(1), Baskets.tea(2)).then().statusCode(409);
        issue().then().statusCode(200);
        assertLimited(issue(), "numbers-outstanding");
        // When
        shop.place(numbers.get(1), Baskets.besides(Baskets.tea(2), numbers.get(0)))
                .then()
                .statusCode(201);
        // Then
        issue().then().statusCode(200);
        assertLimited(issue(), "numbers-outstanding");
    }

    @Test
    void limitedOrder_isRefusedAndPlacedLaterUnderItsNumber() {
        // Given
        List<String> numbers = newNumbers(OUTSTANDING_AT_ONCE);
        shop.place(numbers.get(0)).then().statusCode(201);
        shop.place(numbers.get(1)).then().statusCode(201);
        String limited = numbers.get(2);
        // When
        Response response = shop.place(limited);
        Response repeated = shop.place(limited);
        Response again = shop.place(limited);
        // Then
        assertLimited(response, "orders-placed");
        assertThat(retryAfter(response)).isBetween(1, 3);
        response.then()
                .header("RateLimit-Policy", "\"orders-placed\";q=20;w=60")
                .header("RateLimit", "\"orders-placed\";r=0;t=" + retryAfter(response));
        assertLimited(repeated, "orders-placed");
        assertLimited(again, "orders-placed");
        assertThat(Database.rows(limited)).isZero();
        shop.state(limited).then().statusCode(200).body("state", equalTo("ISSUED"));
        await().atMost(BOUND).untilAsserted(() -> shop.place(limited).then().statusCode(201));
        shop.place(limited).then().statusCode(200);
        assertThat(Database.ordersOf(shop.subject())).isEqualTo(3);
    }

    /** The row of a voided key stays forever, as that of an order does: the limit is the same, the counts are not. */
    @Test
    void voidedKeys_areLimitedAsOrdersAreAndTheirRepeatsAreNot() {
        // Given
        List<String> keys = Stream.generate(() -> UUID.randomUUID().toString())
                .limit(ORDERS_AT_ONCE + 1L)
                .toList();
        for (String key : keys.subList(0, ORDERS_AT_ONCE)) {
            voidKey(key).then().statusCode(200);
        }
        // When
        Response next = voidKey(keys.getLast());
        // Then
        assertLimited(next, "orders-placed");
        voidKey(keys.getFirst()).then().statusCode(200).body("state", equalTo("VOIDED"));
        await().atMost(BOUND).untilAsserted(() -> voidKey(keys.getLast()).then().statusCode(200));
    }

    private Response voidKey(String key) {
        return shop.request().delete("/idempotency-keys/{key}", key);
    }

    @Test
    void orderThatWaitedForItsTurn_countsOnce() {
        // Given
        List<String> numbers = newNumbers(OUTSTANDING_AT_ONCE);
        shop.place(numbers.get(0)).then().statusCode(201);
        shop.place(numbers.get(1)).then().statusCode(201);
        assertLimited(shop.place(numbers.get(2)), "orders-placed");
        await().atMost(BOUND)
                .untilAsserted(() -> shop.place(numbers.get(2)).then().statusCode(201));
        // When
        Response next = shop.placeByKey(UUID.randomUUID().toString());
        // Then
        assertLimited(next, "orders-placed");
        assertThat(retryAfter(next)).isBetween(1, 3);
    }

    @Test
    void limit_hidesNoOutcome() {
        // Given
        List<String> numbers = newNumbers(OUTSTANDING_AT_ONCE);
        String placed = numbers.get(0);
        shop.place(placed).then().statusCode(201);
        shop.place(numbers.get(1)).then().statusCode(201);
        assertLimited(shop.place(numbers.get(2)), "orders-placed");
        // When
        Response replay = shop.place(placed);
        Response mismatch = shop.place(placed, Baskets.tea(9));
        Response order = shop.find(placed);
        Response state = shop.state(placed);
        Response orders = shop.request().get("/orders");
        // Then
        replay.then().statusCode(200).body("duplicated", equalTo(true));
        mismatch.then().statusCode(422);
        order.then().statusCode(200);
        state.then().statusCode(200).body("state", equalTo("PLACED"));
        orders.then().statusCode(200).body("orders", hasSize(2));
        assertLimited(shop.place(numbers.get(2)), "orders-placed");
    }

    @Test
    void replayOfANumberThatRedisLost_isNotLimitedEither() {
        // Given
        List<String> numbers = newNumbers(OUTSTANDING_AT_ONCE);
        shop.place(numbers.get(0)).then().statusCode(201);
        RedisCommands.flush();
        String second = shop.newNumber();
        String third = shop.newNumber();
        shop.place(second).then().statusCode(201);
        shop.place(third).then().statusCode(201);
        assertLimited(shop.placeByKey(UUID.randomUUID().toString()), "orders-placed");
        // When
        Response replay = shop.place(numbers.get(0));
        // Then
        replay.then().statusCode(200).body("duplicated", equalTo(true));
    }

    @Test
    void replays_spendNothing() {
        // Given
        List<String> numbers = newNumbers(OUTSTANDING_AT_ONCE);
        shop.place(numbers.get(0)).then().statusCode(201);
        for (int i = 0; i < 5 * ORDERS_AT_ONCE; i++) {
            shop.place(numbers.get(0)).then().statusCode(200);
        }
        // When
        Response second = shop.place(numbers.get(1));
        // Then
        second.then().statusCode(201);
        assertLimited(shop.place(numbers.get(2)), "orders-placed");
    }

    @Test
    void requiredConfirmationOfALookalike_countsForNoLimit() {
        // Given
        List<String> numbers = newNumbers(OUTSTANDING_AT_ONCE);
        shop.place(numbers.get(0), Baskets.tea(2)).then().statusCode(201);
        for (int i = 0; i < 5 * ORDERS_AT_ONCE; i++) {
            shop.place(numbers.get(1), Baskets.tea(2)).then().statusCode(409);
        }
        // When
        Response answered = shop.place(numbers.get(1), Baskets.besides(Baskets.tea(2), numbers.get(0)));
        // Then: it is the second, and counts as one
        answered.then().statusCode(201);
        assertLimited(shop.place(numbers.get(2)), "orders-placed");
    }

    @Test
    void limitedOrder_isNoPossibleDuplicate() {
        // Given
        List<String> numbers = newNumbers(OUTSTANDING_AT_ONCE);
        shop.place(numbers.get(0)).then().statusCode(201);
        shop.place(numbers.get(1)).then().statusCode(201);
        assertLimited(shop.place(numbers.get(2), Baskets.tea(7)), "orders-placed");
        String other = shop.newNumber();
        // When
        await().atMost(BOUND).until(() -> shop.place(other, Baskets.tea(7)).statusCode() != 429);
        // Then
        shop.place(other, Baskets.tea(7)).then().statusCode(200);
    }

    @Test
    void anotherBuyer_isNotAffected() {
        // Given
        List<String> numbers = newNumbers(OUTSTANDING_AT_ONCE);
        shop.place(numbers.get(0)).then().statusCode(201);
        shop.place(numbers.get(1)).then().statusCode(201);
        assertLimited(shop.place(numbers.get(2)), "orders-placed");
        newNumbers(2);
        assertLimited(issue(), "numbers-outstanding");
        Shop other = Shop.newBuyer();
        // When
        Response placed = other.place(other.newNumber());
        // Then
        placed.then().statusCode(201);
    }

    @Test
    void limitedKey_isNotUsedUp() {
        // Given
        String first = UUID.randomUUID().toString();
        shop.placeByKey(first).then().statusCode(201);
        shop.placeByKey(UUID.randomUUID().toString()).then().statusCode(201);
        String limited = UUID.randomUUID().toString();
        // When
        Response response = shop.placeByKey(limited);
        Response repeated = shop.placeByKey(limited);
        // Then
        assertLimited(response, "orders-placed");
        assertThat(retryAfter(response)).isBetween(1, 3);
        assertLimited(repeated, "orders-placed");
        shop.placeByKey(first).then().statusCode(200);
        await().atMost(BOUND)
                .untilAsserted(() -> shop.placeByKey(limited).then().statusCode(201));
        shop.placeByKey(limited).then().statusCode(200);
        assertThat(Database.ordersOf(shop.subject())).isEqualTo(3);
    }

    @Test
    void numbersAndKeys_countTogether() {
        // Given
        String first = shop.newNumber();
        String second = shop.newNumber();
        shop.place(first).then().statusCode(201);
        shop.placeByKey(UUID.randomUUID().toString()).then().statusCode(201);
        // When
        Response byNumber = shop.place(second);
        Response byKey = shop.placeByKey(UUID.randomUUID().toString());
        // Then
        assertLimited(byNumber, "orders-placed");
        assertLimited(byKey, "orders-placed");
    }

    @Test
    void replayOfAKeyWithoutMarker_countsForNoLimit() {
        // Given: an importer reads an old file again from the top
        String key = UUID.randomUUID().toString();
        String marker = "once:o:{%s}"
                .formatted(
                        OrderNumber.ofClientKey(new Buyer(shop.subject()), key).symbols());
        shop.placeByKey(key).then().statusCode(201);
        for (int i = 0; i < 2 * ORDERS_AT_ONCE; i++) {
            // Redis gets the state of the placed number a moment after the response.
            await().atMost(BOUND)
                    .until(() -> RedisCommands.send("STRLEN " + marker).equals(":1"));
            RedisCommands.delete(marker);
            shop.placeByKey(key).then().statusCode(200);
        }
        // When
        Response next = shop.placeByKey(UUID.randomUUID().toString());
        // Then
        next.then().statusCode(201);
    }

    @Test
    void sixteenAtOnce_areLetInAsOftenAsFits() {
        // Given
        List<Callable<Response>> racers = IntStream.range(0, 16)
                .<Callable<Response>>mapToObj(
                        i -> () -> shop.placeByKey(UUID.randomUUID().toString()))
                .toList();
        // When
        long begun = System.nanoTime();
        List<Response> answers = Racers.race(racers);
        long slots = (System.nanoTime() - begun) / ORDER_EACH.toNanos();
        // Then
        long placed =
                answers.stream().filter(answer -> answer.statusCode() == 201).count();
        assertThat(answers).extracting(Response::statusCode).containsOnly(201, 429);
        assertThat(placed).isBetween((long) ORDERS_AT_ONCE, ORDERS_AT_ONCE + slots);
        assertThat(Database.ordersOf(shop.subject())).isEqualTo(placed);
    }

    @Test
    void redisUnavailable_aFloodOfOrdersIsStillRefused() {
        // Given
        List<String> numbers = newNumbers(OUTSTANDING_AT_ONCE);
        Stores.toRedis().refuse();
        // When
        List<Response> answers = numbers.stream().map(shop::place).toList();
        Response replay = shop.place(numbers.get(0));
        Response repeated = shop.place(numbers.get(2));
        Response byKey = shop.placeByKey(UUID.randomUUID().toString());
        // Then
        answers.get(0).then().statusCode(201);
        answers.get(1).then().statusCode(201);
        assertLimited(answers.get(2), "orders-placed");
        assertThat(retryAfter(answers.get(2))).isBetween(1, 3);
        replay.then().statusCode(200).body("duplicated", equalTo(true));
        assertLimited(repeated, "orders-placed");
        assertLimited(byKey, "orders-placed");
        Stores.toRedis().heal();
        await().atMost(BOUND)
                .untilAsserted(() -> shop.place(numbers.get(2)).then().statusCode(201));
        assertThat(Database.ordersOf(shop.subject())).isEqualTo(3);
    }

    @Test
    void redisUnavailable_aFloodOfNumbersIsStillRefused() {
        // Given
        Stores.toRedis().refuse();
        // When
        List<Response> answers =
                IntStream.rangeClosed(0, NUMBERS_AT_ONCE).mapToObj(i -> issue()).toList();
        // Then
        assertThat(answers.subList(0, NUMBERS_AT_ONCE))
                .allSatisfy(answer -> answer.then().statusCode(200));
        assertLimited(answers.getLast(), "numbers-issued");
        Shop.newBuyer().issue("c1").then().statusCode(200);
    }

    @Test
    void hoarder_isHeldToAFewAndCanStillOrderAndGiveBack() {
        // A script opens checkout after checkout and orders nothing.
        List<Response> answers = IntStream.range(0, 30).mapToObj(i -> issue()).toList();
        List<String> hoard = answers.stream()
                .filter(answer -> answer.statusCode() == 200)
                .map(answer -> answer.<String>path("number"))
                .toList();
        assertThat(hoard).hasSize(OUTSTANDING_AT_ONCE);
        assertLimited(answers.getLast(), "numbers-outstanding");
        // Its numbers remain usable: it places one and voids the others.
        shop.place(hoard.getFirst()).then().statusCode(201);
        hoard.stream().skip(1).forEach(number -> shop.voidNumber(number).then().statusCode(200));
        // Then it is a buyer like any other, who has used some of this minute's numbers.
        newNumbers(OUTSTANDING_AT_ONCE);
        assertLimited(issue(), "numbers-outstanding");
        // Other buyers are not limited.
        Shop other = Shop.newBuyer();
        other.place(other.newNumber()).then().statusCode(201);
    }
}
