package dev.orderonce.faults;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.orderonce.testkit.Baskets;
import dev.orderonce.testkit.Database;
import dev.orderonce.testkit.Shop;
import dev.orderonce.testkit.Stores;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;

/** PostgreSQL killed and started again while buyers order: no order is lost or duplicated, no event loop is blocked. */
@QuarkusTest
class RestartUnderLoadTest {
    private static final int WRITERS = 16;
    private static final int ORDERS_EACH = 60;
    private static final int MOST_TRIES = 2000;

    private final Shop shop = Shop.newBuyer();

    @Test
    void everyNumberBecomesExactlyOneOrder() throws Exception {
        // Given
        Queue<String> placed = new ConcurrentLinkedQueue<>();
        AtomicInteger unknown = new AtomicInteger();
        AtomicBoolean isBlocked = new AtomicBoolean();
        Handler watching = watching(isBlocked);
        Logger checker = Logger.getLogger("io.vertx.core.impl.BlockedThreadChecker");
        checker.addHandler(watching);
        String token = shop.token();
        // When
        try (ExecutorService writers = Executors.newFixedThreadPool(WRITERS)) {
            List<Future<?>> writing = new ArrayList<>();
            for (int i = 0; i < WRITERS; i++) {
                writing.add(writers.submit(() -> order(token, placed, unknown)));
            }
            await().until(() -> placed.size() > WRITERS * ORDERS_EACH / 4);
            Stores.standalone().postgreSql().kill();
            Stores.standalone().postgreSql().restart();
            for (Future<?> writer : writing) {
                writer.get(2, TimeUnit.MINUTES);
            }
        } finally {
            checker.removeHandler(watching);
        }
        // Then
        assertThat(placed).hasSize(WRITERS * ORDERS_EACH).doesNotHaveDuplicates();
        assertThat(placed).allSatisfy(number -> {
            assertThat(Database.rows(number)).isOne();
            assertThat(Database.events(number)).isOne();
        });
        assertThat(Database.ordersOf(shop.subject())).isEqualTo(WRITERS * ORDERS_EACH);
        assertThat(isBlocked).isFalse();
        Shop.awaitBusinessAsUsual();
        System.out.printf("restart under load: %d orders, %d answers were 'unknown'%n", placed.size(), unknown.get());
    }

    private static void order(String token, Queue<String> placed, AtomicInteger unknown) {
        for (int i = 0; i < ORDERS_EACH; i++) {
            String number = given().header("Authorization", "Bearer " + token)
                    .post("/order-numbers")
                    .path("number");
            for (int tries = 0; tries < MOST_TRIES; tries++) {
                Response answer = given().header("Authorization", "Bearer " + token)
                        .contentType(ContentType.JSON)
                        .body(Baskets.under(number, Baskets.onlyFor(number)))
                        .post("/orders");
                if (answer.statusCode() != 503) {
                    assertThat(answer.statusCode()).isIn(200, 201);
                    placed.add(number);
                    break;
                }
                unknown.incrementAndGet();
            }
        }
    }

    private static Handler watching(AtomicBoolean isBlocked) {
        return new Handler() {
            @Override
            public void publish(LogRecord logged) {
                isBlocked.set(true);
            }

            @Override
            public void flush() {
                // nothing is kept
            }

            @Override
            public void close() {
                // nothing is open
            }
        };
    }
}
