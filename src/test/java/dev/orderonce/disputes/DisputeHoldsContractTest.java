package dev.orderonce.disputes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.equalTo;

import dev.orderonce.testkit.Racers;
import dev.orderonce.testkit.Shop;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

/** An undecided dispute holds its order. */
@QuarkusTest
class DisputeHoldsContractTest {
    private final Shop shop = Shop.newBuyer();
    private final Shop merchant = Shop.as("merchant", "merchant");
    private final Shop support = Shop.as("sam-of-support", "support");

    private String paid() {
        String number = shop.newOrder(4200);
        shop.pay(number).then().statusCode(201).body("order.state", equalTo("PAID"));
        return number;
    }

    @Test
    void openDispute_isNamedByTheRefusalToShip() {
        // Given
        String number = paid();
        String id = Parties.opened(shop, number);
        Parties.send(merchant, id, "Are you sure?").then().statusCode(201);
        // When
        Response response = merchant.ship(number);
        // Then
        response.then()
                .statusCode(409)
                .body("type", equalTo("/problems/order-on-hold"))
                .body("holds", contains("DISPUTE"))
                .body("dispute", equalTo("/disputes/" + id));
        shop.request()
                .get("/orders/{number}/events", number)
                .then()
                .body("events[3].kind", equalTo("HELD"))
                .body("events[3].detail", equalTo(Map.of("by", shop.subject(), "hold", "DISPUTE")));
    }

    @Test
    void rejected_isReleased() {
        // Given
        String number = paid();
        String id = Parties.opened(shop, number);
        // When
        Parties.resolve(support, id, "REJECT").then().statusCode(200);
        // Then
        merchant.ship(number).then().statusCode(200);
        shop.request()
                .get("/orders/{number}/events", number)
                .then()
                .body("events[4].kind", equalTo("RELEASED"))
                .body("events[4].detail", equalTo(Map.of("by", "the shop", "hold", "DISPUTE")));
    }

    @Test
    void withdrawn_isReleased() {
        // Given
        String number = paid();
        String id = Parties.opened(shop, number);
        // When
        Parties.withdraw(shop, id).then().statusCode(200);
        // Then
        merchant.ship(number).then().statusCode(200);
        assertThat(shop.history(number)).endsWith("HELD", "RELEASED", "SHIPPED");
    }

    @Test
    void ofAShippedOrder_holdsNothing() {
        // Given
        String number = paid();
        merchant.ship(number).then().statusCode(200);
        // When
        String id = Parties.opened(shop, number);
        Parties.withdraw(shop, id).then().statusCode(200);
        // Then
        merchant.complete(number).then().statusCode(200);
        assertThat(shop.history(number)).containsExactly("PLACED", "PAYMENT_BEGUN", "PAID", "SHIPPED", "COMPLETED");
    }

    @Test
    void heldBySupportToo_bothHaveToEnd() {
        // Given
        String number = paid();
        String id = Parties.opened(shop, number);
        support.hold(number, "the address is odd").then().body("holds", contains("DISPUTE", "SUPPORT"));
        // When
        Parties.withdraw(shop, id).then().statusCode(200);
        // Then
        merchant.ship(number).then().statusCode(409).body("holds", contains("SUPPORT"));
        support.release(number, "all is well").then().statusCode(200);
        merchant.ship(number).then().statusCode(200);
    }

    @Test
    void releasedBySupport_isShippedAndEndsOnce() {
        // Given
        String number = paid();
        String id = Parties.opened(shop, number);
        // When
        support.release(number, "it is a gift").then().statusCode(200);
        merchant.ship(number).then().statusCode(200);
        Parties.resolve(support, id, "REJECT").then().statusCode(200);
        // Then
        assertThat(shop.history(number))
                .containsExactly("PLACED", "PAYMENT_BEGUN", "PAID", "HELD", "RELEASED", "SHIPPED");
    }

    @RepeatedTest(20)
    void openedAndShippedAtOnce_itIsHeldOrShipped() {
        // Given
        String number = paid();
        // When
        List<Response> answers = Racers.race(
                List.<Callable<Response>>of(() -> Parties.notMine(shop, number), () -> merchant.ship(number)));
        // Then
        boolean isShipped = answers.getLast().statusCode() == 200;
        answers.getFirst().then().statusCode(201);
        answers.getLast().then().statusCode(isShipped ? 200 : 409);
        assertThat(shop.history(number))
                .containsExactly("PLACED", "PAYMENT_BEGUN", "PAID", isShipped ? "SHIPPED" : "HELD");
    }
}
