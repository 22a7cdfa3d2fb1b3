package dev.orderonce.orders;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasKey;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.nullValue;
import static org.hamcrest.Matchers.startsWith;

import dev.orderonce.identity.Buyer;
import dev.orderonce.numbers.OrderNumber;
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
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Orders under an idempotency key: every outcome of POST /orders with one. */
@QuarkusTest
class PlaceByKeyContractTest {
    private static final int RACERS = 16;

    @Inject
    TestClock clock;

    private final Shop shop = Shop.newBuyer();
    private final String key = UUID.randomUUID().toString();

    @AfterEach
    void resetClock() {
        clock.reset();
    }

    @Test
    void firstSubmit_placesTheOrderAndReturnsItsKey() {
        // When
        Response response = shop.placeByKey(key);
        // Then
        String number = response.path("number");
        response.then()
                .statusCode(201)
                .header("Location", "/orders/" + number)
                .header("Idempotent-Replayed", nullValue())
                .body("number", startsWith("Z"))
                .body("idempotencyKey", equalTo(key))
                .body("state", equalTo("CREATED"))
                .body("duplicated", equalTo(false))
                .body("total", equalTo(4200));
        assertThat(Database.rows(number)).isOne();
        assertThat(Database.events(number)).isOne();
    }

    @Test
    void sameKeySameContent_isAReplay() {
        // Given
        Response first = shop.placeByKey(key);
        // When
        Response second = shop.placeByKey(key);
        // Then
        second.then()
                .statusCode(200)
                .header("Idempotent-Replayed", "true")
                .body("duplicated", equalTo(true))
                .body("idempotencyKey", equalTo(key))
                .body("number", equalTo(first.path("number")))
                .body("placedAt", equalTo(first.path("placedAt")));
        assertThat(Database.ordersOf(shop.subject())).isOne();
    }

    @Test
    void sameKeyAsAString_isTheSameKey() {
        // Given
        String number = shop.placeByKey(key).path("number");
        // When
        Response quoted = shop.placeByKey('"' + key + '"', Baskets.onlyFor(key));
        // Then
        quoted.then().statusCode(200).body("number", equalTo(number));
    }

    @Test
    void sameKeyAfterYearsAndWithoutAnyMarker_isStillAReplay() {
        // Given
        String number = shop.placeByKey(key).path("number");
        RedisCommands.flush();
        // Half an hour represents years: a token would not outlive them, and no code that
        // keeps a key reads a clock.
        clock.putForward(Duration.ofMinutes(30));
        // When
        Response response = shop.placeByKey(key);
        // Then
        response.then().statusCode(200).body("number", equalTo(number));
    }

    @Test
    void sameKeyOtherContent_namesWhatDiffers() {
        // Given
        String number = shop.placeByKey(key).path("number");
        // When
        Response response = shop.placeByKey(key, Baskets.tea(3));
        // Then
        response.then()
                .statusCode(422)
                .body("type", equalTo("/problems/order-differs"))
                .body("retry", equalTo("never"))
                .body("number", equalTo(number))
                .body("order", equalTo("/orders/" + number))
                .body("mismatch.find { it.field == '/total' }.placed", equalTo(4200))
                .body("mismatch.find { it.field == '/total' }.submitted", equalTo(6300));
    }

    @Test
    void numberAndKey_areNotSentTogether() {
        // Given
        String number = shop.newNumber();
        // When
        Response response = shop.request()
                .header("Idempotency-Key", key)
                .contentType(ContentType.JSON)
                .body(Baskets.under(number, Baskets.tea(2)))
                .post("/orders");
        // Then
        response.then()
                .statusCode(400)
                .body("type", equalTo("/problems/number-and-key"))
                .body("retry", equalTo("after-change"))
                .body("detail", containsString("Send one of them"));
        shop.place(number).then().statusCode(201);
        shop.placeByKey(key).then().statusCode(201);
    }

    @Test
    void neitherNumberNorKey_isRefusedNamingBoth() {
        // When
        Response response = shop.request()
                .contentType(ContentType.JSON)
                .body(Baskets.tea(2))
                .post("/orders");
        // Then
        response.then()
                .statusCode(400)
                .body("type", equalTo("/problems/number-missing"))
                .body("detail", containsString("orderNumber"))
                .body("detail", containsString("Idempotency-Key"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "short",
                "nineteen-characters",
                "eight and twenty with blanks",
                "\"the closing quote is missing",
                "two-keys-joined-by-a-proxy, another-key-joined-by-a-proxy"
            })
    void keyThatIsNone_isRefusedWithItsReason(String unusable) {
        // When
        Response response = shop.request()
                .header("Idempotency-Key", unusable)
                .contentType(ContentType.JSON)
                .body(Baskets.tea(2))
                .post("/orders");
        // Then
        response.then()
                .statusCode(400)
                .body("type", equalTo("/problems/key-unusable"))
                .body("retry", equalTo("after-change"))
                .body("detail", startsWith("The Idempotency-Key is invalid: "));
        assertThat(Database.ordersOf(shop.subject())).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"%1$s, %1$s", "\"%1$s\", \"%1$s\"", "\"%1$s\";v=1"})
    void keyOfAnOrderInAnotherSpelling_isAReplay(String spelling) {
        // Given
        shop.placeByKey(key).then().statusCode(201);
        // When
        Response response = shop.placeByKey(spelling.formatted(key), Baskets.onlyFor(key));
        // Then
        response.then().statusCode(200).body("duplicated", equalTo(true));
    }

    @Test
    void keyOfAnOrderSentAsTwoHeaders_isAReplay() {
        // Given
        shop.placeByKey(key).then().statusCode(201);
        // When
        Response response = shop.badRequest()
                .header("Idempotency-Key", key)
                .header("Idempotency-Key", key)
                .contentType(ContentType.JSON)
                .body(Baskets.onlyFor(key))
                .post("/orders");
        // Then
        response.then().statusCode(200).body("duplicated", equalTo(true));
    }

    /** I2: an order exists under the key, so no spelling of it may lead to a second one. */
    @ParameterizedTest
    @ValueSource(strings = {"%1$s;v=1", "\"%1$s", "%1$s, another-key-of-twenty-characters", "%1$s,"})
    void keyOfAnOrderThatCannotBeRead_isNotToBeReplaced(String spelling) {
        // Given
        shop.placeByKey(key).then().statusCode(201);
        // When
        Response response = shop.placeByKey(spelling.formatted(key), Baskets.onlyFor(key));
        // Then
        response.then().statusCode(400).body("retry", equalTo("after-change"));
        assertThat(Database.ordersOf(shop.subject())).isOne();
    }

    /** A proxy that removes the header must not turn a repeat into a second order. */
    @Test
    void keyOfAnOrderLeftOut_isNotToBeReplaced() {
        // Given
        shop.placeByKey(key).then().statusCode(201);
        // When
        Response response = shop.request()
                .contentType(ContentType.JSON)
                .body(Baskets.onlyFor(key))
                .post("/orders");
        // Then
        response.then().statusCode(400).body("retry", equalTo("after-change"));
    }

    @Test
    void numberOfTheOrderSentAsOrderNumber_isAReplay() {
        // Given
        String number = shop.placeByKey(key).path("number");
        // When
        Response same = shop.place(number, Baskets.onlyFor(key));
        Response other = shop.place(number, Baskets.tea(9));
        // Then
        same.then().statusCode(200).body("duplicated", equalTo(true)).body("number", equalTo(number));
        other.then().statusCode(422).body("order", equalTo("/orders/" + number));
    }

    @Test
    void twoKeys_areRefused() {
        // When
        Response response = shop.badRequest()
                .header("Idempotency-Key", key)
                .header("Idempotency-Key", UUID.randomUUID().toString())
                .contentType(ContentType.JSON)
                .body(Baskets.tea(2))
                .post("/orders");
        // Then
        response.then().statusCode(400).body("type", equalTo("/problems/key-unusable"));
    }

    @Test
    void refusalBeforeAnyEffect_doesNotPinTheKey() {
        // Given
        shop.badRequest()
                .header("Idempotency-Key", key)
                .contentType(ContentType.JSON)
                .body(Map.of("currency", "EUR", "total", 1, "lines", List.of()))
                .post("/orders")
                .then()
                .statusCode(400)
                .body("type", equalTo("/problems/body-invalid"));
        // When
        Response response = shop.placeByKey(key, Baskets.tea(3));
        // Then
        response.then().statusCode(201);
    }

    @Test
    void twoBuyersWithOneKey_makeTwoOrdersAndNeitherSeesTheOther() {
        // Given
        Shop other = Shop.newBuyer();
        String mine = shop.placeByKey(key).path("number");
        // When
        Response theirs = other.placeByKey(key, Baskets.tea(3));
        // Then
        theirs.then().statusCode(201).body("number", not(equalTo(mine)));
        shop.placeByKey(key).then().statusCode(200).body("number", equalTo(mine));
        other.find(mine).then().statusCode(404);
    }

    /** Only a request with the key can place the order, not one with its number. */
    @Test
    void numberOfAKeyThatWasNotUsed_isNotAnOrderNumber() {
        // Given
        String number = OrderNumber.ofClientKey(new Buyer(shop.subject()), key).shown();
        // When
        Response placed = shop.place(number);
        // Then
        placed.then().statusCode(400).body("type", equalTo("/problems/number-unknown"));
        assertThat(Database.rows(number)).isZero();
    }

    @Test
    void itsOrder_isFoundAndListedWithItsKey() {
        // Given
        String number = shop.placeByKey(key).path("number");
        // Then
        shop.find(number).then().statusCode(200).body("idempotencyKey", equalTo(key));
        shop.request()
                .get("/orders")
                .then()
                .statusCode(200)
                .body("orders", hasSize(1))
                .body("orders[0].idempotencyKey", equalTo(key));
        Shop.as("staff", "support").find(number).then().statusCode(200).body("idempotencyKey", equalTo(key));
    }

    @Test
    void orderUnderAnIssuedNumber_hasNoKey() {
        // When
        Response response = shop.place(shop.newNumber());
        // Then
        response.then().statusCode(201).body("$", not(hasKey("idempotencyKey")));
    }

    @Test
    void anotherKeyWithTheSameDigest_isRefusedAndNothingOfItIsShown() {
        // Given: no two such keys are known, so one is put into the table
        OrderNumber number = OrderNumber.ofClientKey(new Buyer(shop.subject()), key);
        Database.insertOrder(number.symbols(), shop.subject(), "another-key-of-this-buyer");
        // When
        Response response = shop.placeByKey(key);
        // Then
        response.then()
                .statusCode(400)
                .body("type", equalTo("/problems/key-collides"))
                .body("retry", equalTo("new-key"))
                .body("order", nullValue());
        assertThat(Database.ordersOf(shop.subject())).isOne();
    }

    @RepeatedTest(20)
    void sixteenRacersOnOneKey_makeOneOrder() {
        // Given
        Callable<Response> racer = () -> shop.placeByKey(key);
        // When
        List<Response> answers = Racers.race(Collections.nCopies(RACERS, racer));
        // Then
        List<Integer> statuses = answers.stream().map(Response::statusCode).toList();
        assertThat(statuses).hasSize(RACERS).containsOnly(200, 201);
        assertThat(Collections.frequency(statuses, 201)).isOne();
        assertThat(Database.ordersOf(shop.subject())).isOne();
    }

    @RepeatedTest(20)
    void sixteenRacersWithoutAnyMarker_stillMakeOneOrder() {
        // Given: the markers are deleted while the requests race
        Callable<Response> racer = () -> {
            RedisCommands.flush();
            return shop.placeByKey(key);
        };
        // When
        List<Response> answers = Racers.race(Collections.nCopies(RACERS, racer));
        // Then
        List<Integer> statuses = answers.stream().map(Response::statusCode).toList();
        assertThat(statuses).hasSize(RACERS).containsOnly(200, 201);
        assertThat(Collections.frequency(statuses, 201)).isOne();
        assertThat(Database.ordersOf(shop.subject())).isOne();
    }
}
