package dev.orderonce.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.notNullValue;

import dev.orderonce.testkit.Database;
import dev.orderonce.testkit.Shop;
import dev.orderonce.testkit.Stores;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;

/** PostgreSQL has committed and its reply is lost: the outcome is unknown, and a repeat returns the order. */
@QuarkusTest
class LostReplyTest {
    private final Shop shop = Shop.newBuyer();

    @BeforeEach
    void everythingWorks() {
        Shop.awaitBusinessAsUsual();
    }

    @AfterEach
    void heal() {
        Stores.toPostgreSql().heal();
        Shop.awaitBusinessAsUsual();
    }

    @RepeatedTest(5)
    void connectionCutBetweenCommitAndReply_isUnknownFirstAndAReplayAfter() {
        // Given
        String number = shop.newNumber();
        // The reply to the insert has the number; a probe of an idle connection has none.
        Stores.toPostgreSql().swallowReplyWith(number.replace("-", ""));
        // When
        Response first = shop.place(number);
        Response second = shop.place(number);
        // Then
        assertThat(Stores.toPostgreSql().isStillSwallowing()).isFalse();
        first.then()
                .statusCode(503)
                .header("Retry-After", notNullValue())
                .body("type", equalTo("/problems/store-unavailable"))
                .body("retry", equalTo("same-request"));
        second.then().statusCode(200).body("duplicated", equalTo(true));
        assertThat(Database.rows(number)).isOne();
        assertThat(Database.events(number)).isOne();
    }
}
