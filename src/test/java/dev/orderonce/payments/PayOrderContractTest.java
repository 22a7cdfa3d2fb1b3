package dev.orderonce.payments;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsInAnyOrder;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;

import dev.orderonce.testkit.Database;
import dev.orderonce.testkit.Racers;
import dev.orderonce.testkit.Shop;
import dev.orderonce.testkit.TestClock;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every outcome of paying; the amount selects what the simulated provider does. */
@QuarkusTest
class PayOrderContractTest {
    private static final Duration BOUND = Duration.ofSeconds(30);
    private static final int RACERS = 16;
    private static final int DECLINED_OF_ORDER = 5;
    private static final int DECLINED_OF_BUYER = 10;

    @Inject
    TestClock clock;

    private final Shop shop = Shop.newBuyer();
    private final String key = UUID.randomUUID().toString();

    @AfterEach
    void reset() {
        clock.reset();
    }

    @Test
    void captured_theOrderIsPaid() {
        // Given
        String number = shop.newOrder(4200);
        // When
        Response response = shop.pay(number);
        // Then
        response.then()
                .statusCode(201)
                .body("state", equalTo("CAPTURED"))
                .body("number", equalTo(number))
                .body("amount", equalTo(4200))
                .body("currency", equalTo("EUR"))
                .body("duplicated", equalTo(false))
                .body("order.state", equalTo("PAID"))
                .body("order.next", containsInAnyOrder("ship", "cancel", "refund"));
        assertThat(shop.history(number)).containsExactly("PLACED", "PAYMENT_BEGUN", "PAID");
    }

    /** A provider refuses an amount of zero, and there is nothing to take. */
    @Test
    void declined_theOrderCanBePaidAgainUnderAnotherKey() {
        // Given
        String number = shop.newOrder(4901);
        // When
        Response response = shop.pay(number);
        // Then
        response.then()
                .statusCode(201)
                .body("state", equalTo("DECLINED"))
                .body("reason", equalTo("insufficient funds"))
                .body("order.state", equalTo("CREATED"))
                .body("order.next", containsInAnyOrder("pay", "cancel"));
        shop.pay(number).then().statusCode(201).body("state", equalTo("DECLINED"));
        assertThat(shop.history(number))
                .containsExactly("PLACED", "PAYMENT_BEGUN", "PAYMENT_REFUSED", "PAYMENT_BEGUN", "PAYMENT_REFUSED");
    }

    /** Card testing: each attempt under another key, with another card. */
    @Test
    void declinedTooOften_theProviderGetsNoMoreRequests() {
        // Given
        String number = shop.newOrder(4901);
        String first = UUID.randomUUID().toString();
        shop.pay(number, first, "tok_visa").then().body("state", equalTo("DECLINED"));
        for (int i = 1; i < DECLINED_OF_ORDER; i++) {
            shop.pay(number).then().statusCode(201).body("state", equalTo("DECLINED"));
        }
        // When
        Response response = shop.pay(number);
        // Then
        response.then()
                .statusCode(429)
                .body("type", equalTo("/problems/limit-reached"))
                .body("limit", equalTo("payments-declined"));
        assertThat(Integer.parseInt(response.header("Retry-After"))).isBetween(540, 600);
        assertThat(shop.history(number)).hasSize(1 + 2 * DECLINED_OF_ORDER);
        shop.pay(number, first, "tok_visa").then().statusCode(200);
        shop.find(number).then().body("state", equalTo("CREATED"));
        // and after a while
        clock.putForward(Duration.ofMinutes(11));
        shop.pay(number).then().statusCode(201);
    }

    @Test
    void declinedTooOftenOnManyOrders_theBuyerPaysNoneForAWhile() {
        // Given
        for (int i = 0; i < DECLINED_OF_BUYER; i++) {
            shop.pay(shop.newOrder(4901)).then().body("state", equalTo("DECLINED"));
        }
        String number = shop.newOrder(4200);
        Shop other = Shop.newBuyer();
        // When
        Response response = shop.pay(number);
        // Then
        response.then().statusCode(429);
        assertThat(Integer.parseInt(response.header("Retry-After"))).isBetween(3500, 3600);
        other.pay(other.newOrder(4200)).then().statusCode(201);
        // and after a while
        clock.putForward(Duration.ofMinutes(61));
        shop.pay(number).then().statusCode(201).body("state", equalTo("CAPTURED"));
    }

    /** The captures in progress count: a hundred at once do not all pass. */
    @Test
    void manyAtOnce_areBounded() throws Exception {
        // Given
        List<String> numbers = IntStream.range(0, 4 * DECLINED_OF_BUYER)
                .mapToObj(i -> shop.newOrder(4901))
                .toList();
        // When
        List<Response> responses = Racers.race(numbers.stream()
                .map(number -> (Callable<Response>) () -> shop.pay(number))
                .toList());
        // Then
        long asked = responses.stream()
                .filter(response -> response.statusCode() == 201)
                .count();
        assertThat(asked).isBetween((long) DECLINED_OF_BUYER, 2L * DECLINED_OF_BUYER);
        assertThat(responses)
                .allSatisfy(response -> assertThat(response.statusCode()).isIn(201, 429));
    }

    @Test
    void slow_isWaitedFor() {
        // Given
        String number = shop.newOrder(4902);
        // When
        Response response = shop.pay(number);
        // Then
        response.then().statusCode(201).body("order.state", equalTo("PAID"));
    }

    @ParameterizedTest
    @ValueSource(longs = {4903, 4904, 4905})
    void providerWithoutAnswer_isUnknownFirstAndPaidInTheEnd(long amount) {
        // Given
        String number = shop.newOrder(amount);
        // When
        Response response = shop.pay(number, key, "tok_visa");
        // Then
        response.then()
                .statusCode(202)
                .body("state", equalTo("ASKED"))
                .body("order.state", equalTo("PAYING"))
                .body("order.next", empty());
        await().atMost(BOUND).untilAsserted(() -> shop.find(number).then().body("state", equalTo("PAID")));
        shop.pay(number, key, "tok_visa").then().statusCode(200).body("state", equalTo("CAPTURED"));
        assertThat(shop.history(number)).containsExactly("PLACED", "PAYMENT_BEGUN", "PAID");
    }

    @Test
    void notifiedTwice_isPaidOnce() {
        // Given
        String number = shop.newOrder(4906);
        // When
        shop.pay(number).then().statusCode(201).body("order.state", equalTo("PAID"));
        // Then
        await().during(Duration.ofSeconds(2))
                .atMost(BOUND)
                .untilAsserted(
                        () -> assertThat(shop.history(number)).containsExactly("PLACED", "PAYMENT_BEGUN", "PAID"));
    }

    @Test
    void sameKeyAgain_isTheSamePayment() {
        // Given
        String number = shop.newOrder(4200);
        Response first = shop.pay(number, key, "tok_visa");
        // When
        Response second = shop.pay(number, key, "tok_visa");
        // Then
        second.then()
                .statusCode(200)
                .header("Idempotent-Replayed", "true")
                .body("duplicated", equalTo(true))
                .body("payment", equalTo(first.path("payment")))
                .body("state", equalTo("CAPTURED"));
        assertThat(Database.payments(number)).isOne();
    }

    @Test
    void sameKeyAnotherMethod_isRefused() {
        // Given
        String number = shop.newOrder(4200);
        shop.pay(number, key, "tok_visa").then().statusCode(201);
        // When
        Response response = shop.pay(number, key, "tok_master");
        // Then
        response.then()
                .statusCode(422)
                .body("type", equalTo("/problems/payment-differs"))
                .body("state", equalTo("PAID"));
    }

    @Test
    void paidAlready_isNotPaidAgain() {
        // Given
        String number = shop.newOrder(4200);
        shop.pay(number).then().statusCode(201);
        // When
        Response response = shop.pay(number);
        // Then
        response.then()
                .statusCode(409)
                .body("type", equalTo("/problems/move-not-open"))
                .body("retry", equalTo("never"))
                .body("state", equalTo("PAID"))
                .body("next", containsInAnyOrder("ship", "cancel", "refund"));
        assertThat(Database.payments(number)).isOne();
    }

    @Test
    void whileAnotherIsInProgress_isRefused() {
        // Given
        String number = shop.newOrder(4903);
        shop.pay(number).then().statusCode(202);
        // When
        Response response = shop.pay(number);
        // Then
        response.then()
                .statusCode(409)
                .header("Retry-After", notNullValue())
                .body("type", equalTo("/problems/order-busy"))
                .body("retry", equalTo("same-request"))
                .body("state", equalTo("PAYING"));
    }

    @RepeatedTest(10)
    void twoMethodsAtOnce_oneCapturesAndTheOtherIsRefused() {
        // Given
        String number = shop.newOrder(4200);
        // When
        List<Response> answers = Racers.race(IntStream.range(0, RACERS)
                .<Callable<Response>>mapToObj(
                        i -> () -> shop.pay(number, UUID.randomUUID().toString(), "tok_" + i))
                .toList());
        // Then
        List<Integer> statuses = answers.stream().map(Response::statusCode).toList();
        assertThat(statuses).containsOnly(201, 409);
        assertThat(Collections.frequency(statuses, 201)).isOne();
        assertThat(shop.history(number)).containsExactly("PLACED", "PAYMENT_BEGUN", "PAID");
    }

    @RepeatedTest(10)
    void sixteenUnderOneKey_areOnePayment() {
        // Given
        String number = shop.newOrder(4200);
        Callable<Response> racer = () -> shop.pay(number, key, "tok_visa");
        // When
        List<Response> answers = Racers.race(Collections.nCopies(RACERS, racer));
        // Then
        assertThat(answers).allSatisfy(answer -> assertThat(answer.statusCode()).isIn(200, 201, 409));
        assertThat(Database.payments(number)).isOne();
        assertThat(shop.history(number)).containsExactly("PLACED", "PAYMENT_BEGUN", "PAID");
    }

    @Test
    void anothersOrder_readsAsAbsent() {
        // Given
        String number = shop.newOrder(4200);
        // When
        Response response = Shop.newBuyer().pay(number);
        // Then
        response.then().statusCode(404).body("type", equalTo("/problems/order-not-found"));
        shop.find(number).then().body("state", equalTo("CREATED"));
    }

    @Test
    void withoutAKey_isRefused() {
        // Given
        String number = shop.newOrder(4200);
        // When
        Response response = shop.badRequest()
                .contentType(ContentType.JSON)
                .body(Map.of("method", "tok_visa"))
                .post("/orders/{number}/payments", number);
        // Then
        response.then().statusCode(400).body("type", equalTo("/problems/key-missing"));
        shop.find(number).then().body("state", equalTo("CREATED"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "tok visa", "4111 1111 1111 1111"})
    void methodThatIsNoToken_isRefused(String method) {
        // Given
        String number = shop.newOrder(4200);
        // When
        Response response = shop.badRequest()
                .header("Idempotency-Key", key)
                .contentType(ContentType.JSON)
                .body(Map.of("method", method))
                .post("/orders/{number}/payments", number);
        // Then
        response.then()
                .statusCode(400)
                .body("type", equalTo("/problems/body-invalid"))
                .body("violations[0].field", equalTo("/method"));
        shop.find(number).then().body("state", equalTo("CREATED"));
    }

    @Test
    void paymentOfAnOrder_isNotShownToOthers() {
        // Given
        String number = shop.newOrder(4200);
        shop.pay(number).then().statusCode(201);
        // When
        Response response = Shop.newBuyer().request().get("/orders/{number}/events", number);
        // Then
        response.then().statusCode(404).body("events", nullValue());
    }
}
