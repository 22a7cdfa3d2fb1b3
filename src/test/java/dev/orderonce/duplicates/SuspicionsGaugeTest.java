package dev.orderonce.duplicates;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orderonce.testkit.Database;
import dev.orderonce.testkit.Operator;
import dev.orderonce.testkit.RunJob;
import dev.orderonce.testkit.Shop;
import io.quarkus.test.junit.QuarkusTest;
import org.junit.jupiter.api.Test;

/** The gauge of pairs that wait for support. */
@QuarkusTest
class SuspicionsGaugeTest {
    private double open() {
        RunJob.named("count-open-suspicions");
        return Operator.metric("orderonce_duplicates_open ");
    }

    @Test
    void suspectedDuplicate_isCountedUntilItIsOver() {
        // Given
        Shop shop = Shop.newBuyer();
        String earlier = shop.newOrder(4200).replace("-", "");
        String later = shop.newOrder(4300).replace("-", "");
        double before = open();
        // When
        Database.execute("""
                INSERT INTO suspected_duplicates (earlier, later, buyer, score, reasons, state, found_at)
                VALUES ('%s', '%s', '%s', 90, '{SAME_BASKET}', 'OPEN', now())
                """.formatted(earlier, later, shop.subject()));
        // Then
        assertThat(open()).isEqualTo(before + 1);
        Database.execute("DELETE FROM suspected_duplicates WHERE earlier = '%s'".formatted(earlier));
        assertThat(open()).isEqualTo(before);
    }
}
