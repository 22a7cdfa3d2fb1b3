package dev.orderonce.orders;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsInAnyOrder;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.nullValue;

import dev.orderonce.testkit.Baskets;
import dev.orderonce.testkit.Database;
import dev.orderonce.testkit.Shop;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What an order has beside its lines: charges, the shop's notes, and a total of nothing. */
@QuarkusTest
class RoomInOrderContractTest {
    private static final Map<String, Object> SHIPPING = charge("SHIPPING", "Express", 490);
    private static final Map<String, Object> COUPON = charge("DISCOUNT", "Coupon", -420);

    private final Shop shop = Shop.newBuyer();
    private final Shop support = Shop.as("support", "support");

    private static Map<String, Object> charge(String kind, String label, long amount) {
        return Map.of("kind", kind, "label", label, "amount", amount);
    }

    private static Map<String, Object> with(Map<String, Object> basket, String member, Object value) {
        Map<String, Object> extended = new HashMap<>(basket);
        extended.put(member, value);
        return extended;
    }

    /** Two packets of tea with these charges. */
    private static Map<String, Object> charged(long total, List<Map<String, Object>> charges) {
        return with(with(Baskets.tea(2), "total", total), "charges", charges);
    }

    // --- Charges ---

    @Test
    void charges_areReturnedAsTheyWereSent() {
        // Given
        String number = shop.newNumber();
        // When
        Response placed = shop.place(number, charged(4270, List.of(SHIPPING, COUPON)));
        // Then
        for (Response response : List.of(placed, shop.find(number), support.find(number))) {
            response.then()
                    .body("total", equalTo(4270))
                    .body("charges.kind", contains("SHIPPING", "DISCOUNT"))
                    .body("charges.label", contains("Express", "Coupon"))
                    .body("charges.amount", contains(490, -420));
        }
        shop.request().get("/orders").then().body("orders[0].charges.amount", contains(490, -420));
        shop.place(number, charged(4270, List.of(COUPON, charge("SHIPPING", "Eilig", 490))))
                .then()
                .statusCode(200);
    }

    @Test
    void orderWithoutCharges_hasNone() {
        shop.place(shop.newNumber()).then().statusCode(201).body("charges", empty());
    }

    @Test
    void otherCharges_areAnotherContent() {
        // Given
        String number = shop.newNumber();
        shop.place(number, charged(4690, List.of(SHIPPING))).then().statusCode(201);
        // When
        Response response = shop.place(number, charged(4270, List.of(SHIPPING, COUPON)));
        // Then
        response.then()
                .statusCode(422)
                .body("mismatch.field", contains("/total", "/charges/1"))
                .body("mismatch[1].placed", nullValue())
                .body("mismatch[1].submitted.kind", equalTo("DISCOUNT"))
                .body("mismatch[1].submitted.amount", equalTo(-420));
    }

    @Test
    void wrongCharge_isNamedByItsPointer() {
        shop.badRequest()
                .contentType("application/json")
                .body(Baskets.under(shop.newNumber(), charged(4200, List.of(charge("TIP", "x", 0)))))
                .post("/orders")
                .then()
                .statusCode(400)
                .body("violations.field", contains("/charges/0/kind"));
    }

    // --- The shop's notes ---

    @Test
    void notes_areReturnedToTheBuyerAndToStaffAndNotCompared() {
        // Given
        String number = shop.newNumber();
        Map<String, Object> basket = with(Baskets.onlyFor(number), "reference", "S-2026/1");
        basket = with(basket, "metadata", Map.of("channel", "web"));
        basket = with(basket, "delivery", "Teeweg 1\n12345 Berlin");
        basket = with(basket, "contact", "a@example.com");
        // When
        Response placed = shop.place(number, basket);
        // Then
        placed.then().statusCode(201);
        for (Response response : List.of(placed, shop.find(number), support.find(number))) {
            response.then()
                    .body("reference", equalTo("S-2026/1"))
                    .body("metadata.channel", equalTo("web"))
                    .body("delivery", equalTo("Teeweg 1\n12345 Berlin"))
                    .body("contact", equalTo("a@example.com"));
        }
        shop.place(number, Baskets.onlyFor(number)).then().statusCode(200).body("contact", equalTo("a@example.com"));
        shop.request().get("/orders").then().body("orders[0].metadata.channel", equalTo("web"));
    }

    /** Unless the setting says otherwise. */
    @Test
    void referenceOfAnotherOrder_isAccepted() {
        // Given
        String reference = UUID.randomUUID().toString();
        // When
        for (int i = 0; i < 2; i++) {
            String number = shop.newNumber();
            shop.place(number, with(Baskets.onlyFor(number), "reference", reference))
                    .then()
                    .statusCode(201);
        }
        // Then
        assertThat(Database.ordersOf(shop.subject())).isEqualTo(2);
    }

    // --- A total of nothing ---

    private static Map<String, Object> free() {
        return charged(0, List.of(charge("DISCOUNT", "Voucher", -4200)));
    }

    @Test
    void orderOfNothing_isPaidByItselfWithItsEvent() {
        // Given
        String number = shop.newNumber();
        // When
        Response placed = shop.place(number, free());
        // Then
        placed.then().statusCode(201).body("state", equalTo("PAID")).body("next", containsInAnyOrder("ship", "cancel"));
        assertThat(shop.history(number)).containsExactly("PLACED", "PAID");
        shop.request()
                .get("/orders/{number}/events", number)
                .then()
                .body("events[1].detail.by", equalTo("placing"))
                .body("events[1].detail.reason", equalTo("there is nothing to pay"));
        assertThat(Database.payments(number)).isZero();
        shop.place(number, free()).then().statusCode(200).body("state", equalTo("PAID"));
        shop.pay(number).then().statusCode(409).body("state", equalTo("PAID"));
    }

    @Test
    void orderOfNothing_isShippedLikeAnyOther() {
        // Given
        Shop merchant = Shop.as("merchant", "merchant");
        String number = shop.newOrder(free());
        // When
        merchant.ship(number).then().statusCode(200);
        // Then
        assertThat(shop.history(number)).containsExactly("PLACED", "PAID", "SHIPPED");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void orderOfNothing_isCancelledWithoutARefund(boolean isSupport) {
        // Given
        String number = shop.newOrder(free());
        // When
        Response response = isSupport ? support.cancel(number, "the shop is closed") : shop.cancel(number);
        // Then
        response.then().statusCode(200).body("state", equalTo("CANCELLED"));
        assertThat(shop.history(number)).containsExactly("PLACED", "PAID", "CANCELLED");
        shop.cancel(number).then().statusCode(200).body("state", equalTo("CANCELLED"));
    }

    @Test
    void orderOfNothingUnderAKey_isPaidByItself() {
        shop.placeByKey(UUID.randomUUID().toString(), free())
                .then()
                .statusCode(201)
                .body("state", equalTo("PAID"));
    }
}
