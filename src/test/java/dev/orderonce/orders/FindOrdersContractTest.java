package dev.orderonce.orders;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.nullValue;

import dev.orderonce.testkit.Baskets;
import dev.orderonce.testkit.RedisCommands;
import dev.orderonce.testkit.Shop;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The contract of GET /orders and GET /orders/{n}. */
@QuarkusTest
class FindOrdersContractTest {
    private final Shop shop = Shop.newBuyer();

    @Test
    void ownOrder_isFound() {
        // Given
        String number = shop.newNumber();
        shop.place(number).then().statusCode(201);
        // When
        Response response = shop.find(number.replace("-", ""));
        // Then
        response.then().statusCode(200).body("number", equalTo(number)).body("duplicated", nullValue());
    }

    @Test
    void othersOrderVoidedNumberAndNonsense_allReadAsAbsent() {
        // Given
        Shop other = Shop.newBuyer();
        String others = other.newNumber();
        other.place(others).then().statusCode(201);
        String voided = shop.newNumber();
        shop.voidNumber(voided).then().statusCode(200);
        // When
        List<Response> responses = List.of(shop.find(others), shop.find(voided), shop.find("nonsense"));
        // Then
        assertThat(responses)
                .allSatisfy(response -> assertThat(response.statusCode()).isEqualTo(404));
        assertThat(responses.stream().map(Shop::bodyOf).distinct()).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"merchant", "support"})
    void staff_seesEveryOrder(String role) {
        // Given
        String number = shop.newNumber();
        shop.place(number).then().statusCode(201);
        // When
        Response response = Shop.as("staff-" + UUID.randomUUID(), role).find(number);
        // Then
        response.then().statusCode(200).body("number", equalTo(number));
    }

    @Test
    void list_walksThroughAllOwnOrdersNewestFirst() {
        // Given
        List<String> placed = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            String number = shop.newNumber();
            shop.place(number).then().statusCode(201);
            placed.add(number);
        }
        shop.voidNumber(shop.newNumber()).then().statusCode(200);
        Shop other = Shop.newBuyer();
        other.place(other.newNumber()).then().statusCode(201);
        // When
        List<String> listed = new ArrayList<>();
        Response page = shop.request().queryParam("limit", 2).get("/orders");
        listed.addAll(page.<List<String>>path("orders.number"));
        while (page.path("after") != null) {
            page = shop.request()
                    .queryParam("limit", 2)
                    .queryParam("after", page.<String>path("after"))
                    .get("/orders");
            listed.addAll(page.<List<String>>path("orders.number"));
        }
        // Then
        Collections.reverse(placed);
        assertThat(listed).isEqualTo(placed);
    }

    /** Orders of 100 lines each; a page of all of them would be 3 MB. */
    @Test
    void pageOfLargeOrders_endsSooner() {
        // Given
        for (int i = 0; i < 30; i++) {
            RedisCommands.flush(); // so that no confirmation is required
            shop.place(shop.newNumber(), Baskets.largest()).then().statusCode(201);
        }
        // When
        Set<String> listed = new HashSet<>();
        int largest = 0;
        int pages = 0;
        Response page = shop.request().queryParam("limit", 100).get("/orders");
        while (true) {
            pages++;
            largest = Math.max(largest, page.asByteArray().length);
            listed.addAll(page.<List<String>>path("orders.number"));
            if (page.path("after") == null) {
                break;
            }
            page = shop.request()
                    .queryParam("limit", 100)
                    .queryParam("after", page.<String>path("after"))
                    .get("/orders");
        }
        // Then
        assertThat(listed).hasSize(30);
        assertThat(pages).isGreaterThan(1);
        assertThat(largest).isLessThan(1_700_000);
    }

    /** A character of four bytes is not an escape of twelve. */
    @Test
    void emoji_areSentAsTheyAre() {
        // Given
        String number = shop.newNumber();
        shop.place(number, Baskets.tea("tea-🍵", 2)).then().statusCode(201);
        // When
        byte[] body = shop.find(number).asByteArray();
        // Then
        assertThat(new String(body, StandardCharsets.UTF_8)).contains("tea-🍵");
    }

    @Test
    void history_isReadPageByPage() {
        // Given
        String number = shop.newOrder(4901);
        shop.pay(number).then().statusCode(201);
        shop.pay(number).then().statusCode(201);
        // When
        Response first = shop.request().queryParam("limit", 3).get("/orders/{number}/events", number);
        Response last = shop.request()
                .queryParam("limit", 3)
                .queryParam("after", first.<Integer>path("after"))
                .get("/orders/{number}/events", number);
        // Then
        first.then().body("events.sequence", contains(1, 2, 3)).body("after", equalTo(3));
        last.then().body("events.sequence", contains(4, 5)).body("after", nullValue());
    }

    @ParameterizedTest
    @ValueSource(strings = {"limit=0", "limit=101", "limit=x", "after=-1", "after=x"})
    void historyOutOfBounds_isRefusedWithASentence(String query) {
        shop.badRequest()
                .get("/orders/" + shop.newOrder(4200) + "/events?" + query)
                .then()
                .statusCode(400)
                .body("type", equalTo("/problems/parameter-invalid"));
    }

    @Test
    void listOfABuyerWithoutOrders_isEmpty() {
        shop.request()
                .get("/orders")
                .then()
                .statusCode(200)
                .body("orders", empty())
                .body("after", nullValue());
    }

    @ParameterizedTest
    @ValueSource(strings = {"limit=0", "limit=101", "limit=-1", "limit=x", "limit=99999999999", "after=x"})
    void parameterOutOfBounds_isRefusedWithASentence(String query) {
        shop.badRequest()
                .get("/orders?" + query)
                .then()
                .statusCode(400)
                .body("type", equalTo("/problems/parameter-invalid"));
    }

    @Test
    void goingOnFromAnothersOrder_isRefused() {
        // Given
        Shop other = Shop.newBuyer();
        String others = other.newNumber();
        other.place(others).then().statusCode(201);
        // When
        Response response = shop.request().queryParam("after", others).get("/orders");
        // Then
        response.then().statusCode(400);
    }
}
