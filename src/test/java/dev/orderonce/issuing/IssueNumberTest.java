package dev.orderonce.issuing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.not;

import dev.orderonce.identity.Buyer;
import dev.orderonce.numbers.OrderNumber;
import dev.orderonce.numbers.SigningKeys;
import dev.orderonce.testkit.Baskets;
import dev.orderonce.testkit.Database;
import dev.orderonce.testkit.RedisCommands;
import dev.orderonce.testkit.Shop;
import dev.orderonce.testkit.Stores;
import dev.orderonce.testkit.TestClock;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * One checkout, one number, when another replica could not reach Redis: that replica's order is in PostgreSQL, and
 * neither this process nor Redis knows of it.
 */
@QuarkusTest
class IssueNumberTest {
    private static final Duration STEP = Duration.ofHours(1);

    @Inject
    SigningKeys keys;

    @Inject
    TestClock clock;

    private final Shop shop = Shop.newBuyer();
    private final Buyer buyer = new Buyer(shop.subject());

    @AfterEach
    void reset() {
        clock.reset();
    }

    /** Runs an action while this replica cannot reach Redis. */
    private static <T> T withoutRedis(Supplier<T> work) {
        Stores.toRedis().refuse();
        try {
            return work.get();
        } finally {
            Stores.toRedis().heal();
            Shop.awaitBusinessAsUsual();
        }
    }

    /** The number that every replica derives for the checkout in the step this long ago. */
    private OrderNumber derived(String checkout, Duration ago) {
        long step = STEP.toSeconds();
        long seconds = clock.instant().minus(ago).getEpochSecond();
        return keys.derive(buyer, checkout, Instant.ofEpochSecond(seconds - seconds % step), 0);
    }

    private OrderNumber placedByAnotherReplica(String checkout, Duration ago) {
        OrderNumber number = derived(checkout, ago);
        Database.insertOrder(number.symbols(), shop.subject(), null);
        return number;
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void placedWithoutRedisAtAnotherReplica_isFound(int stepsAgo) {
        // Given
        OrderNumber placed = placedByAnotherReplica("c1", STEP.multipliedBy(stepsAgo));
        // When
        Response first = shop.issue("c1");
        Response reloaded = shop.issue("c1");
        // Then
        for (Response response : new Response[] {first, reloaded}) {
            response.then().statusCode(200).body("state", equalTo("PLACED")).body("number", equalTo(placed.shown()));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void placedWithoutRedis_isFoundWithoutRedis(int stepsAgo) {
        // Given
        OrderNumber placed = placedByAnotherReplica("c1", STEP.multipliedBy(stepsAgo));
        // When
        Response response = withoutRedis(() -> shop.issue("c1"));
        // Then
        response.then().statusCode(200).body("state", equalTo("PLACED")).body("number", equalTo(placed.shown()));
    }

    /** Redis knows the checkout, so it is not looked up; the number leads to the order when it is placed. */
    @Test
    void placedWithoutRedisAfterItWasIssued_isFoundWhenTheIssuedNumberIsPlaced() {
        // Given
        String issued = shop.issue("c1").path("number");
        String placed = derived("c1", STEP).shown();
        withoutRedis(() -> shop.place(placed, naming("c1", Baskets.tea(2))))
                .then()
                .statusCode(201);
        // When
        Response reloaded = shop.issue("c1");
        Response second = shop.place(issued, Baskets.tea(2));
        // Then: the reload finds the order only if it looks for it, as it does when the limits are counted in Redis
        reloaded.then().statusCode(200);
        assertThat(reloaded.<String>path("number")).isIn(issued, placed);
        second.then().statusCode(200).body("number", equalTo(placed)).body("duplicated", equalTo(true));
        shop.issue("c1").then().body("state", equalTo("PLACED")).body("number", equalTo(placed));
    }

    private static Map<String, Object> naming(String checkout, Map<String, Object> basket) {
        Map<String, Object> named = new HashMap<>(basket);
        named.put("checkout", checkout);
        return named;
    }

    @Test
    void checkout_hasTheSameNumberWithRedisAndWithout() {
        // Given
        String with = shop.issue("c1").path("number");
        // When
        String without = withoutRedis(() -> shop.issue("c1").path("number"));
        // Then
        assertThat(without)
                .isEqualTo(with)
                .isEqualTo(derived("c1", Duration.ZERO).shown());
    }

    @Test
    void voidedThenLostByRedis_isReplacedByTheNextDerivedNumber() {
        // Given
        String first = shop.issue("c1").path("number");
        shop.voidNumber(first).then().statusCode(200);
        String second = shop.issue("c1").path("number");
        shop.voidNumber(second).then().statusCode(200);
        RedisCommands.flush();
        // When
        String third = shop.issue("c1").path("number");
        // Then
        assertThat(third).isNotIn(first, second);
        shop.place(third).then().statusCode(201);
    }

    @Test
    void voidedMoreOftenThanNumbersAreDerived_isIssuedAnother() {
        for (int i = 0; i < 12; i++) {
            String number = shop.issue("c1").then().statusCode(200).extract().path("number");
            shop.voidNumber(number).then().statusCode(200);
        }
    }

    @Test
    void number_canBePlacedForHalfAValidityAtLeast() {
        // When
        Response response = shop.issue("c1");
        // Then
        assertThat(Instant.parse(response.<String>path("expiresAt")))
                .isAfterOrEqualTo(clock.instant().plus(STEP).minusSeconds(1));
    }

    // --- Values from Redis are verified ---

    @Test
    void numberOfAnotherBuyer_isNotReturned() {
        // Given
        Shop other = Shop.newBuyer();
        String others = other.newNumber();
        String issued = shop.issue("c1").path("number");
        RedisCommands.holdForCheckout(shop.subject(), "c1", others.replace("-", ""));
        // When
        Response response = shop.issue("c1");
        // Then
        response.then().statusCode(200).body("number", equalTo(issued));
        shop.place(issued).then().statusCode(201);
        other.place(others).then().statusCode(201);
        shop.issue("c1").then().body("state", equalTo("PLACED")).body("number", equalTo(issued));
    }

    @Test
    void orderOfAnotherBuyer_isNotReturned() {
        // Given
        Shop other = Shop.newBuyer();
        String others = other.newNumber();
        other.place(others).then().statusCode(201);
        RedisCommands.holdForCheckout(shop.subject(), "c1", others.replace("-", ""));
        // When
        Response response = shop.issue("c1");
        // Then
        response.then().statusCode(200).body("state", equalTo("ISSUED")).body("number", not(equalTo(others)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"x", "0123456789", "000000000000000000000000000000"})
    void textThatIsNoNumber_isReplaced(String garbage) {
        // Given
        RedisCommands.holdForCheckout(shop.subject(), "c1", garbage);
        // When
        Response response = shop.issue("c1");
        // Then
        response.then().statusCode(200).body("state", equalTo("ISSUED"));
        shop.place(response.path("number")).then().statusCode(201);
    }
}
