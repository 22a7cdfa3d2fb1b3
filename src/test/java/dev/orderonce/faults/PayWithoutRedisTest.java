package dev.orderonce.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orderonce.testkit.Database;
import dev.orderonce.testkit.Racers;
import dev.orderonce.testkit.Shop;
import dev.orderonce.testkit.Stores;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Without Redis there is no lock: the conditional update alone keeps order and money together. */
@QuarkusTest
class PayWithoutRedisTest {
    private static final int ORDERS = 25;

    private final Shop shop = Shop.newBuyer();

    @BeforeEach
    void takeRedisAway() {
        Shop.awaitBusinessAsUsual();
        Stores.toRedis().refuse();
    }

    @AfterEach
    void heal() {
        Stores.toRedis().heal();
        Shop.awaitBusinessAsUsual();
    }

    @Test
    void paidAndCancelledByMany_orderAndMoneyAgree() {
        for (int i = 0; i < ORDERS; i++) {
            // Given
            String number = shop.newOrder(4200);
            // When
            List<Response> answers = Racers.race(List.<Callable<Response>>of(
                    () -> shop.pay(number),
                    () -> shop.pay(number),
                    () -> shop.cancel(number),
                    () -> shop.pay(number),
                    () -> shop.cancel(number)));
            // Then
            assertThat(answers)
                    .allSatisfy(answer -> assertThat(answer.statusCode()).isIn(200, 201, 202, 409));
            List<String> money = Database.paymentStates(number).stream()
                    .filter(state -> !state.equals("DECLINED"))
                    .toList();
            switch (Database.state(number)) {
                case "PAID" -> assertThat(money).containsExactly("CAPTURED");
                case "CANCELLED" -> assertThat(money).isEmpty();
                case "REFUNDED" -> assertThat(money).containsExactly("REFUNDED");
                default -> throw new AssertionError(Database.state(number));
            }
        }
    }
}
