package dev.orderonce.admission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.matchesPattern;
import static org.hamcrest.Matchers.nullValue;

import dev.orderonce.testkit.Baskets;
import dev.orderonce.testkit.Operator;
import dev.orderonce.testkit.Shop;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is left of a limit is in every response to a request that it applies to, until there is nothing left. */
@QuarkusTest
@TestProfile(RateLimitHeadersContractTest.Low.class)
class RateLimitHeadersContractTest {
    private static final int NUMBERS = 8;
    private static final int OUTSTANDING = 5;
    private static final int ORDERS = 4;
    private static final int WRONG = 3;
    private static final int DECLINED_OF_ORDER = 2;
    private static final int DECLINED_OF_BUYER = 3;

    /** Limits that a test reaches, of which nothing comes back while it runs. */
    public static final class Low implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of(
                    "limits.numbers-issued", NUMBERS + "/10h",
                    "limits.numbers-outstanding", OUTSTANDING + "/10h",
                    "limits.orders-placed", ORDERS + "/10h",
                    "limits.numbers-wrong", WRONG + "/10h",
                    "payments.declines-per-order-limit", DECLINED_OF_ORDER + "/10m",
                    "payments.declines-per-buyer-limit", DECLINED_OF_BUYER + "/1h");
        }
    }

    private final Shop shop = Shop.newBuyer();

    /** Without Redis, and before the replicas are counted, there is another share. */
    @BeforeEach
    void awaitShares() {
        Shop.awaitBusinessAsUsual();
        Operator.awaitShares();
    }

    /** What is left of a limit according to a response. */
    private static int left(Response response, String limit) {
        Matcher item = Pattern.compile('"' + limit + "\";r=([0-9]+)(;t=[1-9][0-9]*)?(, |$)")
                .matcher(String.valueOf(response.header("RateLimit")));
        assertThat(item.find()).as(response.headers().toString()).isTrue();
        return Integer.parseInt(item.group(1));
    }

    private Response issue() {
        return shop.issue("checkout-" + UUID.randomUUID());
    }

    /** Different content each time: none is a possible duplicate. */
    private Response place(int i) {
        return shop.place(shop.newNumber(), Baskets.tea(i + 1));
    }

    @Test
    void issuedNumbers_countDownToNone() {
        // When
        List<Integer> issued = new ArrayList<>();
        List<Integer> outstanding = new ArrayList<>();
        for (int i = 0; i < NUMBERS; i++) {
            Response response = issue();
            response.then()
                    .statusCode(200)
                    .header("RateLimit-Policy", "\"numbers-issued\";q=8;w=36000, \"numbers-outstanding\";q=5;w=36000");
            issued.add(left(response, "numbers-issued"));
            outstanding.add(left(response, "numbers-outstanding"));
            if (i >= OUTSTANDING - 2) {
                shop.voidNumber(response.path("number")).then().statusCode(200);
            }
        }
        // Then
        assertThat(issued).containsExactly(7, 6, 5, 4, 3, 2, 1, 0);
        assertThat(outstanding).containsExactly(4, 3, 2, 1, 1, 1, 1, 1);
        issue().then()
                .statusCode(429)
                .header("RateLimit-Policy", "\"numbers-issued\";q=8;w=36000")
                .header("RateLimit", matchesPattern("\"numbers-issued\";r=0;t=[1-9][0-9]*"));
    }

    @Test
    void placedOrders_countDownToNone() {
        // When
        List<Integer> left = new ArrayList<>();
        for (int i = 0; i < ORDERS; i++) {
            Response response = place(i);
            response.then().statusCode(201).header("RateLimit-Policy", "\"orders-placed\";q=4;w=36000");
            left.add(left(response, "orders-placed"));
        }
        // Then
        assertThat(left).containsExactly(3, 2, 1, 0);
        place(ORDERS)
                .then()
                .statusCode(429)
                .header("RateLimit-Policy", "\"orders-placed\";q=4;w=36000")
                .header("RateLimit", matchesPattern("\"orders-placed\";r=0;t=[1-9][0-9]*"));
    }

    @Test
    void replaysAndRefusals_sayItAndTakeNothing() {
        // Given
        String number = shop.newNumber();
        shop.place(number, Baskets.tea(1)).then().statusCode(201);
        // When
        Response replay = shop.place(number, Baskets.tea(1));
        Response other = shop.place(number, Baskets.tea(2));
        Response byKey = shop.placeByKey(UUID.randomUUID().toString(), Baskets.tea(3));
        // Then
        replay.then().statusCode(200);
        other.then().statusCode(422);
        byKey.then().statusCode(201);
        assertThat(List.of(left(replay, "orders-placed"), left(other, "orders-placed"), left(byKey, "orders-placed")))
                .containsExactly(ORDERS - 1, ORDERS - 1, ORDERS - 2);
    }

    /** The counts of one limit have parts of different sizes; a replica counts keys in none of them. */
    @Test
    void keysThatAreGivenUp_takeNothingFromOrders() {
        // Given
        Response first = place(1);
        for (int i = 0; i < ORDERS; i++) {
            voidKey().then().statusCode(200);
        }
        // When
        Response second = place(2);
        // Then
        assertThat(List.of(left(first, "orders-placed"), left(second, "orders-placed")))
                .containsExactly(ORDERS - 1, ORDERS - 2);
        voidKey()
                .then()
                .statusCode(429)
                .header("RateLimit-Policy", "\"orders-placed\";q=4;w=36000")
                .header("RateLimit", matchesPattern("\"orders-placed\";r=0;t=[1-9][0-9]*"));
    }

    private Response voidKey() {
        return shop.request().delete("/idempotency-keys/{key}", UUID.randomUUID());
    }

    @Test
    void wrongNumbers_countDownToNone() {
        // Given
        Shop other = Shop.newBuyer();
        String own = shop.newNumber();
        // Then: with nothing used, nothing comes back
        shop.state(own)
                .then()
                .statusCode(200)
                .header("RateLimit-Policy", "\"numbers-wrong\";q=3;w=36000")
                .header("RateLimit", "\"numbers-wrong\";r=3");
        assertThat(left(shop.state(other.newNumber()), "numbers-wrong")).isEqualTo(2);
        assertThat(left(shop.voidNumber(other.newNumber()), "numbers-wrong")).isEqualTo(1);
        Response placed = shop.place(other.newNumber(), Baskets.tea(1));
        assertThat(left(placed, "numbers-wrong")).isZero();
        assertThat(left(placed, "orders-placed")).isEqualTo(ORDERS);
        shop.state(own)
                .then()
                .statusCode(429)
                .header("RateLimit", matchesPattern("\"numbers-wrong\";r=0;t=[1-9][0-9]*"));
    }

    /** Of the limits of the order and of the buyer, the one that is reached first. */
    @Test
    void declinedPayments_countDownToNone() {
        // Given
        String number = shop.newOrder(4901);
        String other = shop.newOrder(4200);
        // When
        Response first = shop.pay(number);
        Response second = shop.pay(number);
        Response third = shop.pay(number);
        // Then
        first.then()
                .statusCode(201)
                .header("RateLimit-Policy", "\"payments-declined\";q=2;w=600")
                .header("RateLimit", "\"payments-declined\";r=1");
        second.then().statusCode(201).header("RateLimit", "\"payments-declined\";r=0");
        third.then()
                .statusCode(429)
                .header("RateLimit-Policy", "\"payments-declined\";q=2;w=600")
                .header("RateLimit", "\"payments-declined\";r=0;t=" + third.header("Retry-After"));
        shop.pay(other)
                .then()
                .statusCode(201)
                .header("RateLimit-Policy", "\"payments-declined\";q=3;w=3600")
                .header("RateLimit", "\"payments-declined\";r=1");
    }

    private Response dispute(String number) {
        return shop.request()
                .contentType(ContentType.JSON)
                .body(Map.of("kind", "NOT_MINE"))
                .post("/orders/{number}/disputes", number);
    }

    @Test
    void openedDisputes_countDownToNone() {
        // Given
        String number = shop.newOrder(4200);
        // When
        for (int left = 4; left >= 0; left--) {
            Response response = dispute(number);
            // Then
            response.then().statusCode(201).header("RateLimit-Policy", "\"disputes-opened\";q=5;w=86400");
            assertThat(left(response, "disputes-opened")).isEqualTo(left);
            shop.request()
                    .post("/disputes/{id}/withdrawal", response.<String>path("id"))
                    .then()
                    .statusCode(200);
        }
        Response refused = dispute(number);
        refused.then()
                .statusCode(429)
                .header("RateLimit-Policy", "\"disputes-opened\";q=5;w=86400")
                .header("RateLimit", "\"disputes-opened\";r=0;t=" + refused.header("Retry-After"));
    }

    /** Of requests at the same time; there is no window. */
    @Test
    void listedOrders_sayWhatIsLeft() {
        shop.request()
                .get("/orders")
                .then()
                .statusCode(200)
                .header("RateLimit-Policy", matchesPattern("\"orders-listed\";q=[0-9]+;qu=\"concurrent-requests\""))
                .header("RateLimit", matchesPattern("\"orders-listed\";r=[0-9]+"));
    }

    @Test
    void unlimitedResponses_haveNone() {
        shop.find(shop.newOrder(4200))
                .then()
                .statusCode(200)
                .header("RateLimit-Policy", nullValue())
                .header("RateLimit", nullValue());
    }
}
