package dev.orderonce.orders;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.nullValue;

import dev.orderonce.testkit.Baskets;
import dev.orderonce.testkit.Database;
import dev.orderonce.testkit.Racers;
import dev.orderonce.testkit.Shop;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.Response;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The references of a shop that has set them to be unique. */
@QuarkusTest
@TestProfile(UniqueReferencesTest.Unique.class)
class UniqueReferencesTest {
    /** Sets references to be unique. */
    public static final class Unique implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of("orders.unique-references", "true");
        }
    }

    private final Shop shop = Shop.newBuyer();
    private final String reference = UUID.randomUUID().toString();

    private static Map<String, Object> referring(String reference, String numberOrKey) {
        Map<String, Object> basket = new HashMap<>(Baskets.onlyFor(numberOrKey));
        basket.put("reference", reference);
        return basket;
    }

    private Response place(String number) {
        return shop.place(number, referring(reference, number));
    }

    @Test
    void referenceOfAnOrder_isRefusedForAnotherOne() {
        // Given
        String first = shop.newNumber();
        place(first).then().statusCode(201);
        String second = shop.newNumber();
        // When
        Response refused = place(second);
        // Then
        refused.then()
                .statusCode(409)
                .body("type", equalTo("/problems/reference-taken"))
                .body("retry", equalTo("after-change"))
                .body("order", equalTo("/orders/" + first));
        place(first).then().statusCode(200);
        shop.place(second, referring(reference + "-2", second)).then().statusCode(201);
    }

    @Test
    void referenceOfAnotherBuyersOrder_isRefusedWithoutALink() {
        // Given
        place(shop.newNumber()).then().statusCode(201);
        Shop other = Shop.newBuyer();
        String number = other.newNumber();
        // When
        Response refused = other.place(number, referring(reference, number));
        // Then
        refused.then().statusCode(409).body("order", nullValue());
    }

    @Test
    void referenceOfAnOrder_isRefusedUnderAKeyWhichStaysUsable() {
        // Given
        place(shop.newNumber()).then().statusCode(201);
        String key = UUID.randomUUID().toString();
        // When
        Response refused = shop.placeByKey(key, referring(reference, key));
        // Then
        refused.then().statusCode(409).body("type", equalTo("/problems/reference-taken"));
        shop.placeByKey(key, referring(reference + "-2", key)).then().statusCode(201);
    }

    @Test
    void oneReferenceAtOnce_makesOneOrder() {
        // Given
        List<Callable<Response>> racers = IntStream.range(0, 8)
                .mapToObj(_ -> shop.newNumber())
                .<Callable<Response>>map(number -> () -> place(number))
                .toList();
        // When
        List<Response> responses = Racers.race(racers);
        // Then
        assertThat(responses)
                .extracting(Response::statusCode)
                .containsOnly(201, 409)
                .containsOnlyOnce(201);
        assertThat(Database.ordersOf(shop.subject())).isOne();
    }
}
