package dev.orderonce.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.notNullValue;

import dev.orderonce.testkit.Baskets;
import dev.orderonce.testkit.Operator;
import dev.orderonce.testkit.Shop;
import dev.orderonce.testkit.Stores;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Each family of operations while a store is unavailable: one answer for all of them. (Streams are in
 * {@code LiveEventsContractTest}: one that finds the log's position known is opened.)
 */
@QuarkusTest
class StoreUnavailableTest {
    private final Shop shop = Shop.newBuyer();
    private final Shop support = Shop.as("sam-of-support", "support");
    private final Shop merchant = Shop.as("merchant", "merchant");
    private final Shop program = Shop.as("importer", "service");

    @AfterEach
    void storesAnswer() {
        Stores.toPostgreSql().heal();
        Stores.toRedis().heal();
        Shop.awaitBusinessAsUsual();
    }

    private static RequestSpecification withKey(Shop who) {
        return who.request().header("Idempotency-Key", UUID.randomUUID().toString());
    }

    private Map<String, Supplier<Response>> operations(String number, String issued) {
        String dispute = "D0K3M7QXW52TB9H4N";
        Map<String, Supplier<Response>> operations = new LinkedHashMap<>();
        operations.put("place", () -> shop.place(issued));
        operations.put("place by key", () -> shop.placeByKey(UUID.randomUUID().toString()));
        operations.put("replay", () -> shop.place(number));
        operations.put("issue for a checkout", () -> shop.issue("c-" + UUID.randomUUID()));
        operations.put("find a number", () -> shop.state(issued));
        operations.put("void a number", () -> shop.voidNumber(issued));
        operations.put("find", () -> shop.find(number));
        operations.put("list", () -> shop.request().get("/orders"));
        operations.put("search", () -> support.request().get("/orders"));
        operations.put("history", () -> shop.request().get("/orders/{n}/events", number));
        operations.put("pay", () -> shop.pay(number));
        operations.put("cancel", () -> shop.cancel(number));
        operations.put("ship", () -> merchant.ship(number));
        operations.put("unsettled", () -> support.request().get("/payments/unsettled"));
        operations.put("duplicates", () -> support.request().get("/suspected-duplicates"));
        operations.put("disputes", () -> support.request().get("/disputes"));
        operations.put("dispute", () -> support.request().get("/disputes/" + dispute));
        operations.put(
                "open a dispute",
                () -> shop.request()
                        .contentType(ContentType.JSON)
                        .body(Map.of("kind", "NOT_MINE"))
                        .post("/orders/{n}/disputes", number));
        operations.put(
                "write",
                () -> withKey(support)
                        .contentType(ContentType.JSON)
                        .body(Map.of("text", "We look into it."))
                        .post("/disputes/" + dispute + "/messages"));
        operations.put(
                "record",
                () -> program.request()
                        .contentType(ContentType.JSON)
                        .body(Map.of("a", 1))
                        .put("/once/away/" + UUID.randomUUID()));
        operations.put("find a record", () -> program.request().get("/once/away/x"));
        return operations;
    }

    @Test
    void withoutPostgreSql_everyOperationIsUnavailableAndCountedAsThat() {
        // Given
        String number = shop.newNumber();
        shop.place(number).then().statusCode(201);
        String issued = shop.newNumber();
        support.token();
        merchant.token();
        program.token();
        double before = Operator.metric(UNAVAILABLE);
        Map<String, Supplier<Response>> operations = operations(number, issued);
        // When
        Stores.toPostgreSql().refuse();
        // Then
        operations.forEach((name, operation) -> {
            Response response = operation.get();
            assertThat(response.statusCode()).as(name).isEqualTo(503);
            response.then()
                    .header("Retry-After", notNullValue())
                    .header("Cache-Control", equalTo("no-store"))
                    .body("type", equalTo("/problems/store-unavailable"));
        });
        assertThat(Operator.metric(UNAVAILABLE) - before).isEqualTo((double) operations.size());
    }

    private static final String UNAVAILABLE = "orderonce_outcomes_seconds_count{outcome=\"unavailable\"";

    @Test
    void withoutRedis_everythingIsAnsweredButWhatIsInRedisAlone() {
        // Given
        String number = shop.newNumber();
        shop.place(number, Baskets.onlyFor(number)).then().statusCode(201);
        String issued = shop.newNumber();
        support.token();
        merchant.token();
        program.token();
        Map<String, Supplier<Response>> operations = operations(number, issued);
        // When
        Stores.toRedis().refuse();
        // Then
        operations.forEach((name, operation) ->
                assertThat(operation.get().statusCode()).as(name).isLessThan(500));
        support.request()
                .get("/statistics")
                .then()
                .statusCode(503)
                .body("type", equalTo("/problems/store-unavailable"));
    }
}
