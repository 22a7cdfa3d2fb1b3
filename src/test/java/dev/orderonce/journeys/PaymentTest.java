package dev.orderonce.journeys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;

import dev.orderonce.testkit.Database;
import dev.orderonce.testkit.Racers;
import dev.orderonce.testkit.Shop;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;

/** Journeys of buyers and support around a payment, with a provider that misbehaves. */
@QuarkusTest
class PaymentTest {
    private static final Duration BOUND = Duration.ofSeconds(30);

    private final Shop shop = Shop.newBuyer();
    private final Shop support = Shop.as("support", "support");
    private final Shop merchant = Shop.as("merchant", "merchant");

    private void awaitState(String number, String state) {
        await().atMost(BOUND).untilAsserted(() -> shop.find(number).then().body("state", equalTo(state)));
    }

    @Test
    void cancelWhileTheProviderDoesNotAnswer_isRefusedAndRefundedAfter() {
        // The buyer pays; the provider captures the money and does not answer.
        String number = shop.newOrder(5903);
        shop.pay(number).then().statusCode(202).body("state", equalTo("ASKED"));
        // The buyer changes their mind.
        shop.cancel(number).then().statusCode(409).body("state", equalTo("PAYING"));
        // The job queries the provider, and the order turns out to be paid.
        awaitState(number, "PAID");
        // Now it can be cancelled, and the money comes back.
        shop.cancel(number).then().statusCode(200).body("state", equalTo("REFUNDED"));
        assertThat(Database.paymentStates(number)).containsExactly("REFUNDED");
    }

    @Test
    void payTwiceFromTwoTabs_isOneCaptureReturnedToBothTabs() {
        // Two tabs of one buyer, each with a key of its own.
        String number = shop.newOrder(5902);
        List<Response> answers = Racers.race(List.<Callable<Response>>of(
                () -> shop.pay(number, UUID.randomUUID().toString(), "tok_one"),
                () -> shop.pay(number, UUID.randomUUID().toString(), "tok_two")));
        // One has paid, the other gets the state of the order.
        List<Integer> statuses =
                answers.stream().map(Response::statusCode).sorted().toList();
        assertThat(statuses).containsExactly(201, 409);
        shop.find(number).then().body("state", equalTo("PAID"));
        assertThat(Database.paymentStates(number)).containsOnlyOnce("CAPTURED");
    }

    @Test
    void lateWebhookAfterCancel_isGivenBackByItself() {
        // The provider captures the money, does not answer, and will notify a second later.
        String number = shop.newOrder(5905);
        shop.pay(number).then().statusCode(202);
        // Support cancels before that.
        support.cancel(number, "the buyer is on the phone")
                .then()
                .statusCode(202)
                .body("state", equalTo("CANCELLED"));
        // The money is captured and refunded; the order stays as it is.
        await().atMost(BOUND).until(() -> Database.paymentStates(number).equals(List.of("REFUNDED")));
        shop.find(number).then().body("state", equalTo("CANCELLED"));
    }

    @Test
    void fromTheBasketToTheDoor_everyStepLeavesOneEvent() {
        // The buyer pays.
        String number = shop.newOrder(5200);
        shop.pay(number).then().statusCode(201).body("order.state", equalTo("PAID"));
        // The shop sends it; the buyer can no longer cancel.
        merchant.ship(number).then().statusCode(200);
        shop.cancel(number).then().statusCode(409).body("state", equalTo("SHIPPED"));
        merchant.complete(number).then().statusCode(200);
        assertThat(shop.history(number)).containsExactly("PLACED", "PAYMENT_BEGUN", "PAID", "SHIPPED", "COMPLETED");
    }
}
