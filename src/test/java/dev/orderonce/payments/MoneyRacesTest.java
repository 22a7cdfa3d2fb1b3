package dev.orderonce.payments;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.orderonce.testkit.Database;
import dev.orderonce.testkit.OnFaultyProvider;
import dev.orderonce.testkit.Provider;
import dev.orderonce.testkit.Racers;
import dev.orderonce.testkit.Shop;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;

/**
 * Orders that are shipped, held, disputed, cancelled and refunded in parts, all at once, with a faulty provider. At the
 * end the money at the provider is what was captured without what each order says was refunded.
 */
@QuarkusTest
@TestProfile(OnFaultyProvider.class)
class MoneyRacesTest {
    private static final long SEED = Long.getLong("races.seed", System.nanoTime());
    private static final Duration BOUND = Duration.ofMinutes(2);
    private static final int TOTAL = 4200;
    private static final int PART = 1000;

    private static final Random RANDOM = new Random(SEED);

    @TestHTTPResource
    URI service;

    private final Provider provider = OnFaultyProvider.provider();
    private final Shop shop = Shop.newBuyer();
    private final Shop merchant = Shop.as("merchant", "merchant");
    private final Shop support = Shop.as("support", "support");

    @BeforeEach
    void receiveNotifications() {
        provider.notifies(service.toString().replaceFirst("/$", ""));
    }

    private static boolean perhaps(int ofAHundred) {
        return RANDOM.nextInt(100) < ofAHundred;
    }

    private Response dispute(String number) {
        return shop.request()
                .contentType(ContentType.JSON)
                .body(Map.of("kind", "NOT_MINE"))
                .post("/orders/{number}/disputes", number);
    }

    /** More parts than the capture has, two of them under one key. */
    private List<Callable<Response>> parts(String number) {
        String key = UUID.randomUUID().toString();
        List<Callable<Response>> parts = new ArrayList<>();
        for (int i = RANDOM.nextInt(3); i >= 0; i--) {
            parts.add(() -> support.refund(number, key, PART));
            parts.add(() -> support.refund(number, PART));
        }
        return parts;
    }

    @RepeatedTest(25)
    void changedByAllAtOnce_theProviderHoldsWhatTheOrderSays() {
        // Given
        String number = shop.newOrder(TOTAL);
        shop.pay(number);
        List<Callable<Response>> racers = parts(number);
        racers.add(() -> merchant.ship(number));
        racers.add(() -> support.hold(number, "a race"));
        if (perhaps(50)) {
            racers.add(() -> merchant.complete(number));
        }
        if (perhaps(30)) {
            racers.add(() -> merchant.beginReturn(number));
        }
        if (perhaps(30)) {
            racers.add(() -> shop.cancel(number));
        }
        if (perhaps(30)) {
            racers.add(() -> dispute(number));
        }
        if (perhaps(20)) {
            racers.add(() -> support.refund(number, TOTAL));
        }
        // When
        List<Response> answers = Racers.race(racers);
        // Then
        assertThat(answers)
                .as("seed %d", SEED)
                .allSatisfy(answer -> assertThat(answer.statusCode()).isIn(200, 201, 202, 409));
        awaitCalm(number);
        judge(number);
    }

    private static String value(String sql, String number) {
        return Database.value(sql.formatted(number.replace("-", "")));
    }

    private static void awaitCalm(String number) {
        await().atMost(BOUND)
                .until(() -> value("SELECT count(*) FROM payments WHERE number = '%s' AND look_at IS NOT NULL", number)
                        .equals("0"));
    }

    private void judge(String number) {
        List<String> references = List.of(value("SELECT string_agg(id, ' ') FROM payments WHERE number = '%s'", number)
                .split(" ", -1));
        String state = Database.state(number);
        long refunded = Long.parseLong(value("SELECT COALESCE(refunded, 0) FROM orders WHERE number = '%s'", number));
        long held = switch (state) {
            case "PAID", "SHIPPED", "COMPLETED", "RETURNING" -> TOTAL - refunded;
            case "CREATED", "CANCELLED", "REFUNDED" -> 0;
            default -> throw new AssertionError(state);
        };
        List<String> history = shop.history(number);
        assertThat(provider.balance(references))
                .as("money for %s, which is %s after %s, seed %d", number, state, history, SEED)
                .isEqualTo(held);
        assertThat(provider.faults()).isEmpty();
        long returned = Long.parseLong(value(
                "SELECT COALESCE(sum(amount), 0) FROM refunds WHERE number = '%s' AND state = 'REFUNDED'", number));
        assertThat(returned).isLessThanOrEqualTo(state.equals("REFUNDED") ? TOTAL : refunded);
        assertThat(value("SELECT count(*) FROM refunds WHERE number = '%s' AND state = 'REFUNDING'", number))
                .isEqualTo("0");
        assertThat(isShippedOnHold(history)).as("%s", history).isFalse();
    }

    private static boolean isShippedOnHold(List<String> history) {
        int holds = 0;
        for (String kind : history) {
            switch (kind) {
                case "HELD" -> holds++;
                case "RELEASED" -> holds--;
                case "SHIPPED" -> {
                    return holds > 0;
                }
                default -> {
                    // concerns no hold
                }
            }
        }
        return false;
    }
}
