package dev.orderonce.orders;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasKey;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;

import dev.orderonce.money.Money;
import dev.orderonce.testkit.Baskets;
import dev.orderonce.testkit.Database;
import dev.orderonce.testkit.Operator;
import dev.orderonce.testkit.Racers;
import dev.orderonce.testkit.RedisCommands;
import dev.orderonce.testkit.Shop;
import dev.orderonce.testkit.Stores;
import dev.orderonce.testkit.TestClock;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Currency;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

/** The same basket under another number or key: when a confirmation is required, what it reports, and when none is. */
@QuarkusTest
class LookalikeContractTest {
    private static final Duration BOUND = Duration.ofSeconds(30);
    private static final int RACERS = 16;

    /** The default of {@code numbers.duplicate-window}. */
    private static final Duration WINDOW = Duration.ofMinutes(15);

    private static final Map<String, Object> BASKET = Baskets.tea(2);

    @Inject
    TestClock clock;

    private final Shop shop = Shop.newBuyer();
    private final String key = UUID.randomUUID().toString();

    @AfterEach
    void reset() {
        clock.reset();
    }

    private static Map<String, Object> line(String productCode, String name, long quantity) {
        return Map.of("productCode", productCode, "name", name, "quantity", quantity, "unitPrice", 100);
    }

    private static Map<String, Object> basket(String currency, long total, List<Map<String, Object>> lines) {
        return Map.of("currency", currency, "total", total, "lines", lines);
    }

    /** The Redis key that holds the number under which this buyer last ordered {@link #BASKET}. */
    private String contentKey() {
        OrderDraft tea = new OrderDraft(
                new Money(4200, Currency.getInstance("EUR")),
                List.of(new Line("tea-1", Optional.empty(), 2, 2100)),
                List.of());
        return RedisCommands.contentKey(shop.subject(), Content.fingerprint(tea));
    }

    private static void assertConfirmationRequired(Response response, String earlier) {
        response.then()
                .statusCode(409)
                .contentType("application/problem+json")
                .body("type", equalTo("/problems/lookalike"))
                .body("retry", equalTo("after-change"))
                .body("earlier", equalTo(earlier))
                .body("order", equalTo("/orders/" + earlier));
    }

    @Test
    void sameBasketUnderAnotherNumber_returnsTheEarlierOrder() {
        // Given
        String second = shop.newNumber();
        Response placed = shop.place(shop.newNumber(), BASKET);
        String first = placed.then().statusCode(201).extract().path("number");
        // When
        Response response = shop.place(second, BASKET);
        // Then
        assertConfirmationRequired(response, first);
        response.then()
                .header("Cache-Control", "no-store")
                .header("Retry-After", nullValue())
                .body("state", equalTo("CREATED"))
                .body("placedAt", equalTo(placed.path("placedAt")));
        assertThat(response.<Integer>path("age")).isBetween(0, (int) BOUND.toSeconds());
        assertThat(Database.rows(second)).isZero();
        shop.state(second).then().statusCode(200).body("state", equalTo("ISSUED"));
    }

    @Test
    void earlierOrder_isReturnedInItsCurrentState() {
        // Given
        String first = shop.newOrder(BASKET);
        shop.pay(first).then().statusCode(201).body("order.state", equalTo("PAID"));
        String second = shop.newNumber();
        clock.putForward(Duration.ofMinutes(5));
        // When
        Response response = shop.place(second, BASKET);
        // Then
        assertConfirmationRequired(response, first);
        response.then().body("state", equalTo("PAID"));
        assertThat(response.<Integer>path("age")).isBetween(300, 300 + (int) BOUND.toSeconds());
    }

    @Test
    void repeatedWithoutConfirmation_getsTheSameResponse() {
        // Given
        String first = shop.newOrder(BASKET);
        String second = shop.newNumber();
        // When
        List<Response> answers =
                IntStream.range(0, 5).mapToObj(i -> shop.place(second, BASKET)).toList();
        // Then
        answers.forEach(answer -> assertConfirmationRequired(answer, first));
        assertThat(Database.ordersOf(shop.subject())).isOne();
    }

    @Test
    void acknowledgedSecondOrder_isPlacedAndKeepsTheAcknowledgement() {
        // Given
        String first = shop.newOrder(BASKET);
        String second = shop.newNumber();
        assertConfirmationRequired(shop.place(second, BASKET), first);
        // When
        Response response = shop.place(second, Baskets.besides(BASKET, first));
        // Then
        response.then().statusCode(201).body("number", equalTo(second));
        shop.find(second)
                .then()
                .statusCode(200)
                .body("acknowledgements", hasSize(1))
                .body("acknowledgements[0].kind", equalTo("SECOND_ORDER"))
                .body("acknowledgements[0].earlier", equalTo(first));
        assertThat(Database.ordersOf(shop.subject())).isEqualTo(2);
    }

    @Test
    void acknowledgedInAdvance_isPlacedAtOnce() {
        // Given
        String first = shop.newOrder(BASKET);
        // When
        Response response = shop.place(shop.newNumber(), Baskets.besides(BASKET, first));
        // Then
        response.then().statusCode(201);
    }

    @Test
    void acknowledgementOfAnotherOrder_isNone() {
        // Given
        String first = shop.newOrder(BASKET);
        String another = shop.newOrder(Baskets.tea(3));
        String second = shop.newNumber();
        // When
        Response other = shop.place(second, Baskets.besides(BASKET, another));
        Response itself = shop.place(second, Baskets.besides(BASKET, second));
        // Then
        assertConfirmationRequired(other, first);
        assertConfirmationRequired(itself, first);
        shop.place(second, Baskets.besides(BASKET, another, first)).then().statusCode(201);
    }

    @Test
    void thirdOrder_requiresConfirmationOfTheSecond() {
        // Given
        String first = shop.newOrder(BASKET);
        String second = shop.newOrder(Baskets.besides(BASKET, first));
        String third = shop.newNumber();
        // When
        Response response = shop.place(third, Baskets.besides(BASKET, first));
        // Then
        assertConfirmationRequired(response, second);
        shop.place(third, Baskets.besides(BASKET, first, second)).then().statusCode(201);
    }

    @Test
    void cancelledOrder_isNoPossibleDuplicate() {
        // Given
        String first = shop.newOrder(BASKET);
        String second = shop.newNumber();
        assertConfirmationRequired(shop.place(second, BASKET), first);
        shop.cancel(first).then().statusCode(200);
        // When
        Response response = shop.place(second, BASKET);
        // Then
        response.then().statusCode(201).body("acknowledgements", hasSize(0));
        assertConfirmationRequired(shop.place(shop.newNumber(), BASKET), second);
    }

    @Test
    void refundedOrder_isNoPossibleDuplicate() {
        // Given
        String first = shop.newOrder(BASKET);
        shop.pay(first).then().statusCode(201);
        shop.cancel(first).then().statusCode(200).body("state", equalTo("REFUNDED"));
        // When
        Response response = shop.place(shop.newNumber(), BASKET);
        // Then
        response.then().statusCode(201);
    }

    @Test
    void secondOneCancelled_theFirstStillRequiresConfirmation() {
        // Given
        String first = shop.newOrder(BASKET);
        String second = shop.newOrder(Baskets.besides(BASKET, first));
        shop.cancel(second).then().statusCode(200);
        // When
        Response response = shop.place(shop.newNumber(), BASKET);
        // Then
        assertConfirmationRequired(response, first);
    }

    @Test
    void otherContent_requiresNoConfirmation() {
        // Given
        shop.newOrder(basket("EUR", 200, List.of(line("a", "A", 2))));
        // Then
        shop.newOrder(basket("EUR", 300, List.of(line("a", "A", 3))));
        shop.newOrder(basket("EUR", 200, List.of(line("b", "A", 2))));
        shop.newOrder(basket("USD", 200, List.of(line("a", "A", 2))));
        shop.newOrder(basket("EUR", 200, List.of(line("a", "A", 1), line("a", "A", 1))));
        shop.newOrder(basket("EUR", 300, List.of(line("a", "A", 2), line("b", "B", 1))));
        assertThat(Database.ordersOf(shop.subject())).isEqualTo(6);
    }

    @Test
    void anotherBuyer_requiresNoConfirmation() {
        // Given
        shop.newOrder(BASKET);
        Shop other = Shop.newBuyer();
        // When
        Response response = other.place(other.newNumber(), BASKET);
        // Then
        response.then().statusCode(201);
    }

    @Test
    void orderAndNamesOfTheLines_doNotMatter() {
        // Given
        String first = shop.newOrder(basket("EUR", 300, List.of(line("a", "Tea", 2), line("b", "Mug", 1))));
        // When
        Response response =
                shop.place(shop.newNumber(), basket("EUR", 300, List.of(line("b", "Becher", 1), line("a", "Tee", 2))));
        // Then
        assertConfirmationRequired(response, first);
    }

    @Test
    void replaysOfBoth_areStillReplays() {
        // Given
        String first = shop.newOrder(BASKET);
        String second = shop.newOrder(Baskets.besides(BASKET, first));
        // When
        Response again = shop.place(first, BASKET);
        Response againWithoutItsYes = shop.place(second, BASKET);
        Response againWithIt = shop.place(second, Baskets.besides(BASKET, first));
        // Then
        for (Response replay : List.of(again, againWithoutItsYes, againWithIt)) {
            replay.then().statusCode(200).body("duplicated", equalTo(true));
        }
        again.then().body("number", equalTo(first));
        againWithoutItsYes.then().body("number", equalTo(second));
        againWithIt.then().body("acknowledgements", hasSize(1));
    }

    @Test
    void refusedNumber_isUsableForAnotherBasket() {
        // Given
        String first = shop.newOrder(BASKET);
        String second = shop.newNumber();
        assertConfirmationRequired(shop.place(second, BASKET), first);
        // When
        Response response = shop.place(second, Baskets.tea(3));
        // Then
        response.then().statusCode(201).body("number", equalTo(second));
    }

    @Test
    void refusedNumber_canBeVoided() {
        // Given
        String first = shop.newOrder(BASKET);
        String second = shop.newNumber();
        assertConfirmationRequired(shop.place(second, BASKET), first);
        // When
        shop.voidNumber(second).then().statusCode(200);
        // Then
        shop.place(second, Baskets.besides(BASKET, first)).then().statusCode(410);
        assertConfirmationRequired(shop.place(shop.newNumber(), BASKET), first);
        shop.place(first, BASKET).then().statusCode(200);
    }

    @Test
    void keyAfterANumber_requiresConfirmationToo() {
        // Given
        String first = shop.newOrder(BASKET);
        // When
        Response response = shop.placeByKey(key, BASKET);
        // Then
        assertConfirmationRequired(response, first);
        response.then().body("state", equalTo("CREATED"));
        shop.placeByKey(key, Baskets.besides(BASKET, first))
                .then()
                .statusCode(201)
                .body("acknowledgements[0].earlier", equalTo(first));
        shop.placeByKey(key, BASKET).then().statusCode(200);
    }

    @Test
    void numberAfterAKey_requiresConfirmationToo() {
        // Given
        String first =
                shop.placeByKey(key, BASKET).then().statusCode(201).extract().path("number");
        String second = shop.newNumber();
        // When
        Response response = shop.place(second, BASKET);
        // Then
        assertThat(first).startsWith("Z");
        assertConfirmationRequired(response, first);
        shop.place(second, Baskets.besides(BASKET, first)).then().statusCode(201);
        shop.placeByKey(key, BASKET)
                .then()
                .statusCode(200)
                .body("number", equalTo(first))
                .body("duplicated", equalTo(true));
    }

    @Test
    void keyAfterAKey_requiresConfirmationAndIsNotUsedUp() {
        // Given
        String first =
                shop.placeByKey(key, BASKET).then().statusCode(201).extract().path("number");
        String another = UUID.randomUUID().toString();
        assertConfirmationRequired(shop.placeByKey(another, BASKET), first);
        assertConfirmationRequired(shop.placeByKey(another, BASKET), first);
        // When
        Response response = shop.placeByKey(another, Baskets.tea(3));
        // Then
        response.then().statusCode(201);
        assertThat(Database.ordersOf(shop.subject())).isEqualTo(2);
    }

    @Test
    void windowOver_requiresNoConfirmation() {
        // Given
        String first = shop.newOrder(BASKET);
        RedisCommands.delete(contentKey());
        // When
        String second = shop.newOrder(BASKET);
        // Then
        assertConfirmationRequired(shop.place(shop.newNumber(), BASKET), second);
        shop.place(first, BASKET).then().statusCode(200);
    }

    @Test
    void redisFlushedInBetween_requiresNoConfirmationAndTheFirstIsStillAReplay() {
        // Given
        String first = shop.newOrder(BASKET);
        RedisCommands.flush();
        // When
        String second = shop.newOrder(BASKET);
        // Then
        shop.place(first, BASKET).then().statusCode(200).body("duplicated", equalTo(true));
        shop.place(second, BASKET).then().statusCode(200).body("duplicated", equalTo(true));
        assertThat(Database.ordersOf(shop.subject())).isEqualTo(2);
    }

    @Test
    void redisUnavailable_requiresNoConfirmation() {
        // Given
        String first = shop.newNumber();
        String second = shop.newNumber();
        try {
            Stores.toRedis().refuse();
            // When
            Response one = shop.place(first, BASKET);
            Response other = shop.place(second, BASKET);
            Response byKey = shop.placeByKey(key, BASKET);
            // Then
            one.then().statusCode(201);
            other.then().statusCode(201);
            byKey.then().statusCode(201);
        } finally {
            Stores.toRedis().heal();
            await().atMost(BOUND)
                    .until(() -> "answers"
                            .equals(Operator.get("/q/health/ready")
                                    .path("checks.find { it.name ==" + " 'stores'" + " }.data.redis")));
            Shop.awaitBusinessAsUsual();
        }
        shop.place(second, BASKET).then().statusCode(200);
    }

    @Test
    void earlierInProgress_isReturnedWithoutAStateAndWithARetryAfter() {
        // Given: admitted a moment ago, by a process that crashed before the insert
        String gone = shop.newNumber();
        RedisCommands.claim(contentKey(), gone, WINDOW);
        String number = shop.newNumber();
        // When
        Response response = shop.place(number, BASKET);
        // Then
        assertConfirmationRequired(response, gone);
        response.then()
                .header("Retry-After", notNullValue())
                .body("$", not(hasKey("state")))
                .body("$", not(hasKey("age")));
        assertThat(response.time()).isLessThan(5_000);
        Response byKey = shop.placeByKey(key, BASKET);
        assertConfirmationRequired(byKey, gone);
        byKey.then().header("Retry-After", notNullValue());
        // and a second order can be confirmed all the same
        shop.place(number, Baskets.besides(BASKET, gone)).then().statusCode(201);
    }

    @Test
    void earlierNeverPlaced_blocksNoNumber() {
        // Given: admitted eleven seconds ago, and no order exists
        String gone = shop.newNumber();
        RedisCommands.claim(contentKey(), gone, WINDOW.minusSeconds(11));
        String number = shop.newNumber();
        // When
        Response response = shop.place(number, BASKET);
        // Then
        response.then().statusCode(201);
        // and a request that repeats the earlier number requires a confirmation in turn
        assertConfirmationRequired(shop.place(gone, BASKET), number);
    }

    @Test
    void earlierNeverPlaced_blocksNoKey() {
        // Given
        RedisCommands.claim(contentKey(), shop.newNumber(), WINDOW.minusSeconds(11));
        // When
        Response response = shop.placeByKey(key, BASKET);
        // Then
        response.then().statusCode(201);
    }

    @Test
    void earlierVoided_blocksNoNumber() {
        // Given: admitted a moment ago, and its insert lost against a tombstone
        String voided = shop.newNumber();
        shop.voidNumber(voided).then().statusCode(200);
        RedisCommands.claim(contentKey(), voided, WINDOW);
        // When
        Response response = shop.place(shop.newNumber(), BASKET);
        // Then
        response.then().statusCode(201);
    }

    @RepeatedTest(20)
    void earlierPlacedWhileItIsAwaited_isReturnedWithItsState() {
        // Given: the first was admitted, and its insert is in flight
        String first = shop.newNumber();
        String second = shop.newNumber();
        RedisCommands.claim(contentKey(), first, WINDOW);
        // When
        List<Response> answers = Racers.race(
                List.<Callable<Response>>of(() -> shop.place(second, BASKET), () -> shop.place(first, BASKET)));
        // Then
        assertConfirmationRequired(answers.getFirst(), first);
        answers.getFirst().then().body("state", equalTo("CREATED"));
        answers.getLast().then().statusCode(201);
    }

    @Test
    void earlierPlacedWithAnotherBasket_blocksNoNumber() {
        // Given: admitted with this basket, not answered by PostgreSQL, and placed with another one
        String changed = shop.newNumber();
        RedisCommands.claim(contentKey(), changed, WINDOW);
        shop.place(changed, Baskets.tea(3)).then().statusCode(201);
        // When
        Response response = shop.place(shop.newNumber(), BASKET);
        // Then
        response.then().statusCode(201);
    }

    /** The state and age of the order that won, or a Retry-After. */
    private static void assertLed(Response loser, String winner) {
        assertConfirmationRequired(loser, winner);
        assertThat(loser.<String>path("state") != null || loser.header("Retry-After") != null)
                .as(loser.asString())
                .isTrue();
    }

    @RepeatedTest(50)
    void twoTabsAtOnce_makeOneOrderAndTheOtherRequiresConfirmation() {
        // Given
        String left = shop.newNumber();
        String right = shop.newNumber();
        // When
        List<Response> answers = Racers.race(
                List.<Callable<Response>>of(() -> shop.place(left, BASKET), () -> shop.place(right, BASKET)));
        // Then
        assertThat(answers.stream().map(Response::statusCode).sorted().toList()).containsExactly(201, 409);
        boolean leftWon = answers.getFirst().statusCode() == 201;
        assertLed(leftWon ? answers.getLast() : answers.getFirst(), leftWon ? left : right);
        assertThat(Database.ordersOf(shop.subject())).isOne();
        // and the one that required a confirmation can still become an acknowledged second order
        shop.place(leftWon ? right : left, Baskets.besides(BASKET, leftWon ? left : right))
                .then()
                .statusCode(201);
    }

    @RepeatedTest(20)
    void aTabAndAProgramAtOnce_makeOneOrderAndTheOtherRequiresConfirmation() {
        // Given
        String number = shop.newNumber();
        // When
        List<Response> answers = Racers.race(
                List.<Callable<Response>>of(() -> shop.place(number, BASKET), () -> shop.placeByKey(key, BASKET)));
        // Then
        assertThat(answers.stream().map(Response::statusCode).sorted().toList()).containsExactly(201, 409);
        assertThat(Database.ordersOf(shop.subject())).isOne();
    }

    @RepeatedTest(10)
    void sixteenTabsAtOnce_makeOneOrder() {
        // Given
        List<Callable<Response>> racers = new ArrayList<>();
        for (int i = 0; i < RACERS; i++) {
            String number = shop.newNumber();
            racers.add(() -> shop.place(number, BASKET));
        }
        // When
        List<Response> answers = Racers.race(racers);
        // Then
        List<Integer> statuses = answers.stream().map(Response::statusCode).toList();
        assertThat(statuses).containsOnly(201, 409);
        assertThat(Collections.frequency(statuses, 201)).isOne();
        assertThat(Database.ordersOf(shop.subject())).isOne();
        String winner = answers.stream()
                .filter(answer -> answer.statusCode() == 201)
                .map(answer -> answer.<String>path("number"))
                .findFirst()
                .orElseThrow();
        answers.stream().filter(answer -> answer.statusCode() == 409).forEach(loser -> assertLed(loser, winner));
    }

    @RepeatedTest(20)
    void twoSecondOrdersAtOnce_areNotBothPlacedWithoutConfirmation() {
        // Given
        String first = shop.newOrder(BASKET);
        String left = shop.newNumber();
        String right = shop.newNumber();
        Map<String, Object> meant = Baskets.besides(BASKET, first);
        // When
        List<Response> answers =
                Racers.race(List.<Callable<Response>>of(() -> shop.place(left, meant), () -> shop.place(right, meant)));
        // Then: each acknowledges the first, and neither acknowledges the other
        assertThat(answers.stream().map(Response::statusCode).sorted().toList()).containsExactly(201, 409);
        boolean leftWon = answers.getFirst().statusCode() == 201;
        assertLed(leftWon ? answers.getLast() : answers.getFirst(), leftWon ? left : right);
        assertThat(Database.ordersOf(shop.subject())).isEqualTo(2);
    }

    @RepeatedTest(20)
    void twoTabsAfterACancellation_makeOneOrder() {
        // Given
        String first = shop.newOrder(BASKET);
        shop.cancel(first).then().statusCode(200);
        String left = shop.newNumber();
        String right = shop.newNumber();
        // When
        List<Response> answers = Racers.race(
                List.<Callable<Response>>of(() -> shop.place(left, BASKET), () -> shop.place(right, BASKET)));
        // Then
        assertThat(answers.stream().map(Response::statusCode).sorted().toList()).containsExactly(201, 409);
        assertThat(Database.ordersOf(shop.subject())).isEqualTo(2);
    }

    @Test
    void invalidBody_requiresNoConfirmation() {
        // Given
        shop.newOrder(BASKET);
        Map<String, Object> wrong = new HashMap<>(BASKET);
        wrong.put("total", 1);
        // When
        Response response = shop.place(shop.newNumber(), wrong);
        // Then
        response.then().statusCode(400).body("type", equalTo("/problems/body-invalid"));
    }
}
