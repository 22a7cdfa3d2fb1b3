package dev.orderonce.orders;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;

import dev.orderonce.testkit.Database;
import dev.orderonce.testkit.RunJob;
import dev.orderonce.testkit.Shop;
import io.quarkus.test.junit.QuarkusTest;
import org.junit.jupiter.api.Test;

/** Rows that are purged when nothing depends on them any more, and rows that are not. */
@QuarkusTest
class HousekeepingTest {
    private final Shop shop = Shop.newBuyer();

    private static void age(String number, int days) {
        Database.execute("UPDATE orders SET decided_at = decided_at - interval '%d days' WHERE number = '%s'"
                .formatted(days, number.replace("-", "")));
    }

    @Test
    void tombstones_goAfterTheLongestValidityAndOrdersStay() {
        // Given
        String old = shop.newNumber();
        String young = shop.newNumber();
        String placed = shop.newNumber();
        shop.voidNumber(old).then().statusCode(200);
        shop.voidNumber(young).then().statusCode(200);
        shop.place(placed).then().statusCode(201);
        age(old, 8);
        age(young, 6);
        age(placed, 400);
        // When
        RunJob.named("purge-tombstones");
        // Then
        assertThat(Database.rows(old)).isZero();
        assertThat(Database.rows(young)).isOne();
        assertThat(Database.rows(placed)).isOne();
        shop.state(young).then().statusCode(200).body("state", equalTo("VOIDED"));
    }

    @Test
    void moreThanOneStatementTakes_allGo() {
        // Given
        String buyer = "tombstones-" + System.nanoTime();
        Database.execute("""
                INSERT INTO orders (number, buyer, state, decided_at, void_reason)
                SELECT 'T' || lpad(i::text, 17, '0'), '%s', 'VOIDED', now() - interval '30 days', 'EXPIRED'
                FROM generate_series(1, 1200) i
                """.formatted(buyer));
        // When
        RunJob.named("purge-tombstones");
        // Then
        assertThat(Database.value("SELECT count(*) FROM orders WHERE buyer = '" + buyer + "'"))
                .isEqualTo("0");
    }
}
