package dev.orderonce.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.notNullValue;

import dev.orderonce.testkit.Operator;
import dev.orderonce.testkit.Shop;
import dev.orderonce.testkit.Stores;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.Response;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * With the setting to refuse without Redis, no new order is placed until Redis answers; existing orders are still
 * returned.
 */
@QuarkusTest
@TestProfile(RefuseWithoutRedisTest.Refuse.class)
class RefuseWithoutRedisTest {
    /** The setting. */
    public static final class Refuse implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of("numbers.when-redis-is-down", "refuse");
        }
    }

    private final Shop shop = Shop.newBuyer();

    @AfterEach
    void heal() {
        Stores.toRedis().heal();
        Shop.awaitBusinessAsUsual();
    }

    @Test
    void redisUnavailable_refusesNewOrdersAndReturnsExistingOnes() {
        // Given
        String placed = shop.newNumber();
        shop.place(placed).then().statusCode(201);
        String issued = shop.newNumber();
        Stores.toRedis().refuse();
        // When
        Response place = shop.place(issued);
        Response issue = shop.issue("c1");
        Response state = shop.state(issued);
        Response replay = shop.place(placed);
        // Then
        place.then().statusCode(503).header("Retry-After", notNullValue()).body("retry", equalTo("same-request"));
        issue.then().statusCode(503);
        state.then().statusCode(503);
        replay.then().statusCode(200).body("duplicated", equalTo(true));
        Operator.get("/q/health/ready").then().statusCode(503);
        assertThat(Operator.get("/q/metrics").asString()).containsPattern("orderonce_ready(\\{\\})? 0\\.0");
        Stores.toRedis().heal();
        await().atMost(Duration.ofSeconds(10))
                .untilAsserted(() -> shop.place(issued).then().statusCode(201));
    }
}
