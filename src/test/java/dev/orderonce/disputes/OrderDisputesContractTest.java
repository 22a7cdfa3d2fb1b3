package dev.orderonce.disputes;

import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.nullValue;

import dev.orderonce.testkit.Shop;
import io.quarkus.test.junit.QuarkusTest;
import org.junit.jupiter.api.Test;

/** Every outcome of listing the disputes of an order. */
@QuarkusTest
class OrderDisputesContractTest {
    private final Shop shop = Shop.newBuyer();

    @Test
    void disputes_areListedLatestFirst() {
        // Given
        String number = shop.newOrder(4200);
        String withdrawn = Parties.opened(shop, number);
        Parties.withdraw(shop, withdrawn).then().statusCode(200);
        String open = Parties.opened(shop, number);
        for (Shop reader : new Shop[] {shop, Shop.as("merchant", "merchant"), Shop.as("support", "support")}) {
            // When, then
            reader.request()
                    .get("/orders/{number}/disputes", number)
                    .then()
                    .statusCode(200)
                    .body("disputes.id", contains(open, withdrawn))
                    .body("disputes.state", contains("OPEN", "WITHDRAWN"))
                    .body("after", nullValue());
        }
    }

    @Test
    void orderOfAnotherBuyer_isAbsent() {
        // Given
        String number = shop.newOrder(4200);
        Parties.opened(shop, number);
        // When, then
        Shop.newBuyer()
                .request()
                .get("/orders/{number}/disputes", number)
                .then()
                .statusCode(404)
                .body("type", equalTo("/problems/order-not-found"));
    }
}
