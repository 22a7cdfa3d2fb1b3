package dev.orderonce.payments;

import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;

import dev.orderonce.testkit.Shop;
import io.quarkus.test.junit.QuarkusTest;
import org.junit.jupiter.api.Test;

/** Every outcome of listing the payments of an order. */
@QuarkusTest
class ListPaymentsContractTest {
    private final Shop shop = Shop.newBuyer();
    private final Shop merchant = Shop.as("merchant", "merchant");
    private final Shop support = Shop.as("support", "support");

    @Test
    void payments_areListedLatestFirst() {
        // Given
        String number = shop.newOrder(4901); // an amount that the provider declines
        String first = declined(number);
        String second = declined(number);
        for (Shop reader : new Shop[] {shop, merchant, support}) {
            // When, then
            reader.request()
                    .get("/orders/{number}/payments", number)
                    .then()
                    .statusCode(200)
                    .body("payments.payment", contains(second, first))
                    .body("payments.state", contains("DECLINED", "DECLINED"))
                    .body("payments[0].amount", equalTo(4901));
        }
    }

    private String declined(String number) {
        return shop.pay(number)
                .then()
                .statusCode(201)
                .body("state", equalTo("DECLINED"))
                .extract()
                .path("payment");
    }

    @Test
    void unpaidOrder_hasNone() {
        // Given
        String number = shop.newOrder(4200);
        // When, then
        shop.request()
                .get("/orders/{number}/payments", number)
                .then()
                .statusCode(200)
                .body("payments", empty());
    }

    @Test
    void orderOfAnotherBuyer_isAbsent() {
        // Given
        String number = shop.newOrder(4200);
        // When, then
        Shop.newBuyer()
                .request()
                .get("/orders/{number}/payments", number)
                .then()
                .statusCode(404)
                .body("type", equalTo("/problems/order-not-found"));
    }
}
