package dev.orderonce.orders;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.nullValue;

import dev.orderonce.testkit.Baskets;
import dev.orderonce.testkit.Database;
import dev.orderonce.testkit.RedisCommands;
import dev.orderonce.testkit.Shop;
import dev.orderonce.testkit.TestClock;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Amounts above the threshold require a confirmation, which counts for no limit and uses up no number or key. */
@QuarkusTest
@TestProfile(LargeAmountContractTest.AskAbove1000.class)
class LargeAmountContractTest {
    private static final long MOST = 100_000;
    private static final long LARGE = 100_001;

    /** Above EUR 1000.00; and two orders of a buyer are enough for any test here. */
    public static final class AskAbove1000 implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of(
                    "orders.large-amounts.EUR", Long.toString(MOST),
                    "orders.large-amounts.JPY", "0",
                    "limits.orders-placed", "1/1h burst 2");
        }
    }

    @Inject
    TestClock clock;

    private final Shop shop = Shop.newBuyer();
    private final String key = UUID.randomUUID().toString();
    private final Map<String, Object> basket = Baskets.worth(LARGE);

    @AfterEach
    void reset() {
        clock.reset();
    }

    private static Map<String, Object> in(String currency, Map<String, Object> basket) {
        Map<String, Object> other = new HashMap<>(basket);
        other.put("currency", currency);
        return other;
    }

    private static void assertConfirmationRequired(Response response) {
        response.then()
                .statusCode(428)
                .contentType("application/problem+json")
                .header("Cache-Control", "no-store")
                .body("type", equalTo("/problems/large-amount"))
                .body("retry", equalTo("after-change"))
                .body("currency", equalTo("EUR"))
                .body("total", equalTo((int) LARGE));
    }

    @Test
    void aboveTheThreshold_requiresConfirmationOfTheTotal() {
        // Given
        String number = shop.newNumber();
        // When
        Response response = shop.place(number, basket);
        // Then
        assertConfirmationRequired(response);
        assertThat(Database.rows(number)).isZero();
        shop.state(number).then().statusCode(200).body("state", equalTo("ISSUED"));
    }

    @Test
    void rightAcknowledgement_isAcceptedAndKept() {
        // Given
        String number = shop.newNumber();
        assertConfirmationRequired(shop.place(number, basket));
        // When
        Response response = shop.place(number, Baskets.meaning(LARGE, basket));
        // Then
        response.then().statusCode(201).body("number", equalTo(number));
        shop.find(number)
                .then()
                .statusCode(200)
                .body("acknowledgements", hasSize(1))
                .body("acknowledgements[0].kind", equalTo("LARGE_AMOUNT"))
                .body("acknowledgements[0].total", equalTo((int) LARGE));
    }

    @Test
    void acknowledgementOfAnotherTotal_isNone() {
        // Given
        String number = shop.newNumber();
        // When
        Response less = shop.place(number, Baskets.meaning(LARGE - 1, basket));
        Response more = shop.place(number, Baskets.meaning(LARGE + 1, basket));
        Response second = shop.place(number, Baskets.besides(basket, number));
        // Then
        assertConfirmationRequired(less);
        assertConfirmationRequired(more);
        assertConfirmationRequired(second);
        shop.place(number, Baskets.meaning(LARGE, Baskets.meaning(LARGE - 1, basket)))
                .then()
                .statusCode(201);
    }

    @Test
    void atTheThreshold_requiresNoConfirmation() {
        // When
        Response response = shop.place(shop.newNumber(), Baskets.worth(MOST));
        // Then
        response.then().statusCode(201);
    }

    @Test
    void currencyWithoutAThreshold_requiresNoConfirmation() {
        // When
        Response response = shop.place(shop.newNumber(), in("USD", basket));
        // Then
        response.then().statusCode(201);
    }

    @Test
    void eachCurrency_hasItsOwnThreshold() {
        // When
        Response yen = shop.place(shop.newNumber(), in("JPY", Baskets.worth(1)));
        Response nothing = shop.place(shop.newNumber(), in("JPY", Baskets.worth(0)));
        // Then
        yen.then().statusCode(428).body("currency", equalTo("JPY")).body("total", equalTo(1));
        nothing.then().statusCode(201);
    }

    @Test
    void replayWithoutTheAcknowledgement_isStillAReplay() {
        // Given
        String number = shop.newNumber();
        shop.place(number, Baskets.meaning(LARGE, basket)).then().statusCode(201);
        // When
        Response response = shop.place(number, basket);
        // Then
        response.then().statusCode(200).body("duplicated", equalTo(true)).body("acknowledgements", hasSize(1));
    }

    @Test
    void otherContentUnderAPlacedNumber_isRefusedWithoutConfirmation() {
        // Given
        String number = shop.newNumber();
        shop.place(number).then().statusCode(201);
        // When
        Response response = shop.place(number, basket);
        // Then
        response.then().statusCode(422).body("type", equalTo("/problems/order-differs"));
    }

    @Test
    void requiredConfirmation_usesUpNeitherNumberNorLimit() {
        // Given
        String number = shop.newNumber();
        for (int i = 0; i < 5; i++) {
            assertConfirmationRequired(shop.place(number, basket));
        }
        // When
        Response answered = shop.place(number, Baskets.meaning(LARGE, basket));
        Response another = shop.place(shop.newNumber());
        Response oneMore = shop.place(shop.newNumber());
        // Then
        answered.then().statusCode(201);
        another.then().statusCode(201);
        oneMore.then().statusCode(429);
    }

    @Test
    void limitedBuyer_stillRequiresConfirmation() {
        // Given
        shop.place(shop.newNumber()).then().statusCode(201);
        shop.place(shop.newNumber()).then().statusCode(201);
        String number = shop.newNumber();
        // When
        Response asked = shop.place(number, basket);
        Response answered = shop.place(number, Baskets.meaning(LARGE, basket));
        // Then
        assertConfirmationRequired(asked);
        answered.then().statusCode(429);
    }

    @Test
    void requiredConfirmation_claimsNoContent() {
        // Given: it required a confirmation, and was never placed
        assertConfirmationRequired(shop.place(shop.newNumber(), basket));
        // When
        Response response = shop.place(shop.newNumber(), Baskets.meaning(LARGE, basket));
        // Then
        response.then().statusCode(201);
    }

    @Test
    void largeAndALookalike_requiresBothConfirmations() {
        // Given
        String first = shop.newNumber();
        shop.place(first, Baskets.meaning(LARGE, basket)).then().statusCode(201);
        String second = shop.newNumber();
        Map<String, Object> meant = Baskets.meaning(LARGE, basket);
        // When
        Response amount = shop.place(second, basket);
        Response lookalike = shop.place(second, meant);
        Response both = shop.place(second, Baskets.besides(meant, first));
        // Then
        assertConfirmationRequired(amount);
        lookalike.then().statusCode(409).body("earlier", equalTo(first));
        both.then().statusCode(201).body("acknowledgements", hasSize(2));
    }

    @Test
    void byKey_requiresConfirmationAndTheKeyIsNotUsedUp() {
        // Given
        Response asked = shop.placeByKey(key, basket);
        // When
        Response answered = shop.placeByKey(key, Baskets.meaning(LARGE, basket));
        Response replay = shop.placeByKey(key, basket);
        // Then
        assertConfirmationRequired(asked);
        answered.then().statusCode(201).body("acknowledgements[0].total", equalTo((int) LARGE));
        replay.then().statusCode(200).body("duplicated", equalTo(true));
    }

    @Test
    void keysReplayWithoutAnyMarker_isStillAReplay() {
        // Given
        shop.placeByKey(key, Baskets.meaning(LARGE, basket)).then().statusCode(201);
        RedisCommands.flush();
        // When
        Response replay = shop.placeByKey(key, basket);
        // Then
        replay.then().statusCode(200).body("duplicated", equalTo(true));
    }

    @Test
    void expiredNumber_isRefusedWithoutConfirmation() {
        // Given
        String number = shop.newNumber();
        clock.putForward(Duration.ofHours(2));
        // When
        Response response = shop.place(number, basket);
        // Then
        response.then()
                .statusCode(410)
                .body("type", equalTo("/problems/number-expired"))
                .body("retry", equalTo("new-number"))
                .body("total", nullValue());
        assertThat(Database.voidReason(number)).isEqualTo("EXPIRED");
    }

    @Test
    void numberThatRedisLost_isRefusedWithoutConfirmation() {
        // Given
        String number = shop.newNumber();
        RedisCommands.flush();
        // When
        Response response = shop.place(number, basket);
        // Then
        response.then().statusCode(410).body("type", equalTo("/problems/number-forgotten"));
        assertThat(Database.voidReason(number)).isEqualTo("NOT_CACHED");
    }

    @Test
    void voidedNumber_isRefusedWithoutConfirmation() {
        // Given
        String number = shop.newNumber();
        shop.voidNumber(number).then().statusCode(200);
        // When
        Response response = shop.place(number, basket);
        // Then
        response.then().statusCode(410).body("type", equalTo("/problems/number-voided"));
    }

    @Test
    void othersNumber_isRefusedWithoutConfirmation() {
        // Given
        String others = Shop.newBuyer().newNumber();
        // When
        Response response = shop.place(others, basket);
        // Then
        response.then().statusCode(400).body("type", equalTo("/problems/number-unknown"));
    }
}
