package dev.orderonce.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.notNullValue;

import dev.orderonce.testkit.Database;
import dev.orderonce.testkit.LogRecords;
import dev.orderonce.testkit.Operator;
import dev.orderonce.testkit.RedisCommands;
import dev.orderonce.testkit.Shop;
import dev.orderonce.testkit.Stores;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** PostgreSQL stopped, killed or frozen: 503, nothing is lost, and the service recovers by itself. */
@QuarkusTest
class PostgreSqlUnavailableTest {
    private final Shop shop = Shop.newBuyer();

    @AfterEach
    void postgreSqlAnswers() {
        Stores.toPostgreSql().heal();
        Shop.awaitBusinessAsUsual();
    }

    /** Two replicas can serve one page: a proxy repeats a request, a page is reloaded. */
    @Test
    void frozenWhileACheckoutIsLookedUp_numberThatAnotherRequestGotCanBePlaced() throws Exception {
        // Given
        String checkout = "checkout-" + UUID.randomUUID();
        Stores.toPostgreSql().freeze();
        Response first;
        Response second;
        try (ExecutorService thread = Executors.newSingleThreadExecutor()) {
            Future<Response> lookedUp = thread.submit(() -> shop.issue(checkout));
            await().until(() -> RedisCommands.isHeld(shop.subject(), checkout));
            // When
            second = shop.issue(checkout);
            first = lookedUp.get();
        }
        Stores.toPostgreSql().heal();
        Shop.awaitBusinessAsUsual();
        // Then
        first.then().statusCode(503).body("retry", equalTo("same-request"));
        second.then().statusCode(200);
        String number = second.path("number");
        shop.place(number).then().statusCode(201);
    }

    @Test
    void stopped_everyAnswerIsUnknownAndTheServiceRecoversByItself() {
        // Given
        String placed = shop.newNumber();
        shop.place(placed).then().statusCode(201);
        String number = shop.newNumber();
        Stores.standalone().postgreSql().stop();
        // When
        List<Response> answers;
        try {
            answers = List.of(
                    shop.place(number),
                    shop.place(placed),
                    shop.state(number),
                    shop.voidNumber(number),
                    shop.find(placed),
                    shop.request().get("/orders"));
        } finally {
            Stores.standalone().postgreSql().restart();
        }
        // Then
        assertThat(answers)
                .allSatisfy(answer -> answer.then()
                        .statusCode(503)
                        .header("Retry-After", notNullValue())
                        .body("retry", equalTo("same-request")));
        await().atMost(Duration.ofSeconds(5))
                .untilAsserted(() -> assertThat(shop.place(number).statusCode()).isIn(200, 201));
        shop.place(placed).then().statusCode(200);
        assertThat(Database.rows(number)).isOne();
    }

    /** One log record when an outage begins and one when it ends, and none for each attempt. */
    @Test
    void stoppedUnderLoad_logsNoErrorAndOneRecordForEachPath() {
        // Given
        String number = shop.newNumber();
        shop.place(number).then().statusCode(201);
        awaitNoOutage(number);
        try (LogRecords records = LogRecords.collect()) {
            // When
            Stores.standalone().postgreSql().stop();
            try {
                for (int i = 0; i < 20; i++) {
                    shop.place(number).then().statusCode(503);
                    shop.cancel(number).then().statusCode(503);
                    shop.request().get("/orders").then().statusCode(503);
                }
            } finally {
                Stores.standalone().postgreSql().restart();
            }
            // Then
            awaitNoOutage(number);
            assertThat(records.errors()).isEmpty();
            assertThat(records.matching("PostgreSQL is unavailable .*"))
                    .extracting(line -> line.replaceAll("[^(]*\\((\\w+)\\).*", "$1"))
                    .doesNotHaveDuplicates()
                    .contains("find", "pool");
            assertThat(records.matching("PostgreSQL is available again .*"))
                    .hasSameSizeAs(records.matching("PostgreSQL is unavailable .*"));
        }
    }

    /** Waits until every pool of connections works: an outage of the test before has ended. */
    private void awaitNoOutage(String number) {
        await().atMost(Duration.ofSeconds(60)).until(() -> {
            shop.place(number);
            shop.request().get("/orders");
            shop.voidNumber(number);
            shop.request().get("/orders/{number}/events", number);
            return Operator.get("/q/metrics")
                    .asString()
                    .lines()
                    .filter(line -> line.startsWith("orderonce_store_unavailable{"))
                    .filter(line -> line.matches(".*\"(insert|find|pool)\".*"))
                    .allMatch(line -> line.endsWith(" 0.0"));
        });
    }

    @Test
    void killed_keepsWhatItAcknowledged() {
        // Given
        String number = shop.newNumber();
        shop.place(number).then().statusCode(201);
        // When
        Stores.standalone().postgreSql().kill();
        Stores.standalone().postgreSql().restart();
        // Then
        await().atMost(Duration.ofSeconds(5)).until(() -> shop.place(number).statusCode() == 200);
        assertThat(Database.rows(number)).isOne();
    }

    @Test
    void frozen_isAnsweredWithinTheBound() {
        // Given
        String number = shop.newNumber();
        Stores.toPostgreSql().freeze();
        // When
        Response response = shop.place(number);
        // Then
        response.then().statusCode(503).body("retry", equalTo("same-request"));
        assertThat(response.time()).isLessThan(10_000);
        Stores.toPostgreSql().heal();
        await().atMost(Duration.ofSeconds(5))
                .untilAsserted(() -> assertThat(shop.place(number).statusCode()).isIn(200, 201));
    }

    /** A primary that has become a standby may keep its sessions; they are not kept here. */
    @Test
    void readOnlySessions_areReplaced() throws SQLException {
        // Given
        String number = shop.newNumber();
        try (Connection operator = Database.connect();
                Statement statement = operator.createStatement()) {
            statement.execute("ALTER DATABASE postgres SET default_transaction_read_only = on");
            try {
                statement.execute(
                        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'order-once'");
                // The first may still have been sent to an ended session.
                for (int i = 0; i < 5; i++) {
                    shop.place(number).then().statusCode(503).body("retry", equalTo("same-request"));
                }
            } finally {
                // When
                statement.execute("ALTER DATABASE postgres RESET default_transaction_read_only");
            }
        }
        // Then
        await().atMost(Duration.ofSeconds(5))
                .untilAsserted(() -> assertThat(shop.place(number).statusCode()).isIn(200, 201));
        assertThat(Database.rows(number)).isOne();
    }

    @Test
    void issuing_needsNoPostgreSql() {
        // Given
        Stores.toPostgreSql().refuse();
        // When
        Response response = shop.request().get("/order-numbers");
        // Then
        response.then().statusCode(200).body("state", equalTo("ISSUED"));
    }
}
