package dev.orderonce.disputes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsInAnyOrder;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;

import dev.orderonce.testkit.Baskets;
import dev.orderonce.testkit.Database;
import dev.orderonce.testkit.Racers;
import dev.orderonce.testkit.Shop;
import dev.orderonce.testkit.Stores;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every outcome of opening a dispute, and the evidence that is stored with it. */
@QuarkusTest
class OpenDisputeContractTest {
    private final Shop shop = Shop.newBuyer();
    private final Shop merchant = Shop.as("merchant", "merchant");
    private final Shop support = Shop.as("sam-of-support", "support");

    private Response badOpen(String number, Map<String, Object> claim) {
        return shop.badRequest().contentType(ContentType.JSON).body(claim).post("/orders/{number}/disputes", number);
    }

    @Test
    void openedAndWithdrawnTooOften_isRefusedForADay() {
        // Given
        String number = shop.newOrder(4200);
        for (int i = 0; i < 5; i++) {
            Parties.withdraw(shop, Parties.opened(shop, number)).then().statusCode(200);
        }
        // When
        Response response = Parties.notMine(shop, number);
        // Then
        response.then()
                .statusCode(429)
                .body("type", equalTo("/problems/limit-reached"))
                .body("limit", equalTo("disputes-opened"));
        assertThat(Integer.parseInt(response.header("Retry-After"))).isBetween(86_000, 86_400);
        Parties.notMine(shop, shop.newOrder(4300)).then().statusCode(201);
    }

    @Test
    void notMine_isOpen() {
        // Given
        String number = shop.newOrder(4200);
        // When
        Response response = Parties.open(shop, number, Map.of("kind", "NOT_MINE", "message", "Who was that?"));
        // Then
        String id = response.path("id");
        response.then()
                .statusCode(201)
                .header("Location", "/disputes/" + id)
                .header("Cache-Control", "no-store")
                .header("Idempotent-Replayed", nullValue())
                .body("number", equalTo(number))
                .body("buyer", equalTo(shop.subject()))
                .body("kind", equalTo("NOT_MINE"))
                .body("duplicateOf", nullValue())
                .body("state", equalTo("OPEN"))
                .body("next", containsInAnyOrder("answer", "reply", "withdraw", "resolve"))
                .body("resolution", nullValue())
                .body("messages", hasSize(1))
                .body("messages[0].sequence", equalTo(1))
                .body("messages[0].party", equalTo("BUYER"))
                .body("messages[0].author", equalTo(shop.subject()))
                .body("messages[0].text", equalTo("Who was that?"))
                .body("evidence.order.number", equalTo(number))
                .body("evidence.duplicateOf", nullValue());
        Instant openedAt = Instant.parse(response.path("openedAt"));
        assertThat(Instant.parse(response.path("dueAt"))).isEqualTo(openedAt.plus(Duration.ofDays(3)));
        assertThat(Parties.find(shop, id).asString()).isEqualTo(response.asString());
        assertThat(Database.state(number)).isEqualTo("CREATED");
    }

    @Test
    void duplicate_hasTheEvidenceOfBothOrders() {
        // Given: the earlier one was submitted twice, the later one placed and paid
        String earlier = shop.newNumber();
        Map<String, Object> basket = Baskets.worth("thing-7", 4200);
        shop.place(earlier, basket).then().statusCode(201);
        shop.place(earlier, basket).then().statusCode(200);
        String number = shop.newOrder(4300);
        shop.pay(number).then().statusCode(201);
        // When
        Response response = Parties.duplicate(shop, number, earlier);
        // Then
        response.then()
                .statusCode(201)
                .body("kind", equalTo("DUPLICATE"))
                .body("duplicateOf", equalTo(earlier))
                .body("messages", empty())
                .body("evidence.gatheredAt", notNullValue())
                .body("evidence.order.number", equalTo(number))
                .body("evidence.order.state", equalTo("PAID"))
                .body("evidence.order.events.kind", contains("PLACED", "PAYMENT_BEGUN", "PAID"))
                .body("evidence.order.events.sequence", contains(1, 2, 3))
                .body("evidence.order.events[1].detail.by", equalTo(shop.subject()))
                .body("evidence.order.submits", empty())
                .body("evidence.order.submitsUnknown", equalTo(false))
                .body("evidence.duplicateOf.number", equalTo(earlier))
                .body("evidence.duplicateOf.issuedAt", notNullValue())
                .body("evidence.duplicateOf.idempotencyKey", nullValue())
                .body("evidence.duplicateOf.state", equalTo("CREATED"))
                .body("evidence.duplicateOf.currency", equalTo("EUR"))
                .body("evidence.duplicateOf.total", equalTo(4200))
                .body("evidence.duplicateOf.lines[0].productCode", equalTo("thing-7"))
                .body("evidence.duplicateOf.acknowledgements", empty())
                .body(
                        "evidence.duplicateOf.placedAt",
                        equalTo(shop.find(earlier).path("placedAt")))
                .body("evidence.duplicateOf.events.kind", contains("PLACED"))
                .body("evidence.duplicateOf.submits.outcome", contains("again"));
    }

    /** Both orders with their events; the order's disputes; the insert. */
    @Test
    void response_isWhatIsFoundLater() {
        // Given
        String earlier = shop.newOrder(4200);
        String number = shop.newOrder(4300);
        // When
        Response response =
                Parties.open(shop, number, Map.of("kind", "DUPLICATE", "duplicateOf", earlier, "message", "Twice."));
        // Then
        response.then().statusCode(201);
        assertThat(Parties.find(shop, response.path("id")).asString()).isEqualTo(response.asString());
    }

    @Test
    void evidence_staysAsItWas() {
        // Given
        String number = shop.newOrder(4200);
        String id = Parties.opened(shop, number);
        String before = Parties.find(support, id).path("evidence").toString();
        // When
        shop.pay(number).then().statusCode(201);
        shop.cancel(number).then().statusCode(200);
        // Then
        assertThat(Parties.find(support, id).path("evidence").toString()).isEqualTo(before);
    }

    @Test
    void orderUnderAKey_hasTheKeyAsEvidence() {
        // Given
        String key = UUID.randomUUID().toString();
        String number = shop.placeByKey(key).then().statusCode(201).extract().path("number");
        // When
        Response response = Parties.notMine(shop, number);
        // Then
        response.then()
                .statusCode(201)
                .body("evidence.order.idempotencyKey", equalTo(key))
                .body("evidence.order.issuedAt", nullValue());
    }

    @Test
    void acknowledgement_isEvidence() {
        // Given
        Map<String, Object> basket = Baskets.worth("thing-8", 4200);
        String earlier = shop.newNumber();
        shop.place(earlier, basket).then().statusCode(201);
        String number = shop.newNumber();
        Map<String, Object> second = new HashMap<>(basket);
        second.put("acknowledgements", List.of(Map.of("kind", "SECOND_ORDER", "earlier", earlier)));
        shop.place(number, second).then().statusCode(201);
        // When
        Response response = Parties.duplicate(shop, number, earlier);
        // Then
        response.then()
                .statusCode(201)
                .body("evidence.order.acknowledgements[0].kind", equalTo("SECOND_ORDER"))
                .body("evidence.order.acknowledgements[0].earlier", equalTo(earlier));
    }

    @Test
    void whoOfTheStaffItWas_isForTheStaffToRead() {
        // Given
        String number = shop.newOrder(4200);
        support.cancel(number, "a secret reason").then().statusCode(200);
        // When
        Response opened = Parties.notMine(shop, number);
        // Then
        opened.then()
                .statusCode(201)
                .body("evidence.order.events[1].kind", equalTo("CANCELLED"))
                .body("evidence.order.events[1].detail.by", equalTo("the shop"))
                .body("evidence.order.events[1].detail.reason", nullValue());
        Parties.find(merchant, opened.path("id"))
                .then()
                .statusCode(200)
                .body("evidence.order.events[1].detail.by", equalTo(support.subject()))
                .body("evidence.order.events[1].detail.reason", equalTo("a secret reason"))
                .body("evidence.order.events[1].detail.actor", nullValue());
    }

    @Test
    void repeated_returnsTheSameDispute() {
        // Given
        String earlier = shop.newOrder(4200);
        String number = shop.newOrder(4300);
        String id = Parties.duplicate(shop, number, earlier).path("id");
        Parties.send(merchant, id, "We look into it.").then().statusCode(201);
        // When
        Response response = Parties.duplicate(shop, number, earlier);
        // Then
        response.then()
                .statusCode(200)
                .header("Idempotent-Replayed", "true")
                .body("id", equalTo(id))
                .body("state", equalTo("ANSWERED"))
                .body("messages", hasSize(1));
        assertThat(disputesOf(number)).isOne();
    }

    @Test
    void anotherClaimWhileOneIsOpen_returnsTheOpenOne() {
        // Given
        String earlier = shop.newOrder(4200);
        String number = shop.newOrder(4300);
        String id = Parties.opened(shop, number);
        // When
        Response response = Parties.duplicate(shop, number, earlier);
        // Then
        response.then()
                .statusCode(409)
                .contentType("application/problem+json")
                .body("type", equalTo("/problems/dispute-open"))
                .body("retry", equalTo("never"))
                .body("id", equalTo(id))
                .body("dispute", equalTo("/disputes/" + id))
                .body("state", equalTo("OPEN"));
        assertThat(disputesOf(number)).isOne();
    }

    @Test
    void onceItIsDecided_anotherCanBeOpened() {
        // Given
        String number = shop.newOrder(4200);
        String rejected = Parties.opened(shop, number);
        Parties.resolve(support, rejected, "REJECT").then().statusCode(200);
        String withdrawn = Parties.opened(shop, number);
        Parties.withdraw(shop, withdrawn).then().statusCode(200);
        // When
        Response response = Parties.notMine(shop, number);
        // Then
        response.then().statusCode(201).body("id", not(equalTo(rejected)));
        assertThat(disputesOf(number)).isEqualTo(3);
    }

    @Test
    void sixteenAtOnce_areOneDispute() {
        // Given
        String number = shop.newOrder(4200);
        Callable<Response> racer = () -> Parties.notMine(shop, number);
        // When
        List<Response> answers = Racers.race(Collections.nCopies(16, racer));
        // Then
        assertThat(answers).filteredOn(answer -> answer.statusCode() == 201).hasSize(1);
        assertThat(answers).filteredOn(answer -> answer.statusCode() == 200).hasSize(15);
        assertThat(answers.stream().map(answer -> answer.<String>path("id")).distinct())
                .hasSize(1);
        assertThat(disputesOf(number)).isOne();
    }

    @Test
    void twoClaimsAtOnce_oneIsOpenedAndReturnedToTheOther() {
        // Given
        String earlier = shop.newOrder(4200);
        String number = shop.newOrder(4300);
        // When
        List<Response> answers = Racers.race(List.<Callable<Response>>of(
                () -> Parties.notMine(shop, number), () -> Parties.duplicate(shop, number, earlier)));
        // Then
        assertThat(answers).extracting(Response::statusCode).containsExactlyInAnyOrder(201, 409);
        assertThat(answers.stream().map(answer -> answer.<String>path("id")).distinct())
                .hasSize(1);
    }

    @Test
    void allErrors_areReportedAtOnce() {
        // Given
        String number = shop.newOrder(4200);
        // When
        Response response =
                badOpen(number, Map.of("kind", "DUPLICATE", "duplicateOf", "nonsense", "message", "x".repeat(2001)));
        // Then
        response.then()
                .statusCode(400)
                .body("type", equalTo("/problems/body-invalid"))
                .body("violations.field", containsInAnyOrder("/duplicateOf", "/message"));
        assertThat(disputesOf(number)).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "duplicate", "SPOILED"})
    void unknownKind_isRefused(String kind) {
        // Given
        String number = shop.newOrder(4200);
        // When
        Response response = badOpen(number, Map.of("kind", kind));
        // Then
        response.then().statusCode(400).body("violations.field", contains("/kind"));
    }

    @Test
    void missingKindAndMissingOther_areRefused() {
        // Given
        String number = shop.newOrder(4200);
        // Then
        badOpen(number, Map.of()).then().statusCode(400).body("violations.field", contains("/kind"));
        badOpen(number, Map.of("kind", "DUPLICATE"))
                .then()
                .statusCode(400)
                .body("violations.field", contains("/duplicateOf"))
                .body("violations[0].message", equalTo("is missing"));
    }

    @Test
    void otherOrderThatCannotBeIt_isRefused() {
        // Given
        String number = shop.newOrder(4200);
        String others = Shop.newBuyer().newOrder(4200);
        // When
        List<Response> responses = List.of(
                Parties.duplicate(shop, number, number),
                Parties.duplicate(shop, number, others),
                Parties.duplicate(shop, number, shop.newNumber()),
                Parties.open(shop, number, Map.of("kind", "NOT_MINE", "duplicateOf", shop.newOrder(4300))));
        // Then
        assertThat(responses)
                .allSatisfy(
                        response -> response.then().statusCode(400).body("violations.field", contains("/duplicateOf")));
        assertThat(Shop.bodyOf(responses.get(1))).isEqualTo(Shop.bodyOf(responses.get(2)));
        assertThat(disputesOf(number)).isZero();
    }

    @Test
    void messageThatCannotBeKept_isRefused() {
        // Given
        String number = shop.newOrder(4200);
        // Then
        for (String message : List.of(" ", "a\0b", "a\bb")) {
            badOpen(number, Map.of("kind", "NOT_MINE", "message", message))
                    .then()
                    .statusCode(400)
                    .body("violations.field", contains("/message"));
        }
    }

    @Test
    void messageOfSeveralLines_isKeptAsItIs() {
        // Given
        String number = shop.newOrder(4200);
        String message = "First.\n\tSecond 🍵.\r\n";
        // When
        Response response = Parties.open(shop, number, Map.of("kind", "NOT_MINE", "message", message));
        // Then
        response.then().statusCode(201).body("messages[0].text", equalTo(message));
    }

    @Test
    void othersOrderAndNoOrder_readAsAbsent() {
        // Given
        String others = Shop.newBuyer().newOrder(4200);
        // When
        List<Response> responses = List.of(
                Parties.notMine(shop, others),
                Parties.notMine(shop, shop.newNumber()),
                Parties.notMine(shop, "nonsense"));
        // Then
        assertThat(responses)
                .allSatisfy(
                        response -> response.then().statusCode(404).body("type", equalTo("/problems/order-not-found")));
        assertThat(responses.stream().map(Shop::bodyOf).distinct()).hasSize(1);
    }

    @Test
    void staff_disputesNothing() {
        // Given
        String number = shop.newOrder(4200);
        // Then
        Parties.notMine(support, number).then().statusCode(403);
        Parties.notMine(merchant, number).then().statusCode(403);
    }

    @Test
    void withoutABody_isRefused() {
        // Given
        String number = shop.newOrder(4200);
        // When
        Response response = shop.badRequest().contentType(ContentType.JSON).post("/orders/{number}/disputes", number);
        // Then
        response.then().statusCode(400).body("type", equalTo("/problems/body-unreadable"));
    }

    @Test
    void withoutRedis_resubmissionsAreUnknown() {
        // Given
        Shop.awaitBusinessAsUsual();
        String number = shop.newOrder(4200);
        Stores.toRedis().refuse();
        try {
            // When
            Response response = Parties.notMine(shop, number);
            // Then
            response.then()
                    .statusCode(201)
                    .body("evidence.order.submits", nullValue())
                    .body("evidence.order.submitsUnknown", equalTo(true))
                    .body("evidence.order.events.kind", contains("PLACED"));
        } finally {
            Stores.toRedis().heal();
            Shop.awaitBusinessAsUsual();
        }
    }

    private static long disputesOf(String number) {
        return Long.parseLong(
                Database.value("SELECT count(*) FROM disputes WHERE number = '%s'".formatted(number.replace("-", ""))));
    }
}
