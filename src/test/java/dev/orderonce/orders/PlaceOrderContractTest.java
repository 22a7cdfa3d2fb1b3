package dev.orderonce.orders;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.endsWith;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.nullValue;
import static org.hamcrest.Matchers.startsWith;

import dev.orderonce.testkit.Baskets;
import dev.orderonce.testkit.Database;
import dev.orderonce.testkit.Shop;
import dev.orderonce.testkit.TestClock;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every row of the table of POST /orders: status, headers, problem type and advice. */
@QuarkusTest
class PlaceOrderContractTest {
    @Inject
    TestClock clock;

    private final Shop shop = Shop.newBuyer();

    @AfterEach
    void resetClock() {
        clock.reset();
    }

    @Test
    void firstSubmit_makesTheOrder() {
        // Given
        String number = shop.newNumber();
        // When
        Response response = shop.place(number);
        // Then
        response.then()
                .statusCode(201)
                .header("Location", "/orders/" + number)
                .header("Cache-Control", "no-store")
                .header("Idempotent-Replayed", nullValue())
                .body("number", equalTo(number))
                .body("state", equalTo("CREATED"))
                .body("duplicated", equalTo(false))
                .body("currency", equalTo("EUR"))
                .body("total", equalTo(4200))
                .body("lines[0].name", equalTo("Green tea"));
        assertThat(Database.rows(number)).isOne();
        assertThat(Database.events(number)).isOne();
    }

    @Test
    void sameNumberSameContent_isAReplay() {
        // Given
        String number = shop.newNumber();
        Response first = shop.place(number);
        // When
        Response second = shop.place(number);
        // Then
        second.then()
                .statusCode(200)
                .header("Idempotent-Replayed", "true")
                .body("duplicated", equalTo(true))
                .body("number", equalTo(number))
                .body("placedAt", equalTo(first.path("placedAt")));
        assertThat(Database.rows(number)).isOne();
        assertThat(Database.events(number)).isOne();
    }

    @Test
    void numberAsAPersonWritesIt_isTheSameNumber() {
        // Given
        String number = shop.newNumber();
        shop.place(number).then().statusCode(201);
        String spoken =
                number.toLowerCase(java.util.Locale.ROOT).replace("-", " ").replace('0', 'o');
        // When
        Response second = shop.place(spoken, Baskets.onlyFor(number));
        // Then
        second.then().statusCode(200).body("number", equalTo(number));
    }

    @Test
    void sameNumberWithAnotherTotal_namesTheFields() {
        // Given
        String number = shop.newNumber();
        shop.place(number, Baskets.tea(2)).then().statusCode(201);
        // When
        Response response = shop.place(number, Baskets.tea(3));
        // Then
        response.then()
                .statusCode(422)
                .body("type", equalTo("/problems/order-differs"))
                .body("retry", equalTo("never"))
                .body("number", equalTo(number))
                .body("order", equalTo("/orders/" + number))
                .body("mismatch", hasSize(2))
                .body("mismatch.field", hasItem("/total"))
                .body("mismatch.find { it.field == '/total' }.placed", equalTo(4200))
                .body("mismatch.find { it.field == '/total' }.submitted", equalTo(6300))
                .body("mismatch.find { it.field != '/total' }.field", equalTo("/lines/0/quantity"));
        shop.find(number).then().statusCode(200).body("total", equalTo(4200));
    }

    @Test
    void neitherNumberNorKey_isRefused() {
        // Given
        Map<String, Object> body = Baskets.tea(1);
        // When
        Response response =
                shop.badRequest().contentType(ContentType.JSON).body(body).post("/orders");
        // Then
        response.then()
                .statusCode(400)
                .contentType("application/problem+json")
                .body("type", equalTo("/problems/number-missing"))
                .body("retry", equalTo("after-change"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "x", "0K3M7Q-XW52TB-9H4NRC", "0K3M7QXW52TB9H4NRD", "ZZZZZZ-ZZZZZZ-ZZZZZZ", "🍵"})
    void whatIsNoNumber_isRefusedWithTheSameBytes(String number) {
        // Given
        String others = Shop.newBuyer().newNumber();
        // When
        Response malformed = shop.place(number);
        // Then
        malformed
                .then()
                .statusCode(400)
                .body("type", equalTo("/problems/number-unknown"))
                .body("retry", equalTo("new-number"));
        assertThat(Shop.bodyOf(malformed)).isEqualTo(Shop.bodyOf(shop.place(others)));
    }

    @Test
    void anotherBuyersOrder_readsAsAbsent() {
        // Given
        Shop other = Shop.newBuyer();
        String number = other.newNumber();
        other.place(number).then().statusCode(201);
        // When
        Response response = shop.place(number);
        // Then
        response.then().statusCode(400).body("type", equalTo("/problems/number-unknown"));
        shop.find(number).then().statusCode(404);
    }

    @Test
    void expiredNumber_isGoneAndItsTombstoneCommitted() {
        // Given
        String number = shop.newNumber();
        clock.putForward(Duration.ofHours(2));
        // When
        Response response = shop.place(number);
        // Then
        response.then()
                .statusCode(410)
                .body("type", equalTo("/problems/number-expired"))
                .body("retry", equalTo("new-number"));
        assertThat(Database.voidReason(number)).isEqualTo("EXPIRED");
    }

    @Test
    void numberReportedAsExpired_staysExpiredWhenTheClockIsSetBack() {
        // Given
        String number = shop.newNumber();
        clock.putForward(Duration.ofHours(2));
        shop.place(number).then().statusCode(410);
        clock.reset();
        // When
        Response response = shop.place(number);
        // Then
        response.then().statusCode(410);
    }

    @Test
    void numberExpiredBeyondEveryClockAndSetting_needsNoTombstone() {
        // Given
        String number = shop.newNumber();
        clock.putForward(Duration.ofDays(7).plusMinutes(2));
        // When
        Response response = shop.place(number);
        // Then
        response.then().statusCode(410).body("type", equalTo("/problems/number-expired"));
        assertThat(Database.rows(number)).isZero();
    }

    @Test
    void replayOfAnExpiredNumber_isStillAReplay() {
        // Given
        String number = shop.newNumber();
        shop.place(number).then().statusCode(201);
        clock.putForward(Duration.ofDays(30));
        // When
        Response response = shop.place(number);
        // Then
        response.then().statusCode(200).body("duplicated", equalTo(true));
    }

    @Test
    void voidedNumber_isGone() {
        // Given
        String number = shop.newNumber();
        shop.voidNumber(number).then().statusCode(200);
        // When
        Response response = shop.place(number);
        // Then
        response.then()
                .statusCode(410)
                .body("type", equalTo("/problems/number-voided"))
                .body("retry", equalTo("new-number"));
    }

    @Test
    void bodyThatIsNotValid_leavesTheNumberUsable() {
        // Given
        String number = shop.newNumber();
        Map<String, Object> basket = new HashMap<>(Baskets.tea(2));
        basket.put("total", 4201);
        // When
        Response response = shop.place(number, basket);
        // Then
        response.then()
                .statusCode(400)
                .body("type", equalTo("/problems/body-invalid"))
                .body("retry", equalTo("after-change"))
                .body("violations[0].field", equalTo("/total"))
                .body("violations[0].message", endsWith("what the lines add up to"));
        shop.place(number).then().statusCode(201);
    }

    @Test
    void acknowledgements_areKeptWithTheOrder() {
        // Given
        String earlier = shop.newNumber();
        String number = shop.newNumber();
        Map<String, Object> basket = new HashMap<>(Baskets.tea(2));
        basket.put(
                "acknowledgements",
                List.of(
                        Map.of("kind", "LARGE_AMOUNT", "total", 4200),
                        Map.of("kind", "SECOND_ORDER", "earlier", earlier)));
        // When
        shop.place(number, basket).then().statusCode(201);
        // Then
        shop.find(number)
                .then()
                .body("acknowledgements", hasSize(2))
                .body("acknowledgements[0].total", equalTo(4200))
                .body("acknowledgements[1].earlier", equalTo(earlier));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{",
                "[]",
                "null",
                "{\"total\":1}x",
                "{\"total\":1,\"total\":2}",
                "\"text\"",
            })
    void whatIsNotTheJsonExpected_isRefused(String body) {
        // When
        Response response =
                shop.badRequest().contentType(ContentType.JSON).body(body).post("/orders");
        // Then
        response.then()
                .statusCode(400)
                .contentType("application/problem+json")
                .body("type", equalTo("/problems/body-unreadable"))
                .body("retry", equalTo("after-change"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"total\":\"4200\"}",
                "{\"total\":4200.5}",
                "{\"total\":99999999999999999999}",
                "{\"currency\":978}",
                "{\"orderNumber\":5}",
                "{\"lines\":{}}",
                "{\"lines\":[{\"quantity\":\"2\"}]}",
                "{\"lines\":[{\"qty\":2}]}",
                "{\"totl\":4200}",
            })
    void memberOfTheWrongTypeOrName_isNamed(String body) {
        // Given
        String expected = body.contains("lines") ? "/lines" : '/' + body.substring(2, body.indexOf('"', 2));
        // When
        Response response =
                shop.badRequest().contentType(ContentType.JSON).body(body).post("/orders");
        // Then
        response.then().statusCode(400).body("type", equalTo("/problems/body-invalid"));
        assertThat(response.<String>path("violations[0].field")).startsWith(expected);
        assertThat(response.asString()).doesNotContain("dev.orderonce").doesNotContain("jackson");
    }

    @Test
    void everythingThatIsWrong_isNamedAtOnce() {
        // Given
        String body = """
                {"currency": 5, "total": "42.00", "lines": [{"productCode": "", "qty": 2, "unitPrice": 2100}, 7], "metdata": {}}
                """;
        // When
        Response response =
                shop.badRequest().contentType(ContentType.JSON).body(body).post("/orders");
        // Then
        response.then().statusCode(400).body("type", equalTo("/problems/body-invalid"));
        assertThat(response.<List<Map<String, String>>>path("violations"))
                .extracting(violation -> violation.get("field") + ' ' + violation.get("message"))
                .containsExactlyInAnyOrder(
                        "/currency must be a string",
                        "/total must be a whole number",
                        "/lines/0/qty is not a known member; did you mean quantity?",
                        "/lines/0/quantity is missing",
                        "/lines/0/productCode must have 1 to 64 characters, not only spaces",
                        "/lines/1 must be an object",
                        "/metdata is not a known member; did you mean metadata?");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            {"a":1,} | Line 1, column 8: unexpected character ('}')
            {"total":1,"total":2} | Line 1, column 19: duplicate field 'total'.
            { | Line 1, column 2: unexpected end-of-input
            [] | The body must be a JSON object.
            {"total":1}x | Line 1, column 12: unrecognized token 'x'
            """)
    void brokenJson_isReportedWithItsPlace(String body, String detail) {
        shop.badRequest()
                .contentType(ContentType.JSON)
                .body(body)
                .post("/orders")
                .then()
                .statusCode(400)
                .body("type", equalTo("/problems/body-unreadable"))
                .body("detail", startsWith(detail));
    }
}
