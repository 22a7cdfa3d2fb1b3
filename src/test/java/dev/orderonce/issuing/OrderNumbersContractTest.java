package dev.orderonce.issuing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.matchesPattern;
import static org.hamcrest.Matchers.nullValue;

import dev.orderonce.identity.Buyer;
import dev.orderonce.numbers.OrderNumber;
import dev.orderonce.testkit.Database;
import dev.orderonce.testkit.RedisCommands;
import dev.orderonce.testkit.Shop;
import dev.orderonce.testkit.TestClock;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The contract of /order-numbers: issue, look up, void. */
@QuarkusTest
class OrderNumbersContractTest {
    @Inject
    TestClock clock;

    private final Shop shop = Shop.newBuyer();

    @AfterEach
    void resetClock() {
        clock.reset();
    }

    @Test
    void issue_givesANumberThatCanBePlaced() {
        // When
        Response response = shop.issue("c1");
        // Then
        response.then()
                .statusCode(200)
                .header("Cache-Control", "no-store")
                .body("number", matchesPattern("[0-9A-HJKMNP-TV-Z]{6}(-[0-9A-HJKMNP-TV-Z]{6}){2}"))
                .body("state", equalTo("ISSUED"))
                .body("order", nullValue());
        Instant issuedAt = Instant.parse(response.path("issuedAt"));
        Instant expiresAt = Instant.parse(response.path("expiresAt"));
        assertThat(Duration.between(issuedAt, expiresAt)).isEqualTo(Duration.ofHours(2));
    }

    @Test
    void sameCheckout_getsTheSameNumber() {
        // Given
        String first = shop.issue("c1").path("number");
        // When
        Response again = shop.request().queryParam("checkout", "c1").post("/order-numbers");
        // Then
        again.then().statusCode(200).body("number", equalTo(first)).body("state", equalTo("ISSUED"));
    }

    @Test
    void anotherCheckoutAnotherBuyerOrNone_getsAnotherNumber() {
        // Given
        String first = shop.issue("c1").path("number");
        // When
        String anotherCheckout = shop.issue("c2").path("number");
        String anotherBuyer = Shop.newBuyer().issue("c1").path("number");
        String none = shop.request().get("/order-numbers").path("number");
        // Then
        assertThat(java.util.Set.of(first, anotherCheckout, anotherBuyer, none)).hasSize(4);
    }

    @Test
    void checkoutThatWasPlaced_isLedToItsOrder() {
        // Given
        String number = shop.issue("c1").path("number");
        shop.place(number).then().statusCode(201);
        // When
        Response reloaded = shop.issue("c1");
        // Then
        reloaded.then()
                .statusCode(200)
                .body("number", equalTo(number))
                .body("state", equalTo("PLACED"))
                .body("order", equalTo("/orders/" + number));
    }

    @Test
    void checkoutWhoseNumberWasVoided_getsANewOne() {
        // Given
        String number = shop.issue("c1").path("number");
        shop.voidNumber(number).then().statusCode(200);
        // When
        String next = shop.issue("c1").path("number");
        // Then
        assertThat(next).isNotEqualTo(number);
        assertThat(shop.issue("c1").<String>path("number")).isEqualTo(next);
    }

    @Test
    void checkoutWhoseNumberExpired_getsANewOneOnlyAfterTheOldIsSpent() {
        // Given
        String number = shop.issue("c1").path("number");
        clock.putForward(Duration.ofHours(3));
        // When
        String next = shop.issue("c1").path("number");
        // Then
        assertThat(next).isNotEqualTo(number);
        assertThat(Database.voidReason(number)).isEqualTo("EXPIRED");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "a b", "ü", "\u0007"})
    void checkoutThatIsNone_isRefusedWithASentence(String checkout) {
        // When
        Response response = shop.badRequest().queryParam("checkout", checkout).get("/order-numbers");
        // Then
        response.then().statusCode(400).body("type", equalTo("/problems/parameter-invalid"));
    }

    @Test
    void checkoutTooLong_isRefused() {
        shop.badRequest()
                .queryParam("checkout", "c".repeat(129))
                .get("/order-numbers")
                .then()
                .statusCode(400);
        shop.request()
                .queryParam("checkout", "c".repeat(128))
                .get("/order-numbers")
                .then()
                .statusCode(200);
    }

    @Test
    void state_followsTheNumber() {
        // Given
        String placed = shop.newNumber();
        String voided = shop.newNumber();
        String issued = shop.newNumber();
        String expired = shop.newNumber();
        // When
        shop.place(placed).then().statusCode(201);
        shop.voidNumber(voided).then().statusCode(200).body("state", equalTo("VOIDED"));
        // Then
        shop.state(issued).then().statusCode(200).body("state", equalTo("ISSUED"));
        shop.state(placed).then().body("state", equalTo("PLACED")).body("order", equalTo("/orders/" + placed));
        shop.state(voided).then().body("state", equalTo("VOIDED"));
        clock.putForward(Duration.ofHours(2));
        shop.state(expired).then().body("state", equalTo("EXPIRED"));
        assertThat(Database.voidReason(expired)).isEqualTo("EXPIRED");
        shop.state(placed).then().body("state", equalTo("PLACED"));
    }

    @Test
    void voidingAPlacedNumber_returnsTheOrder() {
        // Given
        String number = shop.newNumber();
        shop.place(number).then().statusCode(201);
        // When
        Response response = shop.voidNumber(number);
        // Then
        response.then()
                .statusCode(409)
                .body("type", equalTo("/problems/number-already-placed"))
                .body("order", equalTo("/orders/" + number))
                .body("retry", equalTo("never"));
        assertThat(Database.state(number)).isEqualTo("CREATED");
    }

    @Test
    void voidingTwice_isTheSameAsOnce() {
        // Given
        String number = shop.newNumber();
        shop.voidNumber(number).then().statusCode(200);
        // When
        Response again = shop.voidNumber(number);
        // Then
        again.then().statusCode(200).body("state", equalTo("VOIDED"));
    }

    @Test
    void anotherBuyersNumber_readsAsAbsent() {
        // Given
        Shop other = Shop.newBuyer();
        String number = other.newNumber();
        String madeUp = "ZZZZZZ-ZZZZZZ-ZZZZZZ";
        // When
        Response state = shop.state(number);
        Response voiding = shop.voidNumber(number);
        // Then
        state.then().statusCode(404).body("retry", equalTo("new-number"));
        voiding.then().statusCode(404);
        assertThat(Shop.bodyOf(state)).isEqualTo(Shop.bodyOf(shop.state(madeUp)));
        assertThat(Shop.bodyOf(voiding)).isEqualTo(Shop.bodyOf(shop.voidNumber(madeUp)));
        other.place(number).then().statusCode(201);
    }

    @Test
    void numberOfAnOrderUnderAClientKey_isPlacedWithItsOrder() {
        // Given
        String number = shop.placeByKey(UUID.randomUUID().toString()).path("number");
        // When
        Response state = shop.state(number);
        Response voiding = shop.voidNumber(number);
        // Then
        state.then()
                .statusCode(200)
                .body("state", equalTo("PLACED"))
                .body("number", equalTo(number))
                .body("order", equalTo("/orders/" + number))
                .body("issuedAt", nullValue())
                .body("expiresAt", nullValue());
        voiding.then()
                .statusCode(409)
                .body("type", equalTo("/problems/number-already-placed"))
                .body("order", equalTo("/orders/" + number))
                .body("retry", equalTo("never"));
        assertThat(Database.state(number)).isEqualTo("CREATED");
    }

    @Test
    void numberOfAnOrderUnderAClientKey_isAbsentForAnotherBuyer() {
        // Given
        String key = UUID.randomUUID().toString();
        String number = Shop.newBuyer().placeByKey(key).path("number");
        String madeUp = "ZZZZZZ-ZZZZZZ-ZZZZZZ";
        // When
        Response state = shop.state(number);
        Response voiding = shop.voidNumber(number);
        Response placing = shop.place(number);
        // Then
        assertThat(Shop.bodyOf(state)).isEqualTo(Shop.bodyOf(shop.state(madeUp)));
        assertThat(Shop.bodyOf(voiding)).isEqualTo(Shop.bodyOf(shop.voidNumber(madeUp)));
        assertThat(Shop.bodyOf(placing)).isEqualTo(Shop.bodyOf(shop.place(madeUp)));
    }

    /** A number that a client computed from its key before using the key must not make the key unusable. */
    @Test
    void voidingTheNumberOfAnUnusedClientKey_leavesTheKeyUsable() {
        // Given
        String key = UUID.randomUUID().toString();
        String number = OrderNumber.ofClientKey(new Buyer(shop.subject()), key).shown();
        // When
        Response voiding = shop.voidNumber(number);
        // Then
        voiding.then().statusCode(404);
        shop.placeByKey(key).then().statusCode(201).body("number", equalTo(number));
    }

    @Test
    void head_issuesNoNumber() {
        // When
        Response head = shop.request().queryParam("checkout", "c1").head("/order-numbers");
        // Then
        head.then().statusCode(200).header("Cache-Control", "no-store");
        assertThat(RedisCommands.isHeld(shop.subject(), "c1")).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"prefetch", "prefetch;prerender", "prefetch;anonymous-client-ip"})
    void prefetch_issuesNoNumber(String purpose) {
        // When
        Response response = shop.request()
                .header("Sec-Purpose", purpose)
                .queryParam("checkout", "c1")
                .get("/order-numbers");
        // Then
        response.then().statusCode(403).body("type", equalTo("/problems/prefetch-refused"));
        assertThat(RedisCommands.isHeld(shop.subject(), "c1")).isFalse();
    }
}
