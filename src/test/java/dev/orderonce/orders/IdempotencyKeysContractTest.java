package dev.orderonce.orders;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasKey;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;

import dev.orderonce.identity.Buyer;
import dev.orderonce.identity.Role;
import dev.orderonce.numbers.OrderNumber;
import dev.orderonce.testkit.Baskets;
import dev.orderonce.testkit.Database;
import dev.orderonce.testkit.Racers;
import dev.orderonce.testkit.RedisCommands;
import dev.orderonce.testkit.RunJob;
import dev.orderonce.testkit.Shop;
import dev.orderonce.testkit.Stores;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every outcome of looking an idempotency key up and of giving it up: a voided key never becomes an order. */
@QuarkusTest
class IdempotencyKeysContractTest {
    private static final String PATH = "/idempotency-keys/{key}";
    private static final int RACERS = 16;

    private final Shop shop = Shop.newBuyer();
    private final String key = UUID.randomUUID().toString();
    private final String number = numberOf(shop);

    private String numberOf(Shop buyer) {
        return OrderNumber.ofClientKey(new Buyer(buyer.subject()), key).shown();
    }

    private static Response find(Shop buyer, String key) {
        return buyer.request().get(PATH, key);
    }

    private static Response voidKey(Shop buyer, String key) {
        return buyer.request().delete(PATH, key);
    }

    private static void assertVoided(Response response) {
        response.then()
                .statusCode(410)
                .contentType("application/problem+json")
                .body("type", equalTo("/problems/key-voided"))
                .body("retry", equalTo("new-key"));
    }

    // --- Looking up ---

    @Test
    void keyWithoutAnOrder_isUnusedAndStaysUsable() {
        // When
        Response response = find(shop, key);
        // Then
        response.then()
                .statusCode(200)
                .header("Cache-Control", "no-store")
                .body("key", equalTo(key))
                .body("state", equalTo("UNUSED"))
                .body("$", not(hasKey("number")))
                .body("$", not(hasKey("order")));
        shop.placeByKey(key).then().statusCode(201);
    }

    @Test
    void keyOfAnOrder_isPlacedAndLeadsToIt() {
        // Given
        shop.placeByKey(key).then().statusCode(201);
        // When
        Response response = find(shop, key);
        // Then
        response.then()
                .statusCode(200)
                .body("key", equalTo(key))
                .body("state", equalTo("PLACED"))
                .body("number", equalTo(number))
                .body("order", equalTo("/orders/" + number));
    }

    @Test
    void keyOfAnotherBuyersOrder_isUnused() {
        // Given
        shop.placeByKey(key).then().statusCode(201);
        // When
        Response response = find(Shop.newBuyer(), key);
        // Then
        response.then().statusCode(200).body("state", equalTo("UNUSED"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"row 17 of (some) file.csv?#[x]|^", "\"quoted-key-of-twenty-characters\""})
    void keyIsReadAsInTheHeader(String written) {
        // When
        Response response = find(shop, written.replace(" ", "_"));
        // Then
        response.then()
                .statusCode(200)
                .body("key", equalTo(written.replace(" ", "_").replace("\"", "")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"short", "nineteen-characters", "twenty characters and blanks", "é-and-nineteen-others"})
    void whatIsNoKey_isRefused(String unusable) {
        // When
        List<Response> responses = List.of(find(shop, unusable), voidKey(shop, unusable));
        // Then
        assertThat(responses)
                .allSatisfy(response -> response.then()
                        .statusCode(400)
                        .body("type", equalTo("/problems/key-unusable"))
                        .body("retry", equalTo("after-change")));
    }

    @Test
    void longestKey_isLookedUp() {
        // Given
        String longest = "~".repeat(255);
        // When
        voidKey(shop, longest).then().statusCode(200);
        // Then
        find(shop, longest).then().statusCode(200).body("state", equalTo("VOIDED"));
        find(shop, longest + "~").then().statusCode(400);
    }

    // --- Giving up ---

    @Test
    void voidedKey_neverBecomesAnOrder() {
        // When
        Response response = voidKey(shop, key);
        // Then
        response.then()
                .statusCode(200)
                .header("Cache-Control", "no-store")
                .body("key", equalTo(key))
                .body("state", equalTo("VOIDED"))
                .body("$", not(hasKey("order")));
        assertVoided(shop.placeByKey(key));
        assertVoided(shop.placeByKey(key, Baskets.tea(9)));
        RedisCommands.flush();
        assertVoided(shop.placeByKey(key));
        find(shop, key).then().statusCode(200).body("state", equalTo("VOIDED"));
        voidKey(shop, key).then().statusCode(200).body("state", equalTo("VOIDED"));
        assertThat(Database.state(number)).isEqualTo("VOIDED");
        assertThat(Database.events(number)).isZero();
    }

    @Test
    void sameBasketUnderANewKey_isNoPossibleDuplicateOfTheVoidedOne() {
        // Given
        voidKey(shop, key).then().statusCode(200);
        assertVoided(shop.placeByKey(key, Baskets.tea(2)));
        // When
        Response response = shop.placeByKey(UUID.randomUUID().toString(), Baskets.tea(2));
        // Then
        response.then().statusCode(201);
    }

    @Test
    void voidedKey_isFinalBeforeAnythingElseRefusesTheOrder() {
        // Given: a possible duplicate, which would be asked about
        shop.placeByKey(UUID.randomUUID().toString(), Baskets.tea(2)).then().statusCode(201);
        voidKey(shop, key).then().statusCode(200);
        // When
        Response response = shop.placeByKey(key, Baskets.tea(2));
        // Then
        assertVoided(response);
    }

    @Test
    void keyOfAnOrder_isNotGivenUp() {
        // Given
        shop.placeByKey(key).then().statusCode(201);
        // When
        Response response = voidKey(shop, key);
        // Then
        response.then()
                .statusCode(409)
                .contentType("application/problem+json")
                .body("type", equalTo("/problems/key-already-used"))
                .body("retry", equalTo("never"))
                .body("number", equalTo(number))
                .body("order", equalTo("/orders/" + number));
        shop.placeByKey(key).then().statusCode(200);
    }

    @Test
    void keyOfAnotherBuyer_isVoidedForTheCallerOnly() {
        // Given
        Shop other = Shop.newBuyer();
        // When
        voidKey(other, key).then().statusCode(200);
        // Then
        shop.placeByKey(key).then().statusCode(201);
        assertVoided(other.placeByKey(key));
    }

    @Test
    void numberOfAVoidedKey_isVoided() {
        // Given
        voidKey(shop, key).then().statusCode(200);
        // When
        Response state = shop.state(number);
        Response again = shop.voidNumber(number);
        Response placed = shop.place(number);
        // Then
        state.then()
                .statusCode(200)
                .body("state", equalTo("VOIDED"))
                .body("$", not(hasKey("issuedAt")))
                .body("$", not(hasKey("order")));
        again.then().statusCode(200).body("state", equalTo("VOIDED"));
        placed.then().statusCode(410).body("type", equalTo("/problems/number-voided"));
        shop.find(number).then().statusCode(404);
        Shop.newBuyer().state(number).then().statusCode(404);
    }

    @Test
    void voidedKey_isNotPurgedWithTheTombstonesOfNumbers() {
        // Given
        String issued = shop.newNumber();
        shop.voidNumber(issued).then().statusCode(200);
        voidKey(shop, key).then().statusCode(200);
        Database.execute("UPDATE orders SET decided_at = decided_at - interval '400 days' WHERE buyer = '%s'"
                .formatted(shop.subject()));
        // When
        RunJob.named("purge-tombstones");
        // Then
        assertThat(Database.rows(issued)).isZero();
        assertThat(Database.rows(number)).isOne();
        assertVoided(shop.placeByKey(key));
    }

    @Test
    void anotherKeyWithTheSameDigest_isNeitherShownNorGivenUp() {
        // Given: no two such keys are known, so one is put into the table
        Database.insertOrder(number.replace("-", ""), shop.subject(), "another-key-of-this-buyer");
        // When
        List<Response> responses = List.of(find(shop, key), voidKey(shop, key));
        // Then
        assertThat(responses)
                .allSatisfy(response -> response.then()
                        .statusCode(400)
                        .body("type", equalTo("/problems/key-collides"))
                        .body("retry", equalTo("new-key"))
                        .body("order", nullValue()));
    }

    @Test
    void keyOfTheDigestOfAVoidedKey_collides() {
        // Given
        voidKey(shop, key).then().statusCode(200);
        Database.execute("UPDATE orders SET client_key = 'another-key-of-this-buyer' WHERE number = '%s'"
                .formatted(number.replace("-", "")));
        // When
        Response response = shop.placeByKey(key);
        // Then
        response.then().statusCode(400).body("type", equalTo("/problems/key-collides"));
    }

    // --- Callers ---

    @Test
    void programThatActsForTheBuyer_sharesTheBuyersKeys() {
        // Given
        Shop program = Shop.programFor(shop);
        // When
        voidKey(program, key).then().statusCode(200);
        // Then
        find(shop, key).then().statusCode(200).body("state", equalTo("VOIDED"));
        assertVoided(shop.placeByKey(key));
        assertVoided(program.placeByKey(key));
    }

    @ParameterizedTest
    @ValueSource(strings = {Role.MERCHANT, Role.SUPPORT, Role.SERVICE})
    void callersWithoutABuyer_areRefused(String role) {
        // Given
        Shop other = Shop.as("somebody-" + UUID.randomUUID(), role);
        // When
        List<Response> responses = List.of(find(other, key), voidKey(other, key));
        // Then
        assertThat(responses)
                .allSatisfy(response -> response.then().statusCode(403).body("type", equalTo("/problems/not-allowed")));
    }

    // --- Guests who sign in ---

    @Test
    void keyThatAGuestHasGivenUp_isVoidedForTheBuyerWhoSignsInToo() {
        // Given
        Shop guest = Shop.newGuest();
        voidKey(guest, key).then().statusCode(200);
        // When
        shop.claim(guest).then().statusCode(201).body("orders", equalTo(0));
        // Then
        assertVoided(shop.placeByKey(key));
        assertVoided(guest.placeByKey(key));
        find(shop, key).then().statusCode(200).body("state", equalTo("VOIDED"));
        find(guest, key).then().statusCode(200).body("state", equalTo("VOIDED"));
        voidKey(guest, key).then().statusCode(200);
    }

    @Test
    void keyThatBothHaveUsed_staysEachOnesOwn() {
        // Given
        Shop guest = Shop.newGuest();
        voidKey(guest, key).then().statusCode(200);
        shop.placeByKey(key).then().statusCode(201);
        // When
        shop.claim(guest).then().statusCode(201);
        // Then
        find(shop, key).then().statusCode(200).body("state", equalTo("PLACED"));
        assertVoided(guest.placeByKey(key));
    }

    @Test
    void keyOfAClaimedOrder_isPlacedForBuyerAndGuest() {
        // Given
        Shop guest = Shop.newGuest();
        guest.placeByKey(key).then().statusCode(201);
        shop.claim(guest).then().statusCode(201);
        // When
        List<Response> found = List.of(find(shop, key), find(guest, key));
        List<Response> voided = List.of(voidKey(shop, key), voidKey(guest, key));
        // Then
        assertThat(found)
                .allSatisfy(response -> response.then()
                        .statusCode(200)
                        .body("state", equalTo("PLACED"))
                        .body("number", equalTo(numberOf(guest))));
        assertThat(voided)
                .allSatisfy(response ->
                        response.then().statusCode(409).body("order", equalTo("/orders/" + numberOf(guest))));
    }

    // --- Races ---

    @RepeatedTest(20)
    void placingRacesGivingUp_oneOfThemWinsAndAllSayWhich() {
        // Given
        shop.token();
        List<Callable<Response>> racers = new ArrayList<>();
        for (int i = 0; i < RACERS; i++) {
            racers.add(i % 2 == 0 ? () -> shop.placeByKey(key) : () -> voidKey(shop, key));
        }
        // When
        List<Integer> statuses =
                Racers.race(racers).stream().map(Response::statusCode).toList();
        // Then
        boolean isPlaced = find(shop, key).path("state").equals("PLACED");
        for (int i = 0; i < RACERS; i++) {
            boolean isPlacing = i % 2 == 0;
            if (isPlaced) {
                assertThat(statuses.get(i)).isIn(isPlacing ? List.of(200, 201) : List.of(409));
            } else {
                assertThat(statuses.get(i)).isEqualTo(isPlacing ? 410 : 200);
            }
        }
        assertThat(Database.rows(number)).isOne();
        assertThat(Database.ordersOf(shop.subject())).isEqualTo(isPlaced ? 1 : 0);
        assertThat(Database.events(number)).isEqualTo(isPlaced ? 1 : 0);
    }

    @RepeatedTest(10)
    void placingRacesGivingUpWithoutAnyMarker_stillOneOfThemWins() {
        // Given: the markers are deleted while the requests race
        shop.token();
        Callable<Response> placing = () -> {
            RedisCommands.flush();
            return shop.placeByKey(key);
        };
        Callable<Response> voiding = () -> voidKey(shop, key);
        // When
        List<Response> answers = Racers.race(List.of(placing, voiding, placing, voiding));
        // Then
        boolean isPlaced = Database.ordersOf(shop.subject()) == 1;
        assertThat(answers.stream().map(Response::statusCode).filter(status -> status == 201))
                .hasSize(isPlaced ? 1 : 0);
        assertThat(List.of(answers.get(1).statusCode(), answers.get(3).statusCode()))
                .containsOnly(isPlaced ? 409 : 200);
        assertThat(Database.rows(number)).isOne();
    }

    // --- Stores and limits ---

    @Test
    void withoutPostgreSql_theOutcomeIsUnknown() {
        // Given
        shop.token();
        Stores.toPostgreSql().refuse();
        try {
            // When
            List<Response> responses = List.of(find(shop, key), voidKey(shop, key));
            // Then
            assertThat(responses)
                    .allSatisfy(response -> response.then()
                            .statusCode(503)
                            .header("Retry-After", notNullValue())
                            .body("retry", equalTo("same-request")));
        } finally {
            Stores.toPostgreSql().heal();
            Shop.awaitBusinessAsUsual();
        }
        voidKey(shop, key).then().statusCode(200);
    }

    @Test
    void withoutRedis_keysAreGivenUp() {
        // Given
        shop.token();
        Stores.toRedis().refuse();
        try {
            // When
            voidKey(shop, key).then().statusCode(200);
            // Then
            assertVoided(shop.placeByKey(key));
        } finally {
            Stores.toRedis().heal();
            Shop.awaitBusinessAsUsual();
        }
    }

    @Test
    void bodyOfADelete_isNotNeeded() {
        // When
        Response response = shop.request().contentType(ContentType.JSON).delete(PATH, key);
        // Then
        response.then().statusCode(200);
    }
}
