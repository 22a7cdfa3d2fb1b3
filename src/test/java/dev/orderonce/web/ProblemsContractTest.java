package dev.orderonce.web;

import static io.restassured.RestAssured.given;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;

import dev.orderonce.testkit.Baskets;
import dev.orderonce.testkit.RawHttp;
import dev.orderonce.testkit.Shop;

import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.net.URL;

/** The framework's own refusals are problems like ours, and nothing reads a path in two ways. */
@QuarkusTest
class ProblemsContractTest {
    @TestHTTPResource URL service;

    private final Shop shop = Shop.newBuyer();

    @Test
    void unknownAddress_isAProblem() {
        given().get("/nowhere").then().statusCode(404).body("type", equalTo("/problems/not-found"));
    }

    @Test
    void methodThatIsNotAllowed_isAProblem() {
        given().header("Authorization", "Bearer " + shop.token())
                .put("/orders")
                .then()
                .statusCode(405)
                .contentType("application/problem+json")
                .body("type", equalTo("/problems/method-not-allowed"))
                .body("retry", equalTo("never"));
    }

    @Test
    void bodyThatIsNotJson_isAProblem() {
        shop.badRequest()
                .contentType(ContentType.TEXT)
                .body("hello")
                .post("/orders")
                .then()
                .statusCode(415)
                .contentType("application/problem+json")
                .body("type", equalTo("/problems/media-type-not-supported"));
    }

    @Test
    void representationThatIsNotOffered_isAProblem() {
        shop.badRequest()
                .accept("image/png")
                .get("/orders")
                .then()
                .statusCode(406)
                .body("type", equalTo("/problems/not-acceptable"));
    }

    @Test
    void bodyThatIsTooLarge_isAProblem() {
        shop.badRequest()
                .contentType(ContentType.JSON)
                .body("{\"currency\":\"" + "x".repeat(200_000) + "\"}")
                .post("/orders")
                .then()
                .statusCode(413)
                .contentType("application/problem+json")
                .body("retry", equalTo("same-number"));
    }

    @Test
    void largestOrder_isAccepted() {
        String number = shop.newNumber();
        shop.place(number, Baskets.largest()).then().statusCode(201);
        shop.place(number, Baskets.largest()).then().statusCode(200);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/orders;a=b",
                "/orders/;/x",
                "/orders%3bx",
                "/orders%3Bx",
                "/orders%2fx",
                "/orders%2Fx",
                "/orders%5cx",
                "/orders%5Cx",
                "/orders%252fx",
                "/q/health;x"
            })
    void pathThatCanBeReadInTwoWays_isRefusedFirst(String path) {
        String response = RawHttp.get(service, path);
        assertThat(response).startsWith("HTTP/1.1 400 ").contains("/problems/path-refused");
    }

    @Test
    void rawBackslash_isRefusedByTheParserItself() {
        assertThat(RawHttp.get(service, "/orders\\x")).startsWith("HTTP/1.1 400 ");
    }

    @ParameterizedTest
    @EnumSource(ProblemType.class)
    void everyProblem_hasAPage(ProblemType type) {
        given().get(type.uri())
                .then()
                .statusCode(200)
                .contentType(containsString("text/html"))
                .body(containsString(type.retry().text()));
    }

    @Test
    void problemThatDoesNotExist_hasNoPage() {
        given().accept("text/html").get("/problems/nix").then().statusCode(404);
    }

    @Test
    void listOfProblems_namesThemAll() {
        String page = given().get("/problems").asString();
        assertThat(ProblemType.values()).allSatisfy(type -> assertThat(page).contains(type.uri()));
    }

    @Test
    void health_tellsOfBothStores() {
        given().get("/q/health/ready")
                .then()
                .statusCode(200)
                .body("checks.find { it.name == 'stores' }.data.postgresql", equalTo("answers"))
                .body("checks.find { it.name == 'stores' }.data.redis", equalTo("answers"));
        given().get("/q/health/live").then().statusCode(200);
    }

    @Test
    void metrics_countOutcomes() {
        // Given
        String number = shop.newNumber();
        shop.place(number).then().statusCode(201);
        shop.place(number).then().statusCode(200);
        // When
        String metrics = given().get("/q/metrics").asString();
        // Then
        assertThat(metrics)
                .contains(
                        "orderonce_outcomes_seconds_count{outcome=\"already-placed\",use=\"place\"}")
                .contains(
                        "orderonce_outcomes_seconds_bucket{outcome=\"placed\",use=\"place\",le=\"0.01\"}");
    }
}
