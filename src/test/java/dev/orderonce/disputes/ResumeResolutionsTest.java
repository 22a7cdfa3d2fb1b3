package dev.orderonce.disputes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.nullValue;

import dev.orderonce.testkit.Database;
import dev.orderonce.testkit.Racers;
import dev.orderonce.testkit.RedisCommands;
import dev.orderonce.testkit.RunJob;
import dev.orderonce.testkit.Shop;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import java.time.Duration;
import java.util.Collections;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;

/** The job resumes a resolution whose process crashed, and applies nothing twice. */
@QuarkusTest
class ResumeResolutionsTest {
    private static final Duration BOUND = Duration.ofSeconds(30);

    private final Shop shop = Shop.newBuyer();
    private final Shop merchant = Shop.as("merchant", "merchant");
    private final Shop support = Shop.as("sam-of-support", "support");

    private String paid() {
        String number = shop.newOrder(4200);
        shop.pay(number).then().statusCode(201).body("order.state", equalTo("PAID"));
        return number;
    }

    /** The state that a resolution leaves before it changes the order. */
    private void grant(String id, String resolution, String lookAt) {
        Database.execute("""
                UPDATE disputes SET state = 'RESOLVING', resolution = '%s', resolution_reason = 'looked into',
                                    resolved_by = '%s', look_at = %s
                WHERE id = '%s'
                """.formatted(resolution, support.subject(), lookAt, id));
    }

    private void finish() {
        RunJob.named("resume-resolutions");
    }

    private void awaitState(String id, String state) {
        await().atMost(BOUND)
                .untilAsserted(() -> Parties.find(support, id).then().body("state", equalTo(state)));
    }

    @Test
    void handlerThatDiedAfterDeciding_isFollowed() {
        // Given
        String number = paid();
        String id = Parties.opened(shop, number);
        grant(id, "REFUND", "now()");
        // When
        finish();
        // Then
        awaitState(id, "RESOLVED");
        assertThat(Database.paymentStates(number)).containsExactly("REFUNDED");
        Parties.find(shop, id).then().body("resolution", equalTo("REFUND")).body("resolvedBy", equalTo("the shop"));
        support.request()
                .get("/orders/{number}/events", number)
                .then()
                .body("events.find { it.kind == 'REFUND_BEGUN' }.detail.by", equalTo(support.subject()))
                .body("events.find { it.kind == 'REFUND_BEGUN' }.detail.reason", equalTo("looked into"));
    }

    @Test
    void handlerThatDiedAfterCancelling_isFollowed() {
        // Given
        String number = paid();
        String id = Parties.opened(shop, number);
        grant(id, "REFUND", "now()");
        support.cancel(number, "looked into").then().statusCode(200);
        // When
        finish();
        // Then
        awaitState(id, "RESOLVED");
        assertThat(shop.history(number))
                .containsExactly("PLACED", "PAYMENT_BEGUN", "PAID", "HELD", "REFUND_BEGUN", "REFUNDED", "RELEASED");
    }

    private String shippedMeanwhile(String id, String resolution, String number) {
        grant(id, resolution, "now()");
        support.release(number, "the buyer called").then().statusCode(200);
        merchant.ship(number).then().statusCode(200);
        return id;
    }

    @Test
    void shippedMeanwhile_isRefundedAllTheSame() {
        // Given
        String number = paid();
        String id = shippedMeanwhile(Parties.opened(shop, number), "REFUND", number);
        // When
        finish();
        // Then
        awaitState(id, "RESOLVED");
        shop.find(number).then().body("state", equalTo("REFUNDED"));
        assertThat(Database.paymentStates(number)).containsExactly("REFUNDED");
    }

    @Test
    void cancelledInVainAfterTheShipment_isOpenAgainAndSaysSo() {
        // Given
        String number = paid();
        String id = shippedMeanwhile(Parties.opened(shop, number), "CANCEL", number);
        // When
        finish();
        // Then
        awaitState(id, "OPEN");
        Parties.find(shop, id)
                .then()
                .body("resolution", nullValue())
                .body("resolvedBy", nullValue())
                .body("messages", hasSize(1))
                .body("messages[0].party", equalTo("SERVICE"))
                .body("messages[0].text", containsString("SHIPPED"));
        shop.find(number).then().body("state", equalTo("SHIPPED"));
        assertThat(Database.paymentStates(number)).containsExactly("CAPTURED");
        Parties.resolve(support, id, "REJECT").then().statusCode(200);
    }

    @Test
    void handlerThatDiedAfterRefundingAPart_refundsItOnce() {
        // Given
        String number = paid();
        merchant.ship(number).then().statusCode(200);
        String id = Parties.opened(shop, number);
        Parties.refund(support, id, 1500).then().statusCode(200);
        Database.execute("""
                UPDATE disputes SET state = 'RESOLVING', ended_at = NULL, look_at = now() WHERE id = '%s'
                """.formatted(id));
        // When
        finish();
        // Then
        awaitState(id, "RESOLVED");
        shop.find(number).then().body("state", equalTo("SHIPPED")).body("refunded", equalTo(1500));
    }

    @Test
    void resolutionInProgress_isLeftAlone() {
        // Given
        String number = paid();
        String id = Parties.opened(shop, number);
        grant(id, "REFUND", "now() + interval '1 hour'");
        // When
        finish();
        // Then
        Parties.find(support, id).then().body("state", equalTo("RESOLVING")).body("next", empty());
        shop.find(number).then().body("state", equalTo("PAID"));
        Parties.send(shop, id, "Well?").then().statusCode(409).body("state", equalTo("RESOLVING"));
        Parties.withdraw(shop, id).then().statusCode(409);
        Parties.resolve(support, id, "REJECT")
                .then()
                .statusCode(409)
                .body("type", equalTo("/problems/dispute-decided"))
                .body("resolution", equalTo("REFUND"));
        Parties.resolve(support, id, "REFUND")
                .then()
                .statusCode(200)
                .header("Idempotent-Replayed", "true")
                .body("state", equalTo("RESOLVING"));
    }

    @Test
    void severalReplicasAtOnce_refundOnce() {
        // Given
        String number = paid();
        String id = Parties.opened(shop, number);
        grant(id, "REFUND", "now()");
        Callable<Boolean> replica = () -> {
            finish();
            return true;
        };
        // When
        Racers.race(Collections.nCopies(4, replica));
        // Then
        awaitState(id, "RESOLVED");
        assertThat(Database.paymentStates(number)).containsExactly("REFUNDED");
        assertThat(shop.history(number)).containsOnlyOnce("REFUND_BEGUN");
    }

    @Test
    void lockedOrder_isInProgressAndResumed() {
        // Given: another request holds the order's lock
        String number = paid();
        String id = Parties.opened(shop, number);
        String lock = "lock:{" + number.replace("-", "") + "}";
        RedisCommands.send("HSET " + lock + " flow somebody count 1");
        // When
        Response response = Parties.resolve(support, id, "REFUND");
        // Then
        response.then().statusCode(202).body("state", equalTo("RESOLVING")).body("resolution", equalTo("REFUND"));
        shop.find(number).then().body("state", equalTo("PAID"));
        RedisCommands.send("DEL " + lock);
        Database.execute("UPDATE disputes SET look_at = now() WHERE id = '%s'".formatted(id));
        finish();
        awaitState(id, "RESOLVED");
        shop.find(number).then().body("state", equalTo("REFUNDED"));
        Parties.find(support, id).then().body("messages", empty());
    }
}
