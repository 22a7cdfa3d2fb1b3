package dev.orderonce.payments;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsInAnyOrder;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasKey;
import static org.hamcrest.Matchers.not;

import dev.orderonce.testkit.Database;
import dev.orderonce.testkit.Racers;
import dev.orderonce.testkit.RedisCommands;
import dev.orderonce.testkit.Shop;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every outcome of refunding an order in full or in part. */
@QuarkusTest
class RefundOrderContractTest {
    private static final Duration BOUND = Duration.ofSeconds(30);
    private static final int RACERS = 16;

    private final Shop shop = Shop.newBuyer();
    private final Shop merchant = Shop.as("merchant", "merchant");
    private final Shop support = Shop.as("sam-of-support", "support");
    private final String key = UUID.randomUUID().toString();

    private String paid() {
        String number = shop.newOrder(4200);
        shop.pay(number).then().statusCode(201).body("order.state", equalTo("PAID"));
        return number;
    }

    private String shipped() {
        String number = paid();
        merchant.ship(number).then().statusCode(200);
        return number;
    }

    @Test
    void partOfAShippedOrder_isRefundedAndKeepsTheState() {
        // Given
        String number = shipped();
        // When
        Response response = support.refund(number, 1500);
        // Then
        response.then()
                .statusCode(201)
                .body("number", equalTo(number))
                .body("state", equalTo("REFUNDED"))
                .body("amount", equalTo(1500))
                .body("currency", equalTo("EUR"))
                .body("reason", equalTo("one was broken"))
                .body("duplicated", equalTo(false))
                .body("order.state", equalTo("SHIPPED"))
                .body("order.refunded", equalTo(1500))
                .body("order.next", containsInAnyOrder("complete", "return", "refund"));
        assertThat(shop.history(number)).endsWith("SHIPPED", "PARTIAL_REFUND_BEGUN", "PARTIALLY_REFUNDED");
        assertThat(Database.paymentStates(number)).containsExactly("CAPTURED");
        merchant.complete(number).then().statusCode(200).body("refunded", equalTo(1500));
    }

    @Test
    void allOfAnOrder_isRefundedFromEveryStateWithMoney() {
        // Given
        String completed = shipped();
        merchant.complete(completed).then().statusCode(200);
        String returning = shipped();
        merchant.beginReturn(returning).then().statusCode(200);
        String returned = shipped();
        merchant.beginReturn(returned).then().statusCode(200);
        merchant.receiveReturn(returned).then().statusCode(200);
        for (String number : List.of(paid(), shipped(), completed, returning, returned)) {
            // When
            Response response = support.refund(number, 4200);
            // Then
            response.then()
                    .statusCode(201)
                    .body("order.state", equalTo("REFUNDED"))
                    .body("order.refunded", equalTo(4200))
                    .body("order.next", equalTo(List.of()));
            assertThat(shop.history(number)).endsWith("REFUND_BEGUN", "REFUNDED");
            assertThat(Database.paymentStates(number)).containsExactly("REFUNDED");
        }
    }

    @Test
    void lastPart_refundsTheOrder() {
        // Given
        String number = shipped();
        support.refund(number, 1500).then().statusCode(201);
        // When
        Response response = support.refund(number, 2700);
        // Then
        response.then().statusCode(201).body("order.state", equalTo("REFUNDED")).body("order.refunded", equalTo(4200));
        assertThat(shop.history(number))
                .endsWith("PARTIAL_REFUND_BEGUN", "PARTIALLY_REFUNDED", "REFUND_BEGUN", "REFUNDED");
    }

    @Test
    void refundedInPart_isCancelledForTheRest() {
        // Given
        String number = paid();
        support.refund(number, 1500).then().statusCode(201).body("order.state", equalTo("PAID"));
        // When
        Response response = shop.cancel(number);
        // Then
        response.then().statusCode(200).body("state", equalTo("REFUNDED")).body("refunded", equalTo(4200));
        assertThat(Database.value("SELECT refunded || ' ' || refunding FROM payments WHERE number = '%s'"
                        .formatted(number.replace("-", ""))))
                .isEqualTo("4200 0");
    }

    @Test
    void events_haveTheAmountAndTheWordsOfTheShopOnlyForTheShop() {
        // Given
        String number = shipped();
        // When
        String refund = support.refund(number, 1500).then().extract().path("refund");
        // Then
        String begun = "events.find { it.kind == 'PARTIAL_REFUND_BEGUN' }.detail";
        support.request()
                .get("/orders/{number}/events", number)
                .then()
                .body(begun + ".by", equalTo(support.subject()))
                .body(begun + ".reason", equalTo("one was broken"))
                .body(begun + ".refund", equalTo(refund))
                .body(begun + ".amount", equalTo("1500"));
        shop.request()
                .get("/orders/{number}/events", number)
                .then()
                .body(begun, equalTo(Map.of("by", "the shop", "refund", refund, "amount", "1500")));
    }

    @Test
    void moreThanIsLeft_isRefusedWithWhatIsLeft() {
        // Given
        String number = shipped();
        support.refund(number, 1500).then().statusCode(201);
        // When
        Response response = support.refund(number, key, 2701);
        // Then
        response.then()
                .statusCode(409)
                .body("type", equalTo("/problems/refund-too-large"))
                .body("retry", equalTo("after-change"))
                .body("refundable", equalTo(2700))
                .body("state", equalTo("SHIPPED"));
        support.refund(number, key, 2700).then().statusCode(201);
    }

    @Test
    void sameKeyAgain_isTheSameRefund() {
        // Given
        String number = shipped();
        Response first = support.refund(number, key, 1500);
        // When
        Response again = support.refund(number, key, 1500);
        Response other = support.refund(number, key, 1600);
        // Then
        again.then()
                .statusCode(200)
                .header("Idempotent-Replayed", "true")
                .body("duplicated", equalTo(true))
                .body("refund", equalTo(first.path("refund")))
                .body("order.refunded", equalTo(1500));
        other.then().statusCode(422).body("type", equalTo("/problems/refund-differs"));
    }

    @Test
    void withoutAnAnswer_isInProgressAndRefundedInTheEnd() {
        // Given
        String number = shipped();
        // When: the simulated provider does not answer the first refund of this amount
        Response response = support.refund(number, key, 1907);
        // Then
        response.then()
                .statusCode(202)
                .body("state", equalTo("REFUNDING"))
                .body("order.state", equalTo("SHIPPED"))
                .body("order", not(hasKey("refunded")));
        support.refund(number, 2294).then().statusCode(409).body("refundable", equalTo(2293));
        await().atMost(BOUND).untilAsserted(() -> shop.find(number).then().body("refunded", equalTo(1907)));
        support.refund(number, key, 1907).then().statusCode(200).body("state", equalTo("REFUNDED"));
        assertThat(shop.history(number)).endsWith("SHIPPED", "PARTIAL_REFUND_BEGUN", "PARTIALLY_REFUNDED");
    }

    @Test
    void inProgressWhenTheOrderIsCancelled_bothAreRefunded() {
        // Given
        String number = paid();
        support.refund(number, 1907).then().statusCode(202);
        // When
        Response response = shop.cancel(number);
        // Then
        assertThat(response.statusCode()).isIn(200, 202);
        await().atMost(BOUND)
                .untilAsserted(() -> shop.find(number)
                        .then()
                        .body("state", equalTo("REFUNDED"))
                        .body("refunded", equalTo(4200)));
        assertThat(shop.history(number))
                .containsExactly(
                        "PLACED",
                        "PAYMENT_BEGUN",
                        "PAID",
                        "PARTIAL_REFUND_BEGUN",
                        "REFUND_BEGUN",
                        "PARTIALLY_REFUNDED",
                        "REFUNDED");
    }

    @Test
    void refundThatCrashedAfterTheDecision_isResumed() {
        // Given
        String number = shipped();
        support.refund(number, key, 1500).then().statusCode(201);
        Database.execute("""
                WITH again AS (
                    UPDATE refunds SET state = 'REFUNDING' WHERE client_key = '%s' RETURNING payment
                )
                UPDATE payments SET refunding = 1500, refunded = 0, look_at = now() FROM again WHERE id = payment
                """.formatted(key));
        // Then
        await().atMost(BOUND)
                .untilAsserted(() -> support.refund(number, key, 1500).then().body("state", equalTo("REFUNDED")));
        assertThat(Database.paymentStates(number)).containsExactly("CAPTURED");
    }

    @Test
    void withoutMoney_isNotOpen() {
        // Given
        String unpaid = shop.newOrder(4200);
        String cancelled = paid();
        shop.cancel(cancelled).then().statusCode(200);
        String free = shop.newOrder(0);
        // Then
        for (String number : List.of(unpaid, cancelled, free)) {
            support.refund(number, 1)
                    .then()
                    .statusCode(409)
                    .body("type", equalTo("/problems/move-not-open"))
                    .body("retry", equalTo("never"));
        }
    }

    @Test
    void whatIsNoRefund_isRefusedAllAtOnce() {
        // Given
        String number = shipped();
        for (Map<String, Object> body : List.of(
                Map.<String, Object>of(),
                Map.<String, Object>of("amount", 0, "reason", " "),
                Map.<String, Object>of("amount", -5, "reason", "x".repeat(501)))) {
            // When
            Response response = support.badRequest()
                    .header("Idempotency-Key", key)
                    .contentType(ContentType.JSON)
                    .body(body)
                    .post("/orders/{number}/refunds", number);
            // Then
            response.then().statusCode(400).body("violations.field", contains("/amount", "/reason"));
        }
        support.badRequest()
                .contentType(ContentType.JSON)
                .body(Map.of("amount", 1, "reason", "none"))
                .post("/orders/{number}/refunds", number)
                .then()
                .statusCode(400)
                .body("type", equalTo("/problems/key-missing"));
        shop.find(number).then().body("$", not(hasKey("refunded")));
    }

    @Test
    void onlySupport_mayRefundAndNotTheirOwn() {
        // Given
        Shop both = Shop.as("both-" + UUID.randomUUID(), "buyer", "support");
        String own = both.newOrder(4200);
        both.pay(own).then().statusCode(201);
        // Then
        shop.refund(own, 1).then().statusCode(403);
        merchant.refund(own, 1).then().statusCode(403);
        both.refund(own, 1).then().statusCode(403).body("type", equalTo("/problems/own-case"));
        support.refund("0K3M7Q-XW52TB-9H4NRC", 1).then().statusCode(404);
        support.refund(own, 4200).then().statusCode(201);
    }

    @Test
    void lockedOrder_isBusy() {
        // Given: another request holds the order's lock
        String number = shipped();
        String lock = "lock:{" + number.replace("-", "") + "}";
        RedisCommands.send("HSET " + lock + " flow another count 1");
        // When
        Response response = support.refund(number, key, 1500);
        // Then
        response.then().statusCode(409).body("type", equalTo("/problems/order-busy"));
        RedisCommands.send("DEL " + lock);
        support.refund(number, key, 1500).then().statusCode(201);
    }

    @RepeatedTest(10)
    void sixteenPartsAtOnce_neverExceedTheCapture() {
        // Given
        String number = shipped();
        // When: eight would be all of it, and five are in the rest
        List<Response> answers = Racers.race(IntStream.range(0, RACERS)
                .<Callable<Response>>mapToObj(_ -> () -> support.refund(number, 500))
                .toList());
        // Then
        assertThat(answers).extracting(Response::statusCode).containsOnly(201, 409);
        assertThat(answers).filteredOn(answer -> answer.statusCode() == 201).hasSize(8);
        assertThat(answers)
                .filteredOn(answer -> answer.statusCode() == 409)
                .allSatisfy(answer -> answer.then().body("refundable", equalTo(200)));
        shop.find(number).then().body("state", equalTo("SHIPPED")).body("refunded", equalTo(4000));
        assertThat(Collections.frequency(shop.history(number), "PARTIALLY_REFUNDED"))
                .isEqualTo(8);
    }

    @RepeatedTest(10)
    void sixteenUnderOneKey_areOneRefund() {
        // Given
        String number = shipped();
        Callable<Response> racer = () -> support.refund(number, key, 1500);
        // When
        List<Response> answers = Racers.race(Collections.nCopies(RACERS, racer));
        // Then
        assertThat(answers).allSatisfy(answer -> assertThat(answer.statusCode()).isIn(200, 201));
        assertThat(answers).filteredOn(answer -> answer.statusCode() == 201).hasSize(1);
        shop.find(number).then().body("refunded", equalTo(1500));
        assertThat(Collections.frequency(shop.history(number), "PARTIALLY_REFUNDED"))
                .isOne();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            /orders/x/refunds | {"amount":"1","reason":"","why":1} | /amount, /reason, /why
            /disputes/1/resolution | {"resolution":"MAYBE","amount":"1","reason":7,"x":1} | /resolution, /amount, /reason, /x
            /disputes/1/resolution | {"resolution":"REJECT","amount":1,"x":1} | /amount, /reason, /x
            /suspected-duplicates/1/confirmation | {"cancel":"x","amount":0,"reason":[]} | /cancel, /amount, /reason
            """)
    void unreadableBody_isReportedWithItsInvalidValues(String path, String body, String fields) {
        // When
        Response response = support.badRequest()
                .header("Idempotency-Key", UUID.randomUUID().toString())
                .contentType(ContentType.JSON)
                .body(body)
                .post(path);
        // Then
        response.then().statusCode(400).body("type", equalTo("/problems/body-invalid"));
        assertThat(response.<List<String>>path("violations.field")).containsExactlyInAnyOrder(fields.split(", ", -1));
    }
}
