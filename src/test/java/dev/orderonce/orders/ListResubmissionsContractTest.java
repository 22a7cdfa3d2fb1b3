package dev.orderonce.orders;

import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;

import dev.orderonce.testkit.Baskets;
import dev.orderonce.testkit.Shop;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every outcome of listing the requests that submitted an order again. */
@QuarkusTest
class ListResubmissionsContractTest {
    private final Shop shop = Shop.newBuyer();
    private final Shop support = Shop.as("support", "support");

    private static Response resubmissions(Shop reader, String number) {
        return reader.request().get("/orders/{number}/resubmissions", number);
    }

    @ParameterizedTest
    @ValueSource(strings = {"merchant", "support"})
    void resubmissions_areListedOldestFirst(String role) {
        // Given
        String earlier = shop.newOrder(Baskets.tea(3));
        String number = shop.newNumber();
        shop.place(number, Baskets.tea(3)).then().statusCode(409);
        shop.place(number, Baskets.besides(Baskets.tea(3), earlier)).then().statusCode(201);
        shop.place(number, Baskets.besides(Baskets.tea(3), earlier)).then().statusCode(200);
        // When
        Response response = resubmissions(Shop.as(role, role), number);
        // Then
        response.then().statusCode(200).body("resubmissions.outcome", contains("lookalike", "again", "again"));
    }

    @Test
    void orderThatWasSubmittedOnce_hasNone() {
        resubmissions(support, shop.newOrder(4200)).then().statusCode(200).body("resubmissions", empty());
    }

    @ParameterizedTest
    @ValueSource(strings = {"no-number", "0K3M7Q-XW52TB-9H4NRC"})
    void unknownOrder_isAbsent(String number) {
        resubmissions(support, number).then().statusCode(404).body("type", equalTo("/problems/order-not-found"));
    }

    @Test
    void buyer_isRefused() {
        resubmissions(shop, shop.newOrder(4200)).then().statusCode(403);
    }
}
