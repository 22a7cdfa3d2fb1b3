package dev.orderonce.orders;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.notNullValue;

import dev.orderonce.testkit.Baskets;
import dev.orderonce.testkit.Database;
import dev.orderonce.testkit.Racers;
import dev.orderonce.testkit.Shop;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The version of an order: ETag, If-None-Match and If-Match. */
@QuarkusTest
class OrderVersionsContractTest {
    private final Shop shop = Shop.newBuyer();
    private final Shop merchant = Shop.as("merchant", "merchant");
    private final Shop support = Shop.as("sam-of-support", "support");

    private String paid() {
        String number = shop.newOrder(4200);
        shop.pay(number).then().statusCode(201);
        return number;
    }

    private String tag(String number) {
        return shop.find(number).then().statusCode(200).extract().header("ETag");
    }

    /** A POST of a move below {@code /orders/{number}}, if the order has this tag. */
    private static Response move(Shop who, String number, String move, String tag) {
        RequestSpecification request = who.request().header("If-Match", tag);
        return switch (move) {
            case "hold", "release", "cancellation" ->
                request.contentType(ContentType.JSON)
                        .body(Map.of("reason", "the buyer called"))
                        .post("/orders/{number}/" + move, number);
            case "refunds" ->
                request.contentType(ContentType.JSON)
                        .header("Idempotency-Key", UUID.randomUUID().toString())
                        .body(Map.of("amount", 1000, "reason", "one was broken"))
                        .post("/orders/{number}/refunds", number);
            default -> request.post("/orders/{number}/" + move, number);
        };
    }

    private static void assertRefused(Response response, String state, String tag) {
        response.then()
                .statusCode(412)
                .header("ETag", equalTo(tag))
                .body("type", equalTo("/problems/order-changed"))
                .body("retry", equalTo("after-change"))
                .body("state", equalTo(state))
                .body("next", notNullValue())
                .body("order", notNullValue());
    }

    @Test
    void everyChange_hasItsVersion() {
        // When
        String issued = shop.newNumber();
        Map<String, Object> basket = Baskets.worth(4200);
        Response placed = shop.place(issued, basket);
        Response repeated = shop.place(issued, basket);
        String number = placed.path("number");
        shop.pay(number).then().statusCode(201);
        Response paid = shop.find(number);
        Response held = support.hold(number, "the address is odd");
        Response released = support.release(number, "all is well");
        Response partlyRefunded = support.refund(number, 1000);
        Response shipped = merchant.ship(number);
        Response shippedAgain = merchant.ship(number);
        // Then
        placed.then().statusCode(201).header("ETag", equalTo("\"1\""));
        repeated.then().statusCode(200).header("ETag", equalTo("\"1\""));
        paid.then().header("ETag", equalTo("\"3\""));
        held.then().header("ETag", equalTo("\"4\""));
        released.then().header("ETag", equalTo("\"5\""));
        partlyRefunded.then().statusCode(201);
        shipped.then().statusCode(200).header("ETag", equalTo("\"8\""));
        shippedAgain.then().statusCode(200).header("ETag", equalTo("\"8\""));
        assertThat(tag(number)).isEqualTo("\"8\"");
        assertThat(shop.history(number)).hasSize(8);
        assertThat(Database.value("SELECT max(sequence) FROM order_events WHERE number = '%s'"
                        .formatted(number.replace("-", ""))))
                .isEqualTo("8");
    }

    @Test
    void orderOfNothing_isInItsSecondVersionWhenItIsPlaced() {
        // Given
        Map<String, Object> basket = new HashMap<>(Baskets.worth(4200));
        basket.put("charges", List.of(Map.of("kind", "DISCOUNT", "label", "coupon", "amount", -4200)));
        basket.put("total", 0);
        // When
        Response placed = shop.place(shop.newNumber(), basket);
        // Then
        placed.then().statusCode(201).header("ETag", equalTo("\"2\"")).body("state", equalTo("PAID"));
        assertThat(tag(placed.path("number"))).isEqualTo("\"2\"");
    }

    @Test
    void movesOfMoney_returnTheVersionThatTheyLedTo() {
        // Given
        String number = paid();
        // When
        Response cancelled = shop.cancel(number);
        // Then
        cancelled.then().statusCode(200).body("state", equalTo("REFUNDED"));
        assertThat(cancelled.header("ETag")).isEqualTo(tag(number));
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"1\"", "W/\"1\"", "\"9\", \"1\"", "*"})
    void knownVersion_isNotSentAgain(String known) {
        // Given
        String number = shop.newOrder(4200);
        // When
        Response response = shop.request().header("If-None-Match", known).get("/orders/{number}", number);
        // Then
        response.then().statusCode(304).header("ETag", equalTo("\"1\"")).header("Cache-Control", equalTo("no-store"));
        assertThat(response.asString()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"2\"", "\"01\"", "\"\""})
    void otherVersion_isSent(String known) {
        // Given
        String number = shop.newOrder(4200);
        // When
        Response response = support.request().header("If-None-Match", known).get("/orders/{number}", number);
        // Then
        response.then().statusCode(200).header("ETag", equalTo("\"1\"")).body("number", equalTo(number));
    }

    @Test
    void absentOrder_hasNoVersion() {
        shop.request()
                .header("If-None-Match", "*")
                .get("/orders/{number}", shop.newNumber())
                .then()
                .statusCode(404);
        merchant.request()
                .header("If-Match", "\"1\"")
                .post("/orders/{number}/shipment", shop.newNumber())
                .then()
                .statusCode(404);
    }

    @ParameterizedTest
    @ValueSource(strings = {"1", "\"1", "*, \"1\"", "w/\"1\""})
    void malformedHeader_isRefused(String tags) {
        // Given
        String number = paid();
        // When
        List<Response> responses = List.of(
                shop.request().header("If-None-Match", tags).get("/orders/{number}", number),
                move(merchant, number, "shipment", tags),
                move(support, number, "hold", tags),
                move(support, number, "refunds", tags),
                move(support, number, "cancellation", tags));
        // Then
        assertThat(responses)
                .allSatisfy(response ->
                        response.then().statusCode(400).body("type", equalTo("/problems/parameter-invalid")));
        assertThat(tag(number)).isEqualTo("\"3\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"2\"", "W/\"3\"", "\"1\", \"2\"", "\"x\"", "\"99999999999\"", "\"03\""})
    void move_ofAnotherVersion_isRefusedAndChangesNothing(String tags) {
        // Given
        String number = paid();
        // When
        List<Response> responses = List.of(
                move(merchant, number, "shipment", tags),
                move(merchant, number, "completion", tags),
                move(support, number, "return", tags),
                move(merchant, number, "receipt", tags),
                move(support, number, "hold", tags),
                move(support, number, "release", tags),
                move(support, number, "refunds", tags),
                move(support, number, "cancellation", tags),
                move(shop, number, "cancellation", tags));
        // Then
        assertThat(responses).allSatisfy(response -> assertRefused(response, "PAID", "\"3\""));
        assertThat(shop.history(number)).containsExactly("PLACED", "PAYMENT_BEGUN", "PAID");
    }

    @ParameterizedTest
    @ValueSource(strings = {"shipment", "hold", "refunds", "cancellation"})
    void move_ofTheCurrentVersion_isMade(String move) {
        // Given
        String number = paid();
        Shop who = move.equals("shipment") ? merchant : support;
        // When
        Response made = move(who, number, move, "\"7\", " + tag(number));
        Response again = move(who, number, move, "\"3\"");
        // Then
        assertThat(made.statusCode()).isIn(200, 201);
        again.then().statusCode(412);
    }

    @Test
    void release_ofTheCurrentVersion_endsTheHolds() {
        // Given
        String number = paid();
        support.hold(number, "the address is odd").then().statusCode(200);
        // Then
        move(support, number, "release", "\"3\"").then().statusCode(412);
        move(support, number, "release", "\"4\"").then().statusCode(200).header("ETag", equalTo("\"5\""));
        move(merchant, number, "shipment", "\"5\"").then().statusCode(200);
        move(merchant, number, "completion", "\"6\"").then().statusCode(200);
        move(support, number, "return", "\"7\"").then().statusCode(200);
        move(merchant, number, "receipt", "\"8\"").then().statusCode(200).header("ETag", equalTo("\"9\""));
    }

    @Test
    void anyVersion_isAsWithoutTheHeader() {
        // Given
        String number = paid();
        // Then
        move(merchant, number, "shipment", "*").then().statusCode(200);
        move(merchant, number, "shipment", "*").then().statusCode(200).header("Idempotent-Replayed", "true");
    }

    @Test
    void refundThatExists_isReturnedForItsKeyWhateverTheVersion() {
        // Given
        String number = paid();
        String key = UUID.randomUUID().toString();
        // When
        Callable<Response> refund = () -> support.request()
                .header("If-Match", "\"3\"")
                .header("Idempotency-Key", key)
                .contentType(ContentType.JSON)
                .body(Map.of("amount", 1000, "reason", "one was broken"))
                .post("/orders/{number}/refunds", number);
        List<Integer> statuses = Racers.race(List.of(refund, refund)).stream()
                .map(Response::statusCode)
                .toList();
        // Then: of two at once one decides; the other is a repeat, or was later than the first and finds it busy
        assertThat(statuses).contains(201).doesNotContain(412);
        assertThat(support.request()
                        .header("If-Match", "\"3\"")
                        .header("Idempotency-Key", key)
                        .contentType(ContentType.JSON)
                        .body(Map.of("amount", 1000, "reason", "one was broken"))
                        .post("/orders/{number}/refunds", number)
                        .statusCode())
                .isEqualTo(200);
    }

    @RepeatedTest(5)
    void ofStaffWithTheSameVersion_oneWins() {
        // Given
        String number = paid();
        List<Callable<Response>> racers = IntStream.range(0, 8)
                .<Callable<Response>>mapToObj(i -> switch (i % 4) {
                    case 0 -> () -> move(merchant, number, "shipment", "\"3\"");
                    case 1 -> () -> move(support, number, "hold", "\"3\"");
                    case 2 -> () -> move(support, number, "cancellation", "\"3\"");
                    default -> () -> move(support, number, "refunds", "\"3\"");
                })
                .toList();
        // When
        List<Response> responses = Racers.race(racers);
        // Then: a colleague's payment in progress is another refusal; nothing but one request changed the order
        assertThat(responses.stream().filter(response -> response.statusCode() < 300))
                .hasSize(1);
        assertThat(responses.stream().filter(response -> response.statusCode() >= 300))
                .allSatisfy(response -> assertThat(response.<String>path("type"))
                        .isIn("/problems/order-changed", "/problems/order-busy"));
        List<String> since =
                shop.history(number).subList(3, shop.history(number).size());
        assertThat(since)
                .isIn(
                        List.of("SHIPPED"),
                        List.of("HELD"),
                        List.of("REFUND_BEGUN", "REFUNDED"),
                        List.of("PARTIAL_REFUND_BEGUN", "PARTIALLY_REFUNDED"));
    }

    /** The statement decides, not a read before it. */
    @RepeatedTest(5)
    void ofHoldsWithTheSameVersion_oneWins() {
        // Given
        String number = shop.newOrder(4200);
        // When
        List<Callable<Response>> racers = IntStream.range(0, 6)
                .<Callable<Response>>mapToObj(
                        i -> () -> move(support, number, i % 2 == 0 ? "hold" : "cancellation", "\"1\""))
                .toList();
        List<Response> responses = Racers.race(racers);
        // Then
        assertThat(responses.stream().filter(response -> response.statusCode() < 300))
                .hasSize(1);
        assertThat(shop.history(number)).hasSize(2);
    }
}
