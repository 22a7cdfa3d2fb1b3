package dev.orderonce.payments;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;

import dev.orderonce.testkit.Database;
import dev.orderonce.testkit.Shop;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Notifications of the provider: signed or not, late, twice, out of order. */
@QuarkusTest
class NotificationsContractTest {
    private static final Duration BOUND = Duration.ofSeconds(30);

    @Inject
    PaymentSettings settings;

    @Inject
    Clock clock;

    private final Shop shop = Shop.newBuyer();
    private final Shop support = Shop.as("support", "support");
    private final Shop merchant = Shop.as("merchant", "merchant");

    private static String body(String event, String payment, String kind) {
        return "{\"event\":\"%s\",\"reference\":\"%s\",\"kind\":\"%s\",\"new member\":1}"
                .formatted(event, payment, kind);
    }

    private Response tell(String event, String payment, String kind) {
        return send(body(event, payment, kind), clock.instant(), secret());
    }

    private String secret() {
        return settings.notificationSecret().orElseThrow();
    }

    private static Response send(String body, Instant at, String secret) {
        return Shop.anonymous()
                .header("Payment-Signature", ReceiveNotification.sign(secret, at, body))
                .contentType(ContentType.JSON)
                .body(body)
                .post("/payments/notifications");
    }

    private static String newEvent() {
        return "evt-" + UUID.randomUUID();
    }

    /** An order whose capture was requested, did not reach the provider and is still open. */
    private String unknown(String number) {
        return shop.pay(number).then().statusCode(202).extract().path("payment");
    }

    @Test
    void captured_settlesWhatTheProviderDidNotAnswer() {
        // Given
        String number = shop.newOrder(4904);
        String payment = unknown(number);
        // When
        Response response = tell(newEvent(), payment, "captured");
        // Then
        response.then().statusCode(204);
        shop.find(number).then().body("state", equalTo("PAID"));
        assertThat(shop.history(number)).containsExactly("PLACED", "PAYMENT_BEGUN", "PAID");
    }

    @Test
    void declined_opensTheOrderAgain() {
        // Given
        String number = shop.newOrder(4904);
        String payment = unknown(number);
        // When
        Response response = tell(newEvent(), payment, "declined");
        // Then
        response.then().statusCode(204);
        shop.find(number).then().body("state", equalTo("CREATED"));
    }

    @Test
    void sameEventAgain_changesNothing() {
        // Given
        String number = shop.newOrder(4904);
        String payment = unknown(number);
        String event = newEvent();
        tell(event, payment, "captured").then().statusCode(204);
        // When
        Response response = tell(event, payment, "captured");
        // Then
        response.then().statusCode(204);
        assertThat(shop.history(number)).containsExactly("PLACED", "PAYMENT_BEGUN", "PAID");
    }

    /** Refunded in the provider's console, or by the buyer's bank. */
    @Test
    void refundedWithoutARequest_changesTheOrder() {
        // Given
        String number = shop.newOrder(4200);
        String payment = shop.pay(number).then().statusCode(201).extract().path("payment");
        // When
        Response response = tell(newEvent(), payment, "refunded");
        // Then
        response.then().statusCode(204);
        shop.find(number).then().body("state", equalTo("REFUNDED"));
        assertThat(shop.history(number)).containsExactly("PLACED", "PAYMENT_BEGUN", "PAID", "REFUND_BEGUN", "REFUNDED");
        merchant.ship(number).then().statusCode(409);
    }

    @Test
    void refundedAfterTheShipment_changesTheOrder() {
        // Given
        String number = shop.newOrder(4200);
        String payment = shop.pay(number).then().statusCode(201).extract().path("payment");
        merchant.ship(number).then().statusCode(200);
        // When
        tell(newEvent(), payment, "refunded").then().statusCode(204);
        // Then
        shop.find(number).then().body("state", equalTo("REFUNDED")).body("refunded", equalTo(4200));
        assertThat(shop.history(number)).endsWith("SHIPPED", "REFUND_BEGUN", "REFUNDED");
    }

    @Test
    void sameEventOfTwoPayments_isDealtWithForEach() {
        // Given
        String first = shop.newOrder(4904);
        String second = shop.newOrder(4914);
        String firstPayment = unknown(first);
        String secondPayment = shop.pay(second).then().extract().path("payment");
        String event = newEvent();
        // When
        tell(event, firstPayment, "captured").then().statusCode(204);
        tell(event, secondPayment, "refunded").then().statusCode(204);
        // Then
        shop.find(first).then().body("state", equalTo("PAID"));
        shop.find(second).then().body("state", equalTo("REFUNDED"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"\\u0000", "evt\\u0000x", "\\ud800"})
    void eventThatCannotBeKept_isRefused(String event) {
        // Given
        String payment = unknown(shop.newOrder(4904));
        // Then
        tell(event, payment, "captured").then().statusCode(400);
        tell(newEvent(), event, "captured").then().statusCode(400);
    }

    @Test
    void lateDeclinedAfterCaptured_changesNothing() {
        // Given
        String number = shop.newOrder(4200);
        String payment = shop.pay(number).path("payment");
        // When
        Response response = tell(newEvent(), payment, "declined");
        // Then
        response.then().statusCode(204);
        shop.find(number).then().body("state", equalTo("PAID"));
    }

    @Test
    void capturedAfterDeclined_isRefunded() {
        // Given
        String number = shop.newOrder(4904);
        String payment = unknown(number);
        tell(newEvent(), payment, "declined").then().statusCode(204);
        // When
        Response response = tell(newEvent(), payment, "captured");
        // Then: it is refunded as soon as the provider reports the capture
        response.then().statusCode(204);
        shop.find(number).then().body("state", equalTo("CREATED"));
        assertThat(Database.paymentStates(number)).isSubsetOf("REFUNDING", "REFUNDED");
    }

    @Test
    void capturedAfterCancelled_isRefundedOnceByItself() {
        // Given
        String number = shop.newOrder(4903);
        String payment = unknown(number);
        support.cancel(number, "the buyer called").then().statusCode(202);
        // When
        tell(newEvent(), payment, "captured").then().statusCode(204);
        tell(newEvent(), payment, "captured").then().statusCode(204);
        // Then
        await().atMost(BOUND).until(() -> Database.paymentStates(number).equals(List.of("REFUNDED")));
        shop.find(number).then().body("state", equalTo("CANCELLED"));
    }

    @Test
    void withoutASignature_isRefused() {
        // When
        Response response = Shop.anonymous()
                .contentType(ContentType.JSON)
                .body(body(newEvent(), "p-1", "captured"))
                .post("/payments/notifications");
        // Then
        response.then().statusCode(401).body("type", equalTo("/problems/notification-refused"));
    }

    @Test
    void signedByAnother_isRefusedAndDoesNothing() {
        // Given
        String number = shop.newOrder(4904);
        String payment = unknown(number);
        String body = body(newEvent(), payment, "captured");
        // When
        Response response = send(body, clock.instant(), "another secret");
        // Then
        response.then().statusCode(401);
        assertThat(shop.history(number)).containsExactly("PLACED", "PAYMENT_BEGUN");
    }

    @ParameterizedTest
    @ValueSource(longs = {-3600, -301, 301, 3600})
    void signedTooLongAgoOrTooEarly_isRefused(long seconds) {
        // When
        Response response =
                send(body(newEvent(), "p-1", "captured"), clock.instant().plusSeconds(seconds), secret());
        // Then
        response.then().statusCode(401);
    }

    @Test
    void ofNoPaymentOfOurs_isNotFound() {
        // When
        Response response = tell(newEvent(), "p-unknown", "captured");
        // Then
        response.then().statusCode(404);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "[]", "{}", "{\"event\":\"e\",\"kind\":\"exploded\"}"})
    void thatCannotBeUnderstood_isRefused(String body) {
        // When
        Response response = send(body, clock.instant(), secret());
        // Then
        response.then().statusCode(400).body("type", equalTo("/problems/body-unreadable"));
    }
}
