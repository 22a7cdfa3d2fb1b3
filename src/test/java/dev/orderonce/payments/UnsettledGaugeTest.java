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

    /** The state after so many polls; the job does not poll it while the test runs. */
    private static void polled(String payment, int times) {
        Database.execute("UPDATE payments SET looks = %d, look_at = now() + interval '1 hour' WHERE id = '%s'"
                .formatted(times, payment));
    }

    @Test
    void paymentPolledInVain_isCountedUntilItIsSettled() {
        // Given
        Shop shop = Shop.newBuyer();
        String payment =
                shop.pay(shop.newOrder(4904)).then().statusCode(202).extract().path("payment");
        polled(payment, 7);
        double before = unsettled();
        // When
        polled(payment, 8);
        // Then
        assertThat(unsettled()).isEqualTo(before + 1);
        polled(payment, 0);
        assertThat(unsettled()).isEqualTo(before);
    }
}
