package dev.orderonce.payments;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.nullValue;

import dev.orderonce.testkit.Database;
import dev.orderonce.testkit.Racers;
import dev.orderonce.testkit.RunJob;
import dev.orderonce.testkit.Shop;
import dev.orderonce.testkit.TestClock;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

/** Every outcome of cancelling, shipping and completing. */
@QuarkusTest
class CancelOrderContractTest {
    private static final Duration BOUND = Duration.ofSeconds(30);

    @Inject
    TestClock clock;

    private final Shop shop = Shop.newBuyer();
    private final Shop merchant = Shop.as("merchant", "merchant");
    private final Shop support = Shop.as("support", "support");

    @AfterEach
    void resetClock() {
        clock.reset();
    }

    private String paid() {
        String number = shop.newOrder(4200);
        shop.pay(number).then().statusCode(201).body("order.state", equalTo("PAID"));
        return number;
    }

    @Test
    void unpaid_isCancelledAtOnce() {
        // Given
        String number = shop.newOrder(4200);
        // When
        Response response = shop.cancel(number);
        // Then
        response.then().statusCode(200).body("state", equalTo("CANCELLED"));
        assertThat(shop.history(number)).containsExactly("PLACED", "CANCELLED");
        shop.pay(number).then().statusCode(409).body("state", equalTo("CANCELLED"));
    }

    @Test
    void paid_isRefunded() {
        // Given
        String number = paid();
        // When
        Response response = shop.cancel(number, "changed my mind");
        // Then
        response.then().statusCode(200).body("state", equalTo("REFUNDED"));
        assertThat(shop.history(number)).containsExactly("PLACED", "PAYMENT_BEGUN", "PAID", "REFUND_BEGUN", "REFUNDED");
        support.request()
                .get("/orders/{number}/events", number)
                .then()
                .statusCode(200)
                .body("events[3].detail.reason", equalTo("changed my mind"))
                .body("events[3].detail.by", equalTo(shop.subject()));
    }

    @Test
    void refundWithoutAnswer_isInProgressAndRefundedInTheEnd() {
        // Given
        String number = shop.newOrder(4907);
        shop.pay(number).then().statusCode(201);
        // When
        Response response = shop.cancel(number);
        // Then
        response.then().statusCode(202).body("state", equalTo("REFUNDING"));
        await().atMost(BOUND).untilAsserted(() -> shop.find(number).then().body("state", equalTo("REFUNDED")));
    }

    @Test
    void repeated_returnsTheResult() {
        // Given
        String number = shop.newOrder(4200);
        shop.cancel(number).then().statusCode(200);
        // When
        Response response = shop.cancel(number);
        // Then
        response.then().statusCode(200).header("Idempotent-Replayed", "true").body("state", equalTo("CANCELLED"));
        assertThat(shop.history(number)).containsExactly("PLACED", "CANCELLED");
    }

    /** Their subject equals the name of a job, which buyers are shown. */
    @Test
    void memberOfStaffNamedLikeAJob_isMaskedForTheBuyer() {
        // Given
        String number = shop.newOrder(4200);
        Shop namesake = Shop.as("payments", "support");
        // When
        namesake.cancel(number, "the buyer called").then().statusCode(200);
        // Then
        shop.request()
                .get("/orders/{number}/events", number)
                .then()
                .body("events[1].detail", equalTo(Map.of("by", "the shop")));
        namesake.request()
                .get("/orders/{number}/events", number)
                .then()
                .body("events[1].detail", equalTo(Map.of("by", "payments", "reason", "the buyer called")));
    }

    @Test
    void whileThePaymentIsUnknown_theBuyerIsRefusedAndSupportMayCancel() {
        // Given
        String number = shop.newOrder(4905);
        shop.pay(number).then().statusCode(202);
        shop.cancel(number)
                .then()
                .statusCode(409)
                .body("type", equalTo("/problems/order-busy"))
                .body("state", equalTo("PAYING"));
        shop.find(number).then().body("next", equalTo(List.of()));
        support.request().get("/orders/{number}", number).then().body("next", equalTo(List.of("cancel")));
        // When
        Response response = support.cancel(number, "the buyer called");
        // Then: the capture arrives a second after it was requested, and is refunded
        response.then().statusCode(202).body("state", equalTo("CANCELLED"));
        shop.request()
                .get("/orders/{number}/events", number)
                .then()
                .body("events[2].detail.by", equalTo("the shop"))
                .body("events[2].detail.reason", nullValue());
        await().atMost(BOUND)
                .untilAsserted(() ->
                        shop.request().get("/orders/{number}", number).then().body("state", equalTo("CANCELLED")));
        await().atMost(BOUND).until(() -> Database.paymentStates(number).equals(List.of("REFUNDED")));
        assertThat(shop.history(number))
                .containsExactly(
                        "PLACED",
                        "PAYMENT_BEGUN",
                        "PAYMENT_ABANDONED",
                        "PAYMENT_CAPTURED",
                        "PAYMENT_REFUND_BEGUN",
                        "PAYMENT_REFUNDED");
    }

    @Test
    void shipped_cannotBeCancelled() {
        // Given
        String number = paid();
        merchant.ship(number).then().statusCode(200).body("state", equalTo("SHIPPED"));
        // When
        Response response = shop.cancel(number);
        // Then
        response.then()
                .statusCode(409)
                .body("type", equalTo("/problems/move-not-open"))
                .body("state", equalTo("SHIPPED"))
                .body("next", equalTo(List.of("complete", "return", "refund")));
    }

    @Test
    void supportWithoutAReason_isRefused() {
        // Given
        String number = shop.newOrder(4200);
        // When
        Response response = support.cancel(number);
        // Then
        response.then().statusCode(400).body("violations[0].field", equalTo("/reason"));
        shop.find(number).then().body("state", equalTo("CREATED"));
    }

    @Test
    void shippedAndCompleted_eachOnce() {
        // Given
        String number = paid();
        // When
        Response early = merchant.complete(number);
        Response shipped = merchant.ship(number);
        Response shippedAgain = merchant.ship(number);
        Response completed = merchant.complete(number);
        Response completedAgain = merchant.complete(number);
        // Then
        early.then().statusCode(409).body("state", equalTo("PAID"));
        shipped.then().statusCode(200).body("state", equalTo("SHIPPED"));
        shippedAgain.then().statusCode(200).header("Idempotent-Replayed", "true");
        completed.then().statusCode(200).body("state", equalTo("COMPLETED"));
        completedAgain.then().statusCode(200).header("Idempotent-Replayed", "true");
        merchant.ship(number).then().statusCode(409).body("state", equalTo("COMPLETED"));
        assertThat(shop.history(number)).containsExactly("PLACED", "PAYMENT_BEGUN", "PAID", "SHIPPED", "COMPLETED");
    }

    @Test
    void returnedAndReceived_eachOnce() {
        // Given
        String number = paid();
        merchant.ship(number).then().statusCode(200);
        // When
        Response early = merchant.receiveReturn(number);
        Response returning = support.beginReturn(number);
        Response returningAgain = merchant.beginReturn(number);
        Response received = merchant.receiveReturn(number);
        Response receivedAgain = merchant.receiveReturn(number);
        // Then
        early.then()
                .statusCode(409)
                .body("type", equalTo("/problems/move-not-open"))
                .body("state", equalTo("SHIPPED"));
        returning
                .then()
                .statusCode(200)
                .body("state", equalTo("RETURNING"))
                .body("next", equalTo(List.of("receive", "refund")));
        returningAgain.then().statusCode(200).header("Idempotent-Replayed", "true");
        received.then().statusCode(200).body("state", equalTo("RETURNED")).body("next", equalTo(List.of("refund")));
        receivedAgain.then().statusCode(200).header("Idempotent-Replayed", "true");
        assertThat(shop.history(number)).endsWith("SHIPPED", "RETURN_BEGUN", "RETURNED");
        shop.cancel(number).then().statusCode(409).body("state", equalTo("RETURNED"));
        shop.beginReturn(number).then().statusCode(403);
        support.receiveReturn(number).then().statusCode(403);
    }

    @Test
    void onlyItsRoles_mayMoveAnOrder() {
        // Given
        String number = paid();
        // Then
        shop.ship(number).then().statusCode(403);
        support.ship(number).then().statusCode(403);
        merchant.cancel(number).then().statusCode(403);
        Shop.newBuyer().cancel(number).then().statusCode(404);
        shop.find(number).then().body("state", equalTo("PAID"));
    }

    @Test
    void polledOftenInVain_isShownToSupportOnly() {
        // Given
        String number = shop.newOrder(4903);
        String payment = shop.pay(number).then().statusCode(202).extract().path("payment");
        Database.execute("UPDATE payments SET looks = 20, look_at = now() + interval '1 hour' WHERE id = '%s'"
                .formatted(payment));
        // When
        Response response = support.request().get("/payments/unsettled");
        // Then
        response.then()
                .statusCode(200)
                .body("payments.find { it.payment == '%s' }.state".formatted(payment), equalTo("ASKED"));
        shop.request().get("/payments/unsettled").then().statusCode(403);
        Database.execute("UPDATE payments SET look_at = now() WHERE id = '%s'".formatted(payment));
        await().atMost(BOUND).untilAsserted(() -> shop.find(number).then().body("state", equalTo("PAID")));
    }

    @Test
    void cancellerThatDiedAfterTheMove_isFollowed() {
        // Given: the order is being refunded, and the job does not poll its payment
        String number = paid();
        Database.execute("UPDATE orders SET state = 'REFUNDING', sequence = 4 WHERE number = '%s'"
                .formatted(number.replace("-", "")));
        Database.execute("INSERT INTO order_events (number, sequence, kind, at) VALUES ('%s', 4, 'REFUND_BEGUN', now())"
                .formatted(number.replace("-", "")));
        // Then
        await().atMost(BOUND).untilAsserted(() -> shop.find(number).then().body("state", equalTo("REFUNDED")));
        assertThat(Database.paymentStates(number)).containsExactly("REFUNDED");
    }

    @RepeatedTest(20)
    void paidAndCancelledAtOnce_orderAndMoneyAgree() {
        // Given
        String number = shop.newOrder(4200);
        // When
        List<Response> answers = Racers.race(List.<Callable<Response>>of(
                () -> shop.pay(number), () -> shop.cancel(number), () -> shop.pay(number), () -> shop.cancel(number)));
        // Then
        assertThat(answers).allSatisfy(answer -> assertThat(answer.statusCode()).isIn(200, 201, 202, 409));
        Map<String, List<String>> money = Map.of(
                "PAID", List.of("CAPTURED"),
                "CANCELLED", List.of(),
                "REFUNDED", List.of("REFUNDED"));
        String state = shop.find(number).path("state");
        assertThat(money).containsKey(state);
        List<String> held = Database.paymentStates(number).stream()
                .filter(payment -> !payment.equals("DECLINED"))
                .toList();
        assertThat(held).isEqualTo(money.get(state));
    }

    @Test
    void unpaidForTooLong_cancelsItself() {
        // Given
        String number = shop.newOrder(4200);
        String unanswered = shop.newOrder(4903);
        shop.pay(unanswered).then().statusCode(202);
        String paid = paid();
        clock.putForward(Duration.ofHours(25));
        // When
        RunJob.named("cancel-unpaid");
        clock.reset();
        // Then
        shop.find(number).then().body("state", equalTo("CANCELLED"));
        assertThat(shop.history(number)).containsExactly("PLACED", "CANCELLED");
        assertThat(shop.history(unanswered)).doesNotContain("CANCELLED");
        shop.find(paid).then().body("state", equalTo("PAID"));
    }
}
