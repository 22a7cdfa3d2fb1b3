package dev.orderonce.webhooks;

import dev.orderonce.testkit.Database;
import dev.orderonce.testkit.Shop;
import dev.orderonce.testkit.TestClock;
import io.restassured.http.ContentType;
import io.restassured.path.json.JsonPath;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** Endpoints of one test, which begins and ends without any. */
class WebhooksFixture {
    @Inject
    TestClock clock;

    final Shop shop = Shop.newBuyer();
    final Shop merchant = Shop.as("merchant", "merchant");
    final Shop support = Shop.as("support-agent", "support");
    final Shop program = Shop.as("program", "service");

    @BeforeEach
    @AfterEach
    void deleteEndpoints() {
        clock.reset();
        Database.execute("DELETE FROM outbox WHERE name LIKE 'webhook:%'");
        Database.execute("DELETE FROM webhook_endpoints");
        Database.execute("DELETE FROM webhook_deliveries");
    }

    Response create(Map<String, Object> submission) {
        return program.request().contentType(ContentType.JSON).body(submission).post("/webhooks");
    }

    /** A new endpoint at this URL; its id and secret. */
    Created created(String url, String... kinds) {
        JsonPath created = create(Map.of("url", url, "kinds", List.of(kinds)))
                .then()
                .statusCode(201)
                .extract()
                .jsonPath();
        return new Created(created.getString("id"), created.getString("secret"));
    }

    /** What the response to a creation has. */
    record Created(String id, String secret) {}

    Response find(String id) {
        return program.request().get("/webhooks/{id}", id);
    }

    Response post(String id, String action) {
        return program.request().post("/webhooks/{id}/" + action, id);
    }

    Response redeliver(String id, Map<String, Object> from) {
        return program.request().contentType(ContentType.JSON).body(from).post("/webhooks/{id}/redelivery", id);
    }

    Response deliveries(String id) {
        return program.request().get("/webhooks/{id}/deliveries", id);
    }

    /** An order that was paid and shipped: four events. */
    String shipped() {
        String number = shop.newOrder(4200);
        shop.pay(number).then().statusCode(201);
        merchant.ship(number).then().statusCode(200);
        return number;
    }
}
