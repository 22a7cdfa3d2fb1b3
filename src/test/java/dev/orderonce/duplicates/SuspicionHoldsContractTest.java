package dev.orderonce.duplicates;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.equalTo;

import dev.orderonce.testkit.Database;
import dev.orderonce.testkit.RunJob;
import io.quarkus.test.junit.QuarkusTest;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A suspected duplicate of a high score holds its orders for a while. */
@QuarkusTest
class SuspicionHoldsContractTest extends SuspicionsFixture {
    private static void endHolds() {
        RunJob.named("end-holds");
    }

    @Test
    void openPair_holdsBothOrders() {
        // When
        Found found = foundAndPaid(BASKET);
        // Then
        for (String number : List.of(found.earlier(), found.later())) {
            merchant.ship(number)
                    .then()
                    .statusCode(409)
                    .body("type", equalTo("/problems/order-on-hold"))
                    .body("holds", contains("SUSPECTED_DUPLICATE"));
        }
        shop.request()
                .get("/orders/{number}/events", found.later())
                .then()
                .body("events[3].kind", equalTo("HELD"))
                .body("events[3].detail", equalTo(Map.of("by", "duplicates", "hold", "SUSPECTED_DUPLICATE")));
    }

    @Test
    void dismissed_isReleased() {
        // Given
        Found found = foundAndPaid(BASKET);
        // When
        dismiss(support, found.id(), "a gift").then().statusCode(200);
        // Then
        merchant.ship(found.earlier()).then().statusCode(200);
        merchant.ship(found.later()).then().statusCode(200);
        assertThat(shop.history(found.later())).endsWith("HELD", "RELEASED", "SHIPPED");
    }

    @Test
    void confirmed_theOtherOrderIsReleased() {
        // Given
        Found found = foundAndPaid(BASKET);
        // When
        confirm(support, found.id(), found.later()).then().statusCode(200);
        // Then
        merchant.ship(found.earlier()).then().statusCode(200);
        assertThat(shop.history(found.later())).endsWith("HELD", "REFUND_BEGUN", "REFUNDED", "RELEASED");
    }

    @Test
    void cancelledByItsBuyer_theOtherOrderIsReleased() {
        // Given
        Found found = foundAndPaid(BASKET);
        shop.cancel(found.later()).then().statusCode(200);
        // When
        scan();
        // Then
        merchant.ship(found.earlier()).then().statusCode(200);
    }

    @Test
    void notReviewedInTime_isReleasedAndStaysOpen() {
        // Given
        Found found = foundAndPaid(BASKET);
        endHolds();
        merchant.ship(found.later()).then().statusCode(409);
        // When
        clock.putForward(Duration.ofHours(1).plusSeconds(1));
        endHolds();
        endHolds();
        // Then
        merchant.ship(found.later()).then().statusCode(200);
        assertThat(shop.history(found.later())).containsOnlyOnce("RELEASED");
        assertThat(onlyId()).isEqualTo(found.id());
    }

    @Test
    void confirmedAndNotCancelledYet_staysOnHold() {
        // Given: support's request crashed after it had stored the decision
        Found found = foundAndPaid(BASKET);
        Database.execute("""
                UPDATE suspected_duplicates SET state = 'CONFIRMED', decided_by = 'crashed', decided_at = now(),
                    chosen = '%s', look_at = now() + interval '20 seconds'
                WHERE id = %s
                """.formatted(found.later().replace("-", ""), found.id()));
        // When
        clock.putForward(Duration.ofHours(2));
        endHolds();
        // Then
        merchant.ship(found.later()).then().statusCode(409).body("holds", contains("SUSPECTED_DUPLICATE"));
    }

    @Test
    void lowScore_holdsNothing() {
        // Given: the same, hours apart
        String earlier = orderedUnasked(LUNCH);
        clock.putForward(Duration.ofHours(3));
        String later = orderedUnasked(LUNCH);
        pay(earlier);
        pay(later);
        // When
        scan();
        // Then
        list().then().body("suspicions[0].score", equalTo(75));
        merchant.ship(earlier).then().statusCode(200);
        merchant.ship(later).then().statusCode(200);
        assertThat(shop.history(later)).doesNotContain("HELD");
    }

    @Test
    void twoPairs_bothHaveToEnd() {
        // Given: three of a kind make three pairs
        String first = orderedUnasked(BASKET);
        String second = orderedUnasked(BASKET);
        String third = orderedUnasked(BASKET);
        pay(third);
        scan();
        shop.find(third).then().body("holds", contains("SUSPECTED_DUPLICATE"));
        // When
        dismiss(support, idOf(first, third), "a gift").then().statusCode(200);
        // Then
        merchant.ship(third).then().statusCode(409);
        dismiss(support, idOf(second, third), "a gift").then().statusCode(200);
        merchant.ship(third).then().statusCode(200);
        assertThat(shop.history(third))
                .containsExactly("PLACED", "PAYMENT_BEGUN", "PAID", "HELD", "HELD", "RELEASED", "RELEASED", "SHIPPED");
    }

    private String idOf(String earlier, String later) {
        return Database.value("SELECT id FROM suspected_duplicates WHERE earlier = '%s' AND later = '%s'"
                .formatted(earlier.replace("-", ""), later.replace("-", "")));
    }
}
