package dev.orderonce.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;

import dev.orderonce.testkit.Baskets;
import dev.orderonce.testkit.Database;
import dev.orderonce.testkit.Operator;
import dev.orderonce.testkit.RedisCommands;
import dev.orderonce.testkit.Shop;
import dev.orderonce.testkit.Stores;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Redis flushed, stopped, frozen, restarted: no order is duplicated, and orders are still placed. */
@QuarkusTest
class RedisUnavailableTest {
    private final Shop shop = Shop.newBuyer();

    @BeforeEach
    @AfterEach
    void redisAnswers() {
        Stores.toRedis().heal();
        await().atMost(Duration.ofSeconds(10))
                .until(() -> "answers"
                        .equals(Operator.get("/q/health/ready")
                                .path("checks.find { it.name == 'stores' }.data.redis")));
    }

    @Test
    void flushedBetweenIssueAndPlace_isVoidedWithTheTombstoneCommitted() {
        // Given
        String number = shop.newNumber();
        RedisCommands.flush();
        // When
        Response response = shop.place(number);
        // Then
        response.then()
                .statusCode(410)
                .body("type", equalTo("/problems/number-forgotten"))
                .body("retry", equalTo("new-number"));
        assertThat(Database.voidReason(number)).isEqualTo("NOT_CACHED");
    }

    @Test
    void flushedThenLookedUp_isVoidedForGood() {
        // Given
        String number = shop.newNumber();
        RedisCommands.flush();
        // When
        Response response = shop.state(number);
        // Then
        response.then().statusCode(200).body("state", equalTo("VOIDED"));
        assertThat(Database.state(number)).isEqualTo("VOIDED");
    }

    @Test
    void flushedAfterPlacing_isStillAReplay() {
        // Given
        String number = shop.newNumber();
        shop.place(number).then().statusCode(201);
        RedisCommands.flush();
        // When
        Response response = shop.place(number);
        // Then
        response.then().statusCode(200).body("duplicated", equalTo(true));
    }

    @Test
    void flushedCheckout_findsItsNumberAgain() {
        // Given
        String first = shop.issue("c1").path("number");
        RedisCommands.flush();
        // When
        String second = shop.issue("c1").path("number");
        // Then
        assertThat(second).isEqualTo(first);
        shop.place(second).then().statusCode(201);
        shop.place(first).then().statusCode(200);
    }

    @Test
    void flushedAfterPlacing_leadsTheCheckoutToItsOrder() {
        // Given
        String number = shop.issue("c1").path("number");
        shop.place(number).then().statusCode(201);
        RedisCommands.flush();
        // When
        Response response = shop.issue("c1");
        // Then
        response.then().statusCode(200).body("state", equalTo("PLACED")).body("order", equalTo("/orders/" + number));
    }

    @Test
    void voidedWithoutRedis_nextNumberIsFoundAgainByAReload() {
        // Given
        String first = shop.issue("c1").path("number");
        Stores.toRedis().refuse();
        shop.voidNumber(first).then().statusCode(200);
        // When
        String second = shop.issue("c1").path("number");
        String reloaded = shop.issue("c1").path("number");
        // Then
        assertThat(second).isNotEqualTo(first);
        assertThat(reloaded).isEqualTo(second);
        shop.place(second).then().statusCode(201);
    }

    @Test
    void stopped_theShopKeepsSellingOnSignatures() {
        // Given
        String issuedBefore = shop.newNumber();
        Stores.standalone().redis().stop();
        try {
            // When
            Response before = shop.place(issuedBefore);
            String issuedWithout = shop.issue("c-without").path("number");
            String reloaded = shop.issue("c-without").path("number");
            Response without = shop.place(issuedWithout);
            Response again = shop.place(issuedWithout);
            Response done = shop.issue("c-without");
            // Then
            before.then().statusCode(201);
            assertThat(reloaded).isEqualTo(issuedWithout);
            without.then().statusCode(201);
            again.then().statusCode(200);
            done.then().body("state", equalTo("PLACED"));
            Operator.get("/q/health/ready").then().statusCode(200);
        } finally {
            Stores.standalone().redis().restart();
        }
        redisAnswers();
        shop.issue("c-without").then().statusCode(200).body("state", equalTo("PLACED"));
    }

    @Test
    void restarted_keepsTheNumbersAndIsUsedAgain() {
        // Given
        String number = shop.issue("c1").path("number");
        Stores.standalone().redis().stop();
        Stores.standalone().redis().restart();
        redisAnswers();
        // When
        Response response = shop.issue("c1");
        // Then
        response.then().statusCode(200).body("number", equalTo(number));
        shop.place(number).then().statusCode(201);
    }

    @Test
    void restarted_keepsTriedNumbersAndRecentContent() {
        // Given
        String tried = shop.newNumber();
        String other = shop.newNumber();
        String third = shop.newNumber();
        shop.place(tried, Baskets.tea(3)).then().statusCode(201);
        shop.place(other, Baskets.tea(3)).then().statusCode(409);
        // When
        Stores.standalone().redis().stop();
        Stores.standalone().redis().restart();
        redisAnswers();
        // Then
        shop.place(tried, Baskets.tea(3)).then().statusCode(200);
        shop.place(other, Baskets.tea(3)).then().statusCode(409);
        shop.place(third, Baskets.tea(3)).then().statusCode(409);
    }

    @Test
    void frozen_timesOutWithinASecondOrSo() {
        // Given
        String number = shop.newNumber();
        Stores.toRedis().freeze();
        // When
        Response response = shop.place(number);
        // Then
        response.then().statusCode(201);
        assertThat(response.time()).isLessThan(3_000);
    }
}
