package dev.orderonce.payments;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orderonce.testkit.Database;
import dev.orderonce.testkit.Operator;
import dev.orderonce.testkit.RunJob;
import dev.orderonce.testkit.Shop;
import io.quarkus.test.junit.QuarkusTest;
import org.junit.jupiter.api.Test;

/** The gauge of payments that wait for support. */
@QuarkusTest
class UnsettledGaugeTest {
    private double unsettled() {
        RunJob.named("count-unsettled-payments");
        return Operator.metric("orderonce_payments_unsettled ");
    }

    /** As after so many attempts; not due while the test runs. */
    private static void looked(String payment, int times) {
        Database.execute("UPDATE payments SET looks = %d, look_at = now() + interval '1 hour' WHERE id = '%s'"
                .formatted(times, payment));
    }

    @Test
    void paymentThatWasLookedAtInVain_isCountedUntilItIsSettled() {
        // Given
        Shop shop = Shop.newBuyer();
        String payment =
                shop.pay(shop.newOrder(4904)).then().statusCode(202).extract().path("payment");
        looked(payment, 7);
        double before = unsettled();
        // When
        looked(payment, 8);
        // Then
        assertThat(unsettled()).isEqualTo(before + 1);
        looked(payment, 0);
        assertThat(unsettled()).isEqualTo(before);
    }
}
