package dev.orderonce.duplicates;

import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;

import dev.orderonce.testkit.Baskets;
import dev.orderonce.testkit.Consumers;
import dev.orderonce.testkit.Database;
import dev.orderonce.testkit.RedisCommands;
import dev.orderonce.testkit.RunJob;
import dev.orderonce.testkit.Shop;
import dev.orderonce.testkit.TestClock;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** Places orders, runs scans, and sends support's requests about suspected duplicates. */
abstract class SuspicionsFixture {
    static final Duration BOUND = Duration.ofSeconds(30);
    static final Map<String, Object> BASKET = Baskets.tea(2);

    /** Of three lines: suspicious hours apart too. */
    static final Map<String, Object> LUNCH = Map.of(
            "currency",
            "EUR",
            "total",
            600,
            "lines",
            List.of(
                    Map.of("productCode", "tea", "quantity", 1, "unitPrice", 100),
                    Map.of("productCode", "soup", "quantity", 1, "unitPrice", 200),
                    Map.of("productCode", "bread", "quantity", 1, "unitPrice", 300)));

    @Inject
    TestClock clock;

    @Inject
    ScanOrders scanOrders;

    final Shop shop = Shop.newBuyer();
    final Shop support = Shop.as("sam-of-support", "support");
    final Shop merchant = Shop.as("merchant", "merchant");

    /** Skips the orders of other tests, and ends the lease of another instance of the service. */
    @BeforeEach
    void beginAtTheEndOfTheLog() {
        Consumers.moveToTheEnd("suspected_duplicates");
    }

    @AfterEach
    void reset() {
        clock.reset();
    }

    void scan() {
        RunJob.named("scan-orders");
    }

    /** Places an order without a confirmation: Redis no longer has the buyer's earlier orders. */
    String orderedUnasked(Map<String, Object> basket) {
        RedisCommands.flush();
        return shop.newOrder(basket);
    }

    Response list(String... parameters) {
        Map<String, String> all = new HashMap<>();
        for (int i = 0; i < parameters.length; i += 2) {
            all.put(parameters[i], parameters[i + 1]);
        }
        all.putIfAbsent("buyer", shop.subject());
        return support.request().queryParams(all).get("/suspected-duplicates");
    }

    String onlyId() {
        Response response = list();
        response.then().statusCode(200).body("suspicions", hasSize(1));
        return id(response, 0);
    }

    static String id(Response response, int index) {
        return String.valueOf(response.<Object>path("suspicions[%d].id".formatted(index)));
    }

    long suspicions() {
        return Long.parseLong(Database.value(
                "SELECT count(*) FROM suspected_duplicates WHERE buyer = '%s'".formatted(shop.subject())));
    }

    /** Ends the holds of an order, so that it can be shipped. */
    void release(String number) {
        support.release(number, "the buyer called").then().statusCode(200);
    }

    static Response dismiss(Shop who, String id, String reason) {
        return who.request()
                .contentType(ContentType.JSON)
                .body(Map.of("reason", reason))
                .post("/suspected-duplicates/{id}/dismissal", id);
    }

    static Response confirm(Shop who, String id, String cancel) {
        return who.request()
                .contentType(ContentType.JSON)
                .body(Map.of("cancel", cancel))
                .post("/suspected-duplicates/{id}/confirmation", id);
    }

    static Response confirm(Shop who, String id, String cancel, String reason) {
        return who.request()
                .contentType(ContentType.JSON)
                .body(Map.of("cancel", cancel, "reason", reason))
                .post("/suspected-duplicates/{id}/confirmation", id);
    }

    static Response confirm(Shop who, String id, String cancel, long amount) {
        return who.request()
                .contentType(ContentType.JSON)
                .body(Map.of("cancel", cancel, "amount", amount))
                .post("/suspected-duplicates/{id}/confirmation", id);
    }

    void pay(String number) {
        shop.pay(number).then().statusCode(201).body("order.state", equalTo("PAID"));
    }

    /** A suspicion that the scan has found. */
    record Found(String id, String earlier, String later) {}

    /** Two orders of the same basket, scanned. */
    Found found() {
        String earlier = orderedUnasked(BASKET);
        String later = orderedUnasked(BASKET);
        scan();
        return new Found(onlyId(), earlier, later);
    }

    /** Two orders of the same basket, both paid, and scanned. */
    Found foundAndPaid(Map<String, Object> basket) {
        String earlier = orderedUnasked(basket);
        String later = orderedUnasked(basket);
        pay(earlier);
        pay(later);
        scan();
        return new Found(onlyId(), earlier, later);
    }
}
