package dev.orderonce.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;

import dev.orderonce.testkit.RunJob;
import dev.orderonce.testkit.Shop;
import dev.orderonce.testkit.Stores;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The last hour, as support sees it. */
@QuarkusTest
class StatisticsContractTest {
    private final Shop support = Shop.as("support-of-statistics", "support");
    private final Shop shop = Shop.newBuyer();

    @AfterEach
    void heal() {
        Stores.toRedis().heal();
    }

    private Response statistics() {
        return support.request().get("/statistics");
    }

    private static int sum(Response statistics, String member) {
        return statistics.<List<Integer>>path("minutes." + member).stream()
                .mapToInt(Integer::intValue)
                .sum();
    }

    @Test
    void placedAndRepeated_areCountedApart() {
        // Given: the requests of other tests are counted already
        RunJob.named("share-counts");
        Response before = statistics();
        before.then().statusCode(200).body("minutes", hasSize(60));
        String number = shop.newNumber();
        // When
        shop.place(number).then().statusCode(201);
        shop.place(number).then().statusCode(200);
        shop.place(number).then().statusCode(200);
        // Then
        await().atMost(Duration.ofSeconds(10)).untilAsserted(() -> {
            Response after = statistics();
            assertThat(sum(after, "placed") - sum(before, "placed")).isOne();
            assertThat(sum(after, "prevented") - sum(before, "prevented")).isEqualTo(2);
        });
    }

    @Test
    void buyer_doesNotSeeIt() {
        // When
        Response response = shop.request().get("/statistics");
        // Then
        response.then().statusCode(403);
    }

    @Test
    void withoutRedis_isUnavailable() {
        // Given
        support.token();
        Stores.toRedis().refuse();
        // When
        Response response = statistics();
        // Then
        response.then().statusCode(503).body("retry", equalTo("same-request"));
        Stores.toRedis().heal();
        Shop.awaitBusinessAsUsual();
    }
}
