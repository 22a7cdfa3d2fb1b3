package dev.orderonce.orders;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasKey;
import static org.hamcrest.Matchers.not;

import dev.orderonce.testkit.Racers;
import dev.orderonce.testkit.Shop;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

/** Every outcome of holding and releasing an order by hand. */
@QuarkusTest
class HoldOrderContractTest {
    private final Shop shop = Shop.newBuyer();
    private final Shop merchant = Shop.as("merchant", "merchant");
    private final Shop support = Shop.as("sam-of-support", "support");

    private String paid() {
        String number = shop.newOrder(4200);
        shop.pay(number).then().statusCode(201).body("order.state", equalTo("PAID"));
        return number;
    }

    @Test
    void held_isNotShippedUntilItIsReleased() {
        // Given
        String number = paid();
        // When
        Response held = support.hold(number, "the address is odd");
        Response refused = merchant.ship(number);
        Response released = support.release(number, "the buyer confirmed it");
        // Then
        held.then()
                .statusCode(200)
                .body("state", equalTo("PAID"))
                .body("holds", contains("SUPPORT"))
                .body("next", contains("cancel", "refund"));
        refused.then()
                .statusCode(409)
                .body("type", equalTo("/problems/order-on-hold"))
                .body("retry", equalTo("never"))
                .body("state", equalTo("PAID"))
                .body("next", contains("cancel", "refund"))
                .body("holds", contains("SUPPORT"));
        released.then().statusCode(200).body("$", not(hasKey("holds")));
        merchant.ship(number).then().statusCode(200).body("state", equalTo("SHIPPED"));
        assertThat(shop.history(number))
                .containsExactly("PLACED", "PAYMENT_BEGUN", "PAID", "HELD", "RELEASED", "SHIPPED");
    }

    @Test
    void events_sayWhyToTheShopAndThatToTheBuyer() {
        // Given
        String number = paid();
        // When
        support.hold(number, "the address is odd").then().statusCode(200);
        // Then
        support.request()
                .get("/orders/{number}/events", number)
                .then()
                .body(
                        "events[3].detail",
                        equalTo(Map.of("by", support.subject(), "reason", "the address is odd", "hold", "SUPPORT")));
        shop.request()
                .get("/orders/{number}/events", number)
                .then()
                .body("events[3].detail", equalTo(Map.of("by", "the shop", "hold", "SUPPORT")));
    }

    @Test
    void repeated_changesNothing() {
        // Given
        String number = shop.newOrder(4200);
        support.hold(number, "the address is odd").then().statusCode(200);
        // When
        Response heldAgain = support.hold(number, "other words");
        Response released = support.release(number, "all is well");
        Response releasedAgain = support.release(number, "all is well");
        // Then
        heldAgain.then().statusCode(200).header("Idempotent-Replayed", "true").body("holds", contains("SUPPORT"));
        released.then().statusCode(200);
        releasedAgain.then().statusCode(200).header("Idempotent-Replayed", "true");
        assertThat(shop.history(number)).containsExactly("PLACED", "HELD", "RELEASED");
    }

    @Test
    void heldUnpaid_canBePaidAndCancelled() {
        // Given
        String number = shop.newOrder(4200);
        support.hold(number, "the address is odd").then().statusCode(200);
        // When
        shop.pay(number).then().statusCode(201).body("order.state", equalTo("PAID"));
        merchant.ship(number).then().statusCode(409).body("type", equalTo("/problems/order-on-hold"));
        Response cancelled = shop.cancel(number);
        // Then
        cancelled.then().statusCode(200).body("state", equalTo("REFUNDED"));
    }

    @Test
    void shippedOrCancelled_cannotBeHeld() {
        // Given
        String shipped = paid();
        merchant.ship(shipped).then().statusCode(200);
        String cancelled = shop.newOrder(4200);
        shop.cancel(cancelled).then().statusCode(200);
        // Then
        support.hold(shipped, "too late")
                .then()
                .statusCode(409)
                .body("type", equalTo("/problems/move-not-open"))
                .body("state", equalTo("SHIPPED"));
        support.hold(cancelled, "too late").then().statusCode(409).body("state", equalTo("CANCELLED"));
    }

    @Test
    void withoutAReason_isRefused() {
        // Given
        String number = paid();
        for (String request : List.of("hold", "release")) {
            // When
            Response response = support.badRequest()
                    .contentType(ContentType.JSON)
                    .body(Map.of())
                    .post("/orders/{number}/" + request, number);
            // Then
            response.then().statusCode(400).body("violations[0].field", equalTo("/reason"));
        }
        merchant.ship(number).then().statusCode(200);
    }

    @Test
    void onlySupport_mayHoldAndRelease() {
        // Given
        String number = paid();
        // Then
        shop.hold(number, "mine").then().statusCode(403);
        merchant.hold(number, "mine").then().statusCode(403);
        shop.release(number, "mine").then().statusCode(403);
        merchant.release(number, "mine").then().statusCode(403);
        support.hold("0K3M7Q-XW52TB-9H4NRC", "none").then().statusCode(404);
        support.release("nonsense", "none").then().statusCode(404);
    }

    @RepeatedTest(20)
    void heldAndShippedAtOnce_oneIsDone() {
        // Given
        String number = paid();
        // When
        List<Response> answers = Racers.race(List.<Callable<Response>>of(
                () -> support.hold(number, "the address is odd"),
                () -> merchant.ship(number),
                () -> support.hold(number, "the address is odd"),
                () -> merchant.ship(number)));
        // Then
        boolean isShipped = shop.find(number).path("state").equals("SHIPPED");
        assertThat(answers)
                .extracting(Response::statusCode)
                .containsExactly(
                        isShipped ? 409 : 200, isShipped ? 200 : 409, isShipped ? 409 : 200, isShipped ? 200 : 409);
        assertThat(shop.history(number))
                .containsExactly("PLACED", "PAYMENT_BEGUN", "PAID", isShipped ? "SHIPPED" : "HELD");
    }
}
