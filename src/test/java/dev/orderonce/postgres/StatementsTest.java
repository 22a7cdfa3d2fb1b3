package dev.orderonce.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orderonce.testkit.QuietJobs;
import dev.orderonce.testkit.Shop;
import dev.orderonce.testkit.Stores;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Supplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The number of PostgreSQL statements of each operation. */
@QuarkusTest
@TestProfile(QuietJobs.class)
class StatementsTest {
    private final Shop shop = Shop.newBuyer();
    private final Shop support = Shop.as("support", "support");

    /** A signed-in buyer, and every connection open. */
    @BeforeEach
    void warmUp() {
        Shop.awaitBusinessAsUsual();
        shop.token();
        support.token();
    }

    private static List<String> statements(int status, Supplier<Response> operation) {
        return Stores.statements().during(() -> operation.get().then().statusCode(status));
    }

    /** A checkout that Redis knows under an untried number. */
    @Test
    void issuingAgain_takesNone() {
        // Given
        shop.issue("c1").then().statusCode(200);
        // Then
        assertThat(statements(200, () -> shop.issue("c1"))).isEmpty();
    }

    @Test
    void placing_takesOne() {
        // Given
        String number = shop.newNumber();
        // Then
        assertThat(statements(201, () -> shop.place(number))).hasSize(1);
    }

    @Test
    void replay_takesOne() {
        // Given
        String number = shop.newNumber();
        shop.place(number).then().statusCode(201);
        // Then
        assertThat(statements(200, () -> shop.place(number))).hasSize(1);
    }

    @Test
    void finding_takesOne() {
        // Given
        String number = shop.newOrder(4200);
        // Then
        assertThat(statements(200, () -> shop.find(number))).hasSize(1);
    }

    /** Order, key, attempt, order PAYING; captured and PAID; nothing is left to do. */
    @Test
    void capturedPayment_takesSix() {
        // Given
        String number = shop.newOrder(4200);
        // Then
        assertThat(statements(201, () -> shop.pay(number))).hasSize(6);
    }

    @Test
    void repeatedPayment_takesTwo() {
        // Given
        String number = shop.newOrder(4200);
        String key = UUID.randomUUID().toString();
        shop.pay(number, key, "tok_visa").then().statusCode(201);
        // Then
        assertThat(statements(200, () -> shop.pay(number, key, "tok_visa"))).hasSize(2);
    }

    /** Order; order under the lock; CANCELLED. */
    @Test
    void cancelling_takesThree() {
        // Given
        String number = shop.newOrder(4200);
        // Then
        assertThat(statements(200, () -> shop.cancel(number))).hasSize(3);
    }

    /** The same, and the payment to be polled; REFUNDING; both REFUNDED; nothing is left to do. */
    @Test
    void cancellingWhatIsPaid_takesSeven() {
        // Given
        String number = shop.newOrder(4200);
        shop.pay(number).then().statusCode(201);
        // Then
        assertThat(statements(200, () -> support.cancel(number, "the shop is closed")))
                .hasSize(7);
    }

    /** Both orders; their events; the order's latest disputes; the insert. */
    @Test
    void openingADispute_takesFour() {
        // Given
        String earlier = shop.newOrder(4200);
        String number = shop.newOrder(4300);
        Map<String, String> claim = Map.of("kind", "DUPLICATE", "duplicateOf", earlier, "message", "Twice.");
        // Then
        assertThat(statements(
                        201,
                        () -> shop.request()
                                .contentType(ContentType.JSON)
                                .body(claim)
                                .post("/orders/" + number + "/disputes")))
                .hasSize(4);
    }
}
