package dev.orderonce.duplicates;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasKey;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.not;

import dev.orderonce.testkit.Baskets;
import dev.orderonce.testkit.Database;
import dev.orderonce.testkit.Racers;
import dev.orderonce.testkit.RunJob;
import dev.orderonce.testkit.Shop;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

/** Every outcome of confirming a suspected duplicate. */
@QuarkusTest
class ConfirmSuspicionContractTest extends SuspicionsFixture {
    @Test
    void confirmedUnpaid_isCancelled() {
        // Given
        Found found = found();
        // When
        Response response = confirm(support, found.id(), found.later(), "clicked twice");
        // Then
        response.then()
                .statusCode(200)
                .body("state", equalTo("CONFIRMED"))
                .body("decision.by", equalTo(support.subject()))
                .body("decision.reason", equalTo("clicked twice"))
                .body("decision.cancel", equalTo(found.later()))
                .body("decision.ended", equalTo("CANCELLED"))
                .body("earlier.state", equalTo("CREATED"))
                .body("later.state", equalTo("CANCELLED"));
        assertThat(shop.history(found.later())).containsExactly("PLACED", "HELD", "CANCELLED", "RELEASED");
        assertThat(shop.history(found.earlier())).containsExactly("PLACED", "HELD", "RELEASED");
        list().then().body("suspicions", hasSize(0));
        list("state", "CONFIRMED").then().body("suspicions", hasSize(1));
    }

    @Test
    void earlierOne_canBeChosenToo() {
        // Given
        Found found = found();
        // When
        Response response = confirm(support, found.id(), found.earlier());
        // Then
        response.then()
                .statusCode(200)
                .body("decision.cancel", equalTo(found.earlier()))
                .body("earlier.state", equalTo("CANCELLED"))
                .body("later.state", equalTo("CREATED"));
    }

    @Test
    void confirmedPaid_isRefunded() {
        // Given
        Found found = foundAndPaid(BASKET);
        // When
        Response response = confirm(support, found.id(), found.later());
        // Then
        response.then()
                .statusCode(200)
                .body("decision.ended", equalTo("CANCELLED"))
                .body("earlier.state", equalTo("PAID"))
                .body("later.state", equalTo("REFUNDED"));
        assertThat(Database.paymentStates(found.later())).containsExactly("REFUNDED");
        assertThat(Database.paymentStates(found.earlier())).containsExactly("CAPTURED");
    }

    @Test
    void buyer_readsWhichOrderWasRepeatedAndNotWhoSaidSoOrWhy() {
        // Given
        Found found = foundAndPaid(BASKET);
        // When
        confirm(support, found.id(), found.later(), "sounded drunk").then().statusCode(200);
        // Then
        Response seenByTheBuyer = shop.request().get("/orders/{number}/events", found.later());
        seenByTheBuyer
                .then()
                .statusCode(200)
                .body("events.find { it.kind == 'REFUND_BEGUN' }.detail.by", equalTo("the shop"))
                .body("events.find { it.kind == 'REFUND_BEGUN' }.detail.duplicateOf", equalTo(found.earlier()))
                .body("events.find { it.kind == 'REFUND_BEGUN' }.detail", not(hasKey("reason")));
        assertThat(seenByTheBuyer.asString()).doesNotContain(support.subject()).doesNotContain("drunk");
        support.request()
                .get("/orders/{number}/events", found.later())
                .then()
                .statusCode(200)
                .body("events.find { it.kind == 'REFUND_BEGUN' }.detail.by", equalTo(support.subject()))
                .body("events.find { it.kind == 'REFUND_BEGUN' }.detail.reason", equalTo("sounded drunk"))
                .body("events.find { it.kind == 'REFUND_BEGUN' }.detail.duplicateOf", equalTo(found.earlier()));
    }

    @Test
    void confirmedAgainInTheSameWay_returnsTheFirstDecision() {
        // Given
        Found found = foundAndPaid(BASKET);
        confirm(support, found.id(), found.later(), "clicked twice").then().statusCode(200);
        // When
        Response response = confirm(Shop.as("another", "support"), found.id(), found.later(), "other words");
        // Then
        response.then()
                .statusCode(200)
                .body("decision.by", equalTo(support.subject()))
                .body("decision.reason", equalTo("clicked twice"))
                .body("decision.ended", equalTo("CANCELLED"));
        assertThat(shop.history(found.later()))
                .containsExactly("PLACED", "PAYMENT_BEGUN", "PAID", "HELD", "REFUND_BEGUN", "REFUNDED", "RELEASED");
    }

    @Test
    void confirmedAgainForTheOther_isRefused() {
        // Given
        Found found = found();
        confirm(support, found.id(), found.later()).then().statusCode(200);
        // When
        Response response = confirm(support, found.id(), found.earlier());
        Response dismissal = dismiss(support, found.id(), "a gift");
        // Then
        response.then().statusCode(409).body("state", equalTo("CONFIRMED"));
        dismissal.then().statusCode(409).body("state", equalTo("CONFIRMED"));
        shop.find(found.earlier()).then().body("state", equalTo("CREATED"));
    }

    @Test
    void orderThatIsNoneOfTheTwo_cannotBeChosen() {
        // Given
        Found found = found();
        String another = shop.newOrder(Baskets.worth(100));
        // When
        Response other = confirm(support, found.id(), another);
        Response none = support.badRequest()
                .contentType(ContentType.JSON)
                .body(Map.of("reason", "clicked twice"))
                .post("/suspected-duplicates/{id}/confirmation", found.id());
        Response nonsense = confirm(support, found.id(), "the red one");
        // Then
        for (Response response : List.of(other, none, nonsense)) {
            response.then()
                    .statusCode(400)
                    .body("type", equalTo("/problems/body-invalid"))
                    .body("violations.field", contains("/cancel"));
        }
        shop.find(another).then().body("state", equalTo("CREATED"));
        assertThat(onlyId()).isEqualTo(found.id());
    }

    private Found foundAndShipped() {
        Found found = foundAndPaid(BASKET);
        release(found.later());
        merchant.ship(found.later()).then().statusCode(200);
        return found;
    }

    @Test
    void shippedMeanwhile_isRefunded() {
        // Given
        Found found = foundAndShipped();
        // When
        Response response = confirm(support, found.id(), found.later());
        // Then
        response.then()
                .statusCode(200)
                .body("state", equalTo("CONFIRMED"))
                .body("decision.ended", equalTo("REFUNDED"))
                .body("later.state", equalTo("REFUNDED"));
        assertThat(Database.paymentStates(found.later())).containsExactly("REFUNDED");
        confirm(support, found.id(), found.later()).then().statusCode(200).body("decision.ended", equalTo("REFUNDED"));
        shop.request()
                .get("/orders/{number}/events", found.later())
                .then()
                .body("events.find { it.kind == 'REFUND_BEGUN' }.detail.duplicateOf", equalTo(found.earlier()));
    }

    @Test
    void shippedMeanwhileAndRefundedInPart_keepsItsState() {
        // Given
        Found found = foundAndShipped();
        // When
        Response tooMuch = confirm(support, found.id(), found.later(), 4201);
        Response response = confirm(support, found.id(), found.later(), 1500);
        // Then
        tooMuch.then().statusCode(400).body("violations.field", contains("/amount"));
        response.then()
                .statusCode(200)
                .body("decision.ended", equalTo("REFUNDED"))
                .body("decision.amount", equalTo(1500))
                .body("later.state", equalTo("SHIPPED"))
                .body("later.refunded", equalTo(1500));
    }

    @Test
    void cancelledByItsBuyerAndNotScannedYet_isConfirmed() {
        // Given
        Found found = found();
        shop.cancel(found.later()).then().statusCode(200);
        // When
        Response response = confirm(support, found.id(), found.later());
        // Then
        response.then().statusCode(200).body("decision.ended", equalTo("CANCELLED"));
        assertThat(shop.history(found.later())).containsExactly("PLACED", "HELD", "CANCELLED", "RELEASED");
    }

    @Test
    void withoutAnAnswerToThePayment_isCancelledAndRefundedInTheEnd() {
        // Given: the provider captures the money and does not answer
        Map<String, Object> unanswered = Baskets.worth(4903);
        String earlier = orderedUnasked(unanswered);
        String later = orderedUnasked(unanswered);
        scan();
        String id = onlyId();
        shop.pay(later).then().statusCode(202);
        // When
        Response response = confirm(support, id, later);
        // Then
        response.then()
                .statusCode(200)
                .body("decision.ended", equalTo("CANCELLED"))
                .body("later.state", equalTo("CANCELLED"));
        await().atMost(BOUND).until(() -> Database.paymentStates(later).equals(List.of("REFUNDED")));
        shop.find(earlier).then().body("state", equalTo("CREATED"));
    }

    @Test
    void withoutAnAnswerToTheRefund_isRefundedInTheEnd() {
        // Given
        Found found = foundAndPaid(Baskets.worth(4907));
        // When
        Response response = confirm(support, found.id(), found.later());
        // Then
        response.then()
                .statusCode(200)
                .body("decision.ended", equalTo("CANCELLED"))
                .body("later.state", equalTo("REFUNDING"));
        await().atMost(BOUND)
                .untilAsserted(() -> shop.find(found.later()).then().body("state", equalTo("REFUNDED")));
    }

    private static List<Shop> eightOfSupport() {
        List<Shop> eight = IntStream.range(0, 8)
                .mapToObj(i -> Shop.as("support-" + i, "support"))
                .toList();
        eight.forEach(who -> assertThat(who.token()).isNotEmpty());
        return eight;
    }

    @RepeatedTest(10)
    void eightOfSupportAtOnce_refundOnce() {
        // Given
        Found found = foundAndPaid(BASKET);
        List<Callable<Response>> racers = eightOfSupport().stream()
                .<Callable<Response>>map(who -> () -> confirm(who, found.id(), found.later()))
                .toList();
        // When
        List<Response> answers = Racers.race(racers);
        // Then: 202 where the order's lock was not free in time
        assertThat(answers).allSatisfy(answer -> assertThat(answer.statusCode()).isIn(200, 202));
        assertThat(answers).anySatisfy(answer -> answer.then().statusCode(200));
        shop.find(found.later()).then().body("state", equalTo("REFUNDED"));
        assertThat(Database.paymentStates(found.later())).containsExactly("REFUNDED");
        assertThat(shop.history(found.later()))
                .containsExactly("PLACED", "PAYMENT_BEGUN", "PAID", "HELD", "REFUND_BEGUN", "REFUNDED", "RELEASED");
        shop.find(found.earlier()).then().body("state", equalTo("PAID"));
        list("state", "CONFIRMED")
                .then()
                .body("suspicions", hasSize(1))
                .body("suspicions[0].decision.ended", equalTo("CANCELLED"));
    }

    @RepeatedTest(10)
    void eightOfSupportWhoDisagree_refundOneOfTheTwo() {
        // Given
        Found found = foundAndPaid(BASKET);
        List<Shop> eight = eightOfSupport();
        List<Callable<Response>> racers = IntStream.range(0, 8)
                .<Callable<Response>>mapToObj(i -> () -> switch (i % 3) {
                    case 0 -> confirm(eight.get(i), found.id(), found.earlier());
                    case 1 -> confirm(eight.get(i), found.id(), found.later());
                    default -> dismiss(eight.get(i), found.id(), "both are meant");
                })
                .toList();
        // When
        List<Response> answers = Racers.race(racers);
        // Then
        assertThat(answers).allSatisfy(answer -> assertThat(answer.statusCode()).isIn(200, 202, 409));
        List<String> states = List.of(
                shop.find(found.earlier()).path("state"),
                shop.find(found.later()).path("state"));
        boolean isDismissed = Database.value(
                        "SELECT state FROM suspected_duplicates WHERE id = %s".formatted(found.id()))
                .equals("DISMISSED");
        assertThat(states).containsExactlyInAnyOrder("PAID", isDismissed ? "PAID" : "REFUNDED");
    }

    @Test
    void crashAfterTheDecision_isResumed() {
        // Given
        Found found = foundAndPaid(BASKET);
        Database.execute("""
                UPDATE suspected_duplicates SET state = 'CONFIRMED', decided_by = 'crashed', decided_at = now(),
                    reason = 'clicked twice', chosen = '%s', look_at = now() - interval '1 second'
                WHERE id = %s
                """.formatted(found.later().replace("-", ""), found.id()));
        shop.find(found.later()).then().body("state", equalTo("PAID"));
        // When
        RunJob.named("resume-confirmations");
        RunJob.named("resume-confirmations");
        // Then
        shop.find(found.later()).then().body("state", equalTo("REFUNDED"));
        assertThat(Database.paymentStates(found.later())).containsExactly("REFUNDED");
        list("state", "CONFIRMED")
                .then()
                .body("suspicions", hasSize(1))
                .body("suspicions[0].decision.by", equalTo("crashed"))
                .body("suspicions[0].decision.ended", equalTo("CANCELLED"));
        support.request()
                .get("/orders/{number}/events", found.later())
                .then()
                .body("events.find { it.kind == 'REFUND_BEGUN' }.detail.by", equalTo("crashed"))
                .body("events.find { it.kind == 'REFUND_BEGUN' }.detail.duplicateOf", equalTo(found.earlier()));
    }

    @Test
    void crashAfterTheCancellation_isResumed() {
        // Given: the order is refunded, and the suspicion does not say so
        Found found = foundAndPaid(BASKET);
        confirm(support, found.id(), found.later()).then().statusCode(200);
        Database.execute(
                "UPDATE suspected_duplicates SET ended = NULL, look_at = now() - interval '1 second' WHERE id = %s"
                        .formatted(found.id()));
        // When
        RunJob.named("resume-confirmations");
        // Then
        list("state", "CONFIRMED").then().body("suspicions[0].decision.ended", equalTo("CANCELLED"));
        assertThat(shop.history(found.later()))
                .containsExactly("PLACED", "PAYMENT_BEGUN", "PAID", "HELD", "REFUND_BEGUN", "REFUNDED", "RELEASED");
    }

    @Test
    void requestInProgress_isNotResumed() {
        // Given
        Found found = found();
        Database.execute("""
                UPDATE suspected_duplicates SET state = 'CONFIRMED', decided_by = 'in progress', decided_at = now(),
                    chosen = '%s', look_at = now() + interval '20 seconds'
                WHERE id = %s
                """.formatted(found.later().replace("-", ""), found.id()));
        // When
        RunJob.named("resume-confirmations");
        // Then
        shop.find(found.later()).then().body("state", equalTo("CREATED"));
        // and a repeat of the confirmation cancels the order
        confirm(support, found.id(), found.later())
                .then()
                .statusCode(200)
                .body("decision.by", equalTo("in progress"))
                .body("decision.ended", equalTo("CANCELLED"));
    }
}
