package dev.orderonce.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;

import dev.orderonce.testkit.Baskets;
import dev.orderonce.testkit.Database;
import dev.orderonce.testkit.Racers;
import dev.orderonce.testkit.RawHttp;
import dev.orderonce.testkit.Shop;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import java.net.URL;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A program of the shop that acts for a buyer. */
@QuarkusTest
class OnBehalfContractTest {
    @TestHTTPResource
    URL service;

    private final Shop buyer = Shop.newBuyer();
    private final Shop program = Shop.programFor(buyer);

    private static String key() {
        return UUID.randomUUID().toString();
    }

    @Test
    void program_placesPaysAndCancelsForTheBuyer() {
        // When
        String number = program.newOrder(4200);
        program.pay(number).then().statusCode(201);
        program.cancel(number, "the buyer has called").then().statusCode(200);
        // Then
        buyer.find(number).then().statusCode(200).body("state", equalTo("REFUNDED"));
        program.find(number).then().statusCode(200).body("state", equalTo("REFUNDED"));
        program.request().get("/orders").then().statusCode(200).body("orders.number", equalTo(List.of(number)));
        program.request()
                .get("/orders/{number}/payments", number)
                .then()
                .statusCode(200)
                .body("payments", hasSize(1));
        assertThat(Database.ordersOf(buyer.subject())).isEqualTo(1);
        assertThat(Database.ordersOf(program.subject())).isZero();
    }

    @Test
    void doubleClickByPageAndProgram_isOneOrder() {
        // Given
        String number = buyer.newNumber();
        Map<String, Object> basket = Baskets.tea(2);
        // When
        List<Callable<Response>> clicks = IntStream.range(0, 8)
                .mapToObj(i -> (Callable<Response>) () -> (i % 2 == 0 ? buyer : program).place(number, basket))
                .toList();
        List<Response> responses = Racers.race(clicks);
        // Then
        assertThat(responses)
                .extracting(Response::statusCode)
                .containsOnlyOnce(201)
                .containsOnly(200, 201);
        assertThat(Database.ordersOf(buyer.subject())).isEqualTo(1);
    }

    @Test
    void keyOfBuyerAndProgram_isTheSame() {
        // Given
        String key = key();
        String number = buyer.placeByKey(key).then().statusCode(201).extract().path("number");
        // When
        Response repeated = program.placeByKey(key);
        // Then
        repeated.then().statusCode(200).body("number", equalTo(number)).body("duplicated", equalTo(true));
        // And the other way round
        String other = key();
        String placed =
                program.placeByKey(other).then().statusCode(201).extract().path("number");
        buyer.placeByKey(other).then().statusCode(200).body("number", equalTo(placed));
    }

    @Test
    void keyOfAPayment_isTheBuyers() {
        // Given
        String number = buyer.newOrder(4200);
        String key = key();
        program.pay(number, key, "tok_visa").then().statusCode(201);
        // Then
        buyer.pay(number, key, "tok_visa").then().statusCode(200);
        assertThat(Database.payments(number)).isEqualTo(1);
    }

    @Test
    void checkoutAndNumber_areTheBuyers() {
        // Given
        String number = buyer.issue("c1").then().statusCode(200).extract().path("number");
        // Then
        program.issue("c1").then().statusCode(200).body("number", equalTo(number));
        program.state(number).then().statusCode(200).body("state", equalTo("ISSUED"));
        program.voidNumber(number).then().statusCode(200).body("state", equalTo("VOIDED"));
        buyer.state(number).then().statusCode(200).body("state", equalTo("VOIDED"));
    }

    @Test
    void numberOfAnotherBuyer_isUnknownToTheProgramToo() {
        // Given
        String number = Shop.newBuyer().newNumber();
        // Then
        program.place(number).then().statusCode(400).body("type", equalTo("/problems/number-unknown"));
        program.find(Shop.newBuyer().newOrder(4200)).then().statusCode(404);
    }

    @Test
    void events_nameTheProgramToStaffAndTheShopToTheBuyer() {
        // Given
        String number = program.newOrder(4200);
        program.pay(number).then().statusCode(201);
        // When
        List<Map<String, String>> ofStaff = details(Shop.as("merchant-1", Role.MERCHANT), number);
        List<Map<String, String>> ofBuyer = details(buyer, number);
        // Then
        assertThat(ofStaff.subList(0, 2))
                .allSatisfy(detail -> assertThat(detail)
                        .containsEntry("by", program.subject())
                        .containsEntry("for", buyer.subject()));
        assertThat(ofBuyer.subList(0, 2))
                .allSatisfy(detail ->
                        assertThat(detail).containsEntry("by", "the shop").containsEntry("for", buyer.subject()));
        assertThat(details(program, number)).isEqualTo(ofBuyer);
        assertThat(ofBuyer.get(2)).containsEntry("by", "payments");
    }

    private static List<Map<String, String>> details(Shop reader, String number) {
        return reader.request()
                .get("/orders/{number}/events", number)
                .then()
                .statusCode(200)
                .extract()
                .path("events.detail");
    }

    @Test
    void orderOfTheBuyerBesideOneOfTheProgram_namesNobody() {
        // Given
        List<Callable<Response>> both =
                List.of(() -> placed(buyer, key()), () -> placed(program, key()), () -> placed(buyer, key()));
        // When
        List<Response> placed = Racers.race(both);
        // Then
        assertThat(placed).extracting(Response::statusCode).isSubsetOf(200, 201);
        assertThat(details(buyer, placed.getFirst().path("number")).getFirst()).isEmpty();
        assertThat(details(buyer, placed.get(1).path("number")).getFirst()).containsEntry("by", "the shop");
        assertThat(details(buyer, placed.get(2).path("number")).getFirst()).isEmpty();
    }

    static Stream<String> unusable() {
        return Stream.of("", "x".repeat(256), "a\tb");
    }

    @ParameterizedTest
    @MethodSource("unusable")
    void unusableSubject_isRefused(String subject) {
        program.onBehalfOf(subject)
                .badRequest()
                .get("/orders")
                .then()
                .statusCode(400)
                .body("type", equalTo("/problems/parameter-invalid"))
                .body("detail", containsString("On-Behalf-Of"));
    }

    /** Clients encode other characters in different ways. */
    @Test
    void subjectThatIsNotAscii_isRefused() {
        // When
        String response = RawHttp.exchange(
                service,
                "GET /orders HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nOn-Behalf-Of: zoë\r\nConnection: close\r\n\r\n"
                        .formatted(program.token()));
        // Then
        assertThat(response).startsWith("HTTP/1.1 400 ").contains("/problems/parameter-invalid");
    }

    @Test
    void severalSubjects_areRefused() {
        program.onBehalfOf(buyer.subject(), buyer.subject())
                .badRequest()
                .get("/orders")
                .then()
                .statusCode(400)
                .body("type", equalTo("/problems/parameter-invalid"));
    }

    @Test
    void programThatNamesNobody_isRefused() {
        // Given
        Shop alone = Shop.as("program-1", Role.SERVICE);
        // When
        List<Response> responses = everything(alone);
        // Then
        assertThat(responses).allSatisfy(response -> {
            assertThat(response.statusCode()).isEqualTo(403);
            assertThat(response.<String>path("type")).isEqualTo("/problems/not-allowed");
            assertThat(response.<String>path("detail")).contains("On-Behalf-Of");
        });
    }

    @Test
    void callerThatIsNoProgram_cannotActForABuyer() {
        // Given
        List<Shop> others = List.of(
                Shop.as("buyer-1", Role.BUYER).onBehalfOf(buyer.subject()),
                Shop.as("buyer-1", Role.BUYER).onBehalfOf("buyer-1"),
                Shop.as("all-1", Role.BUYER, Role.MERCHANT, Role.SUPPORT).onBehalfOf(buyer.subject()));
        // When
        List<Response> responses =
                others.stream().flatMap(other -> everything(other).stream()).toList();
        // Then
        assertThat(responses).allSatisfy(response -> {
            assertThat(response.statusCode()).isEqualTo(403);
            assertThat(response.<String>path("type")).isEqualTo("/problems/not-allowed");
            assertThat(response.<String>path("detail")).contains("role service");
        });
    }

    /** A test before may have broken connections to the stores: a request without an answer is repeated. */
    private static Response placed(Shop shop, String key) {
        Response response = shop.placeByKey(key);
        for (int i = 0; i < 10 && response.statusCode() == 503; i++) {
            response = shop.placeByKey(key);
        }
        return response;
    }

    /** One request for each operation with which a program can act for a buyer. */
    private List<Response> everything(Shop caller) {
        String number = buyer.newOrder(4200);
        return List.of(
                caller.issue("c1"),
                caller.request().post("/order-numbers"),
                caller.state(number),
                caller.voidNumber(number),
                caller.placeByKey(key()),
                caller.request().get("/orders"),
                caller.find(number),
                caller.request().get("/orders/{number}/events", number),
                caller.request().get("/orders/{number}/payments", number),
                caller.pay(number),
                caller.cancel(number));
    }

    /** A program that is staff too has the rights of the buyer alone while it acts for one. */
    @Test
    void programWithOtherRoles_hasTheBuyersRightsAlone() {
        // Given
        Shop everybody = Shop.as("all-2", Role.BUYER, Role.MERCHANT, Role.SUPPORT, Role.SERVICE);
        String foreign = Shop.newBuyer().newOrder(4200);
        String own = buyer.newOrder(4200);
        Shop acting = everybody.onBehalfOf(buyer.subject());
        // Then
        everybody.find(foreign).then().statusCode(200);
        acting.find(foreign).then().statusCode(404);
        acting.cancel(foreign, "because").then().statusCode(404);
        acting.request().get("/orders").then().statusCode(200).body("orders.number", equalTo(List.of(own)));
        acting.request()
                .queryParam("state", "CREATED")
                .get("/orders")
                .then()
                .statusCode(400)
                .body("type", equalTo("/problems/parameter-invalid"));
        acting.cancel(own).then().statusCode(200);
    }

    @Test
    void programWithAStaffsRole_searchesOnlyAsStaff() {
        // Given
        Shop merchant = Shop.as("all-3", Role.MERCHANT, Role.SERVICE);
        // Then
        merchant.request().get("/orders").then().statusCode(200).body("orders[0].lines", equalTo(null));
    }

    @Test
    void operationThatIsNotForPrograms_refusesTheHeader() {
        // Given
        Shop everybody = Shop.as("all-4", Role.BUYER, Role.MERCHANT, Role.SUPPORT, Role.SERVICE);
        Shop acting = everybody.onBehalfOf(buyer.subject());
        String number = buyer.newOrder(4200);
        // When
        List<Response> responses = List.of(
                acting.badRequest().get("/disputes"),
                acting.badRequest()
                        .contentType(ContentType.JSON)
                        .body(Map.of("kind", "NOT_MINE"))
                        .post("/orders/{number}/disputes", number),
                acting.badRequest().get("/orders/{number}/disputes", number),
                acting.badRequest().get("/events"),
                acting.badRequest().get("/statistics"),
                acting.badRequest().get("/suspected-duplicates"),
                acting.badRequest().get("/payments/unsettled"),
                acting.badRequest().post("/orders/{number}/shipment", number),
                acting.badRequest()
                        .contentType(ContentType.JSON)
                        .body(Map.of("reason", "because"))
                        .post("/orders/{number}/hold", number),
                acting.badRequest().get("/once/notice/1"));
        // Then
        assertThat(responses).extracting(Response::statusCode).containsOnly(400);
        assertThat(responses.getFirst().<String>path("type")).isEqualTo("/problems/parameter-invalid");
        assertThat(responses.getFirst().<String>path("detail")).contains("On-Behalf-Of", "order numbers");
        buyer.find(number).then().statusCode(200).body("state", equalTo("CREATED"));
    }
}
