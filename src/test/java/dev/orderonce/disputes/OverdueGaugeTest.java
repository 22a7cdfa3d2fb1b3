package dev.orderonce.disputes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orderonce.testkit.Database;
import dev.orderonce.testkit.Operator;
import dev.orderonce.testkit.RunJob;
import dev.orderonce.testkit.Shop;
import io.quarkus.test.junit.QuarkusTest;
import org.junit.jupiter.api.Test;

/** The gauge of overdue disputes. */
@QuarkusTest
class OverdueGaugeTest {
    private double overdue() {
        RunJob.named("count-overdue-disputes");
        return Operator.metric("orderonce_disputes_overdue ");
    }

    private static void due(String id, String when) {
        Database.execute("UPDATE disputes SET due_at = now() %s WHERE id = '%s'".formatted(when, id));
    }

    @Test
    void overdueDispute_isCountedUntilItIsWithdrawn() {
        // Given
        Shop shop = Shop.newBuyer();
        String id = Parties.opened(shop, shop.newOrder(4200));
        due(id, "+ interval '1 day'");
        double before = overdue();
        // When
        due(id, "- interval '1 minute'");
        // Then
        assertThat(overdue()).isEqualTo(before + 1);
        Parties.withdraw(shop, id).then().statusCode(200);
        assertThat(overdue()).isEqualTo(before);
    }
}
