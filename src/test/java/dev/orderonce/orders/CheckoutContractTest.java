package dev.orderonce.orders;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.nullValue;
import static org.hamcrest.Matchers.startsWith;

import dev.orderonce.testkit.Baskets;
import dev.orderonce.testkit.Database;
import dev.orderonce.testkit.Racers;
import dev.orderonce.testkit.RedisCommands;
import dev.orderonce.testkit.Shop;
import dev.orderonce.testkit.TestClock;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One checkout, one order, forever: whichever number it is placed under, and whatever Redis knows. */
@QuarkusTest
class CheckoutContractTest {
    /** After it, another number is derived for a checkout that Redis does not know. */
    private static final Duration STEP = Duration.ofHours(1);

    @Inject
    TestClock clock;

    private final Shop shop = Shop.newBuyer();

    @AfterEach
    void resetClock() {
        clock.reset();
    }

    /** Two numbers of each of these checkouts; both can be placed. */
    private List<List<String>> twoNumbersOfEach(List<String> checkouts) {
        List<String> first = checkouts.stream()
                .map(id -> shop.issue(id).<String>path("number"))
                .toList();
        checkouts.forEach(id -> RedisCommands.delete(RedisCommands.checkoutKey(shop.subject(), id)));
        clock.putForward(STEP);
        List<String> second = checkouts.stream()
                .map(id -> shop.issue(id).<String>path("number"))
                .toList();
        assertThat(first).doesNotContainAnyElementsOf(second);
        return IntStream.range(0, checkouts.size())
                .mapToObj(i -> List.of(first.get(i), second.get(i)))
                .toList();
    }

    private List<String> twoNumbers() {
        return twoNumbersOfEach(List.of("c1")).getFirst();
    }

    private static Map<String, Object> naming(String checkout, Map<String, Object> basket) {
        Map<String, Object> named = new HashMap<>(basket);
        named.put("checkout", checkout);
        return named;
    }

    @Test
    void order_hasTheCheckoutOfItsNumber() {
        // Given
        String number = shop.issue("c1").path("number");
        // When
        Response placed = shop.place(number);
        // Then
        placed.then().statusCode(201).body("checkout", equalTo("c1"));
        shop.find(number).then().body("checkout", equalTo("c1"));
    }

    @Test
    void orderUnderANumberWithoutACheckout_hasNone() {
        // Given
        String number = shop.request().get("/order-numbers").path("number");
        // When
        Response placed = shop.place(number);
        // Then
        placed.then().statusCode(201).body("checkout", nullValue());
    }

    @Test
    void secondNumberWithTheSameContent_returnsTheOrder() {
        // Given
        List<String> numbers = twoNumbers();
        shop.place(numbers.getFirst(), Baskets.tea(2)).then().statusCode(201);
        // When
        Response second = shop.place(numbers.getLast(), Baskets.tea(2));
        // Then
        second.then()
                .statusCode(200)
                .header("Idempotent-Replayed", "true")
                .body("number", equalTo(numbers.getFirst()))
                .body("checkout", equalTo("c1"))
                .body("duplicated", equalTo(true));
        shop.place(numbers.getLast(), Baskets.tea(2))
                .then()
                .statusCode(200)
                .body("number", equalTo(numbers.getFirst()));
        assertThat(Database.ordersOf(shop.subject())).isOne();
    }

    @Test
    void secondNumberWithOtherContent_isRefusedForEver() {
        // Given
        List<String> numbers = twoNumbers();
        shop.place(numbers.getFirst(), Baskets.tea(2)).then().statusCode(201);
        // When
        Response second = shop.place(numbers.getLast(), Baskets.tea(3));
        // Then
        second.then()
                .statusCode(409)
                .body("type", equalTo("/problems/checkout-completed"))
                .body("retry", equalTo("never"))
                .body("checkout", equalTo("c1"))
                .body("order", equalTo("/orders/" + numbers.getFirst()))
                .body("mismatch.field", hasItem("/total"));
        shop.place(numbers.getLast(), Baskets.tea(3)).then().statusCode(409);
        assertThat(Database.ordersOf(shop.subject())).isOne();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void twoNumbersAtOnce_makeOneOrder(boolean isSameContent) {
        // Given
        List<String> numbers = twoNumbers();
        // When
        List<Response> responses = Racers.race(List.of(
                () -> shop.place(numbers.getFirst(), Baskets.tea(2)),
                () -> shop.place(numbers.getLast(), Baskets.tea(isSameContent ? 2 : 3))));
        // Then
        assertThat(responses)
                .extracting(Response::statusCode)
                .containsExactlyInAnyOrder(201, isSameContent ? 200 : 409);
        assertThat(Database.ordersOf(shop.subject())).isOne();
    }

    /** Two statements that wait for each other's checkouts cost neither of them a request. */
    @Test
    void twoNumbersOfManyCheckoutsAtOnce_makeOneOrderEach() {
        // Given
        List<String> checkouts =
                IntStream.range(0, 12).mapToObj(i -> "checkout-" + i).toList();
        List<Callable<Response>> racers = new ArrayList<>();
        for (List<String> numbers : twoNumbersOfEach(checkouts)) {
            numbers.forEach(number -> racers.add(() -> shop.place(number, Baskets.onlyFor(number))));
        }
        // When
        List<Response> responses = Racers.race(racers);
        // Then
        assertThat(responses).extracting(Response::statusCode).containsOnly(201, 409);
        assertThat(responses)
                .filteredOn(response -> response.statusCode() == 201)
                .hasSize(checkouts.size());
        assertThat(Database.ordersOf(shop.subject())).isEqualTo(checkouts.size());
    }

    @Test
    void completedCheckout_isLedToItsOrderAfterAFlushYearsLater() {
        // Given
        String number = shop.issue("c1").path("number");
        shop.place(number).then().statusCode(201);
        RedisCommands.flush();
        clock.putForward(Duration.ofDays(1000));
        // When
        Response first = shop.issue("c1");
        Response second = shop.issue("c1");
        // Then
        for (Response response : List.of(first, second)) {
            response.then()
                    .statusCode(200)
                    .body("state", equalTo("PLACED"))
                    .body("number", equalTo(number))
                    .body("order", equalTo("/orders/" + number));
        }
        assertThat(RedisCommands.isHeld(shop.subject(), "c1")).isFalse();
    }

    @Test
    void anotherBuyersCheckout_isAnotherOne() {
        // Given
        Shop other = Shop.newBuyer();
        shop.place(shop.issue("c1").path("number")).then().statusCode(201);
        // When
        Response response = other.place(other.issue("c1").path("number"));
        // Then
        response.then().statusCode(201);
    }

    // --- The checkout in the body ---

    @Test
    void checkoutOfTheNumberInTheBody_changesNothing() {
        // Given
        String number = shop.issue("c1").path("number");
        // When
        Response placed = shop.place(number, naming("c1", Baskets.tea(2)));
        // Then
        placed.then().statusCode(201).body("checkout", equalTo("c1"));
        shop.place(number, naming("c1", Baskets.tea(2))).then().statusCode(200);
        shop.place(number, Baskets.tea(2)).then().statusCode(200);
    }

    @Test
    void anotherCheckoutInTheBody_isRefusedAndTheNumberStaysUsable() {
        // Given
        String number = shop.issue("c1").path("number");
        String withoutCheckout = shop.request().get("/order-numbers").path("number");
        // When
        Response other = shop.place(number, naming("c2", Baskets.tea(2)));
        Response none = shop.place(withoutCheckout, naming("c2", Baskets.tea(3)));
        // Then
        for (Response response : List.of(other, none)) {
            response.then()
                    .statusCode(422)
                    .body("type", equalTo("/problems/checkout-differs"))
                    .body("retry", equalTo("after-change"));
        }
        shop.place(number, naming("c2", Baskets.tea(2))).then().statusCode(422);
        shop.place(number, naming("c1", Baskets.tea(2))).then().statusCode(201).body("checkout", equalTo("c1"));
        shop.place(withoutCheckout, Baskets.tea(3)).then().statusCode(201);
    }

    /** Not the order of the named checkout, which is none of this number's business. */
    @Test
    void anotherCheckoutThatIsCompleted_isRefusedAllTheSame() {
        // Given
        shop.place(shop.issue("c2").path("number"), Baskets.tea(2)).then().statusCode(201);
        String number = shop.issue("c1").path("number");
        // When
        Response response = shop.place(number, naming("c2", Baskets.tea(2)));
        // Then
        response.then().statusCode(422).body("type", equalTo("/problems/checkout-differs"));
    }

    @Test
    void anotherCheckoutThanTheOrders_isAMismatch() {
        // Given
        String number = shop.issue("c1").path("number");
        shop.place(number, Baskets.tea(2)).then().statusCode(201);
        // When
        Response response = shop.place(number, naming("c2", Baskets.tea(2)));
        // Then
        response.then()
                .statusCode(422)
                .body("type", equalTo("/problems/order-differs"))
                .body("mismatch[0].field", equalTo("/checkout"))
                .body("mismatch[0].placed", equalTo("c1"))
                .body("mismatch[0].submitted", equalTo("c2"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "a b", "ü"})
    void checkoutThatIsNone_isAViolation(String checkout) {
        // When
        Response response = shop.badRequest()
                .contentType(ContentType.JSON)
                .body(Baskets.under(shop.newNumber(), naming(checkout, Baskets.tea(2))))
                .post("/orders");
        // Then
        response.then()
                .statusCode(400)
                .body("violations[0].field", equalTo("/checkout"))
                .body("violations[0].message", startsWith("must be 1 to 128 visible"));
    }

    @Test
    void checkoutWithAnIdempotencyKey_isRefused() {
        // When
        Response response = shop.placeByKey(UUID.randomUUID().toString(), naming("c1", Baskets.tea(2)));
        // Then
        response.then()
                .statusCode(400)
                .body("violations[0].field", equalTo("/checkout"))
                .body("violations[0].message", startsWith("does not go with an Idempotency-Key"));
    }
}
