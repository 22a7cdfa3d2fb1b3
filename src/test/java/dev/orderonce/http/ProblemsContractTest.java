package dev.orderonce.http;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.endsWith;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.nullValue;
import static org.hamcrest.Matchers.startsWith;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import dev.orderonce.testkit.Baskets;
import dev.orderonce.testkit.LogRecords;
import dev.orderonce.testkit.Operator;
import dev.orderonce.testkit.RawHttp;
import dev.orderonce.testkit.Shop;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The framework's own refusals are problems like the service's, and no two components read a path differently. */
@QuarkusTest
class ProblemsContractTest {
    @TestHTTPResource
    URL service;

    private final Shop shop = Shop.newBuyer();

    @Test
    void unknownAddress_isAProblem() {
        given().get("/nowhere").then().statusCode(404).body("type", equalTo("/problems/not-found"));
    }

    static Stream<Arguments> methods() {
        return Stream.of(
                Arguments.of("PUT", "/orders", "GET, HEAD, OPTIONS, POST"),
                Arguments.of("DELETE", "/orders", "GET, HEAD, OPTIONS, POST"),
                Arguments.of("DELETE", "/order-numbers", "GET, HEAD, OPTIONS, POST"),
                Arguments.of("PUT", "/order-numbers/000000", "DELETE, GET, HEAD, OPTIONS"),
                Arguments.of("GET", "/orders/000000/cancellation", "OPTIONS, POST"),
                Arguments.of("HEAD", "/orders/000000/cancellation", "OPTIONS, POST"),
                Arguments.of("PATCH", "/once/notice/1", "DELETE, GET, HEAD, OPTIONS, PUT"),
                Arguments.of("POST", "/events", "GET, HEAD, OPTIONS"));
    }

    @ParameterizedTest
    @MethodSource("methods")
    void methodThatIsNotAllowed_isAProblemThatListsThoseThatAre(String method, String path, String allowed) {
        Response response =
                given().header("Authorization", "Bearer " + shop.token()).request(method, path);
        response.then().statusCode(405).header("Allow", equalTo(allowed));
        if (!method.equals("HEAD")) {
            response.then()
                    .contentType("application/problem+json")
                    .body("type", equalTo("/problems/method-not-allowed"))
                    .body("retry", equalTo("never"));
        }
    }

    @ParameterizedTest
    @MethodSource("methods")
    void options_listsWhatIsAllowed(String method, String path, String allowed) {
        given().options(path).then().statusCode(204).header("Allow", equalTo(allowed));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/order-once.js", "/problems.css", "/openapi"})
    void optionsOfAPage_listsThatItCanBeRead(String path) {
        given().get(path).then().statusCode(200);
        given().options(path).then().statusCode(204).header("Allow", equalTo("GET, HEAD, OPTIONS"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/nowhere", "/nowhere.js", "/shared", "/q/metrics"})
    void optionsOfNothing_isNotFound(String path) {
        given().get(path).then().statusCode(404);
        given().options(path).then().statusCode(404).body("type", equalTo("/problems/not-found"));
    }

    @Test
    void optionsOfTheWholeServer_listsAllMethods() {
        assertThat(RawHttp.get(service, "*")).startsWith("HTTP/1.1 400 ");
        assertThat(RawHttp.exchange(service, "OPTIONS * HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"))
                .startsWith("HTTP/1.1 204 ")
                .containsIgnoringCase("\r\nAllow: DELETE, GET, HEAD, OPTIONS, POST, PUT\r\n");
        assertThat(RawHttp.exchange(service, "OPTIONS * HTTP/1.1\r\nConnection: close\r\n\r\n"))
                .startsWith("HTTP/1.1 400 ")
                .contains("/problems/host-refused");
    }

    static Stream<Arguments> callers() throws IOException {
        return description()
                .path("paths")
                .propertyStream()
                .flatMap(path -> path.getValue()
                        .propertyStream()
                        .map(operation -> Arguments.of(
                                operation.getKey().toUpperCase(Locale.ROOT),
                                path.getKey().replaceAll("\\{[^}]*}", "1"),
                                operation.getValue().path("security").isEmpty()
                                        ? null
                                        : operation
                                                        .getValue()
                                                        .path("parameters")
                                                        .findValuesAsText("name")
                                                        .contains("On-Behalf-Of")
                                                ? "Authorization, On-Behalf-Of"
                                                : "Authorization")));
    }

    /** Also of a refusal: a cache could else return the 401 of one caller to another. */
    @ParameterizedTest
    @MethodSource("callers")
    void responseThatDependsOnTheCaller_varies(String method, String path, @Nullable String vary) {
        given().request(method, path).then().header("Vary", vary == null ? nullValue(String.class) : equalTo(vary));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/orders", "/orders;x", "/nowhere", "/openapi", "/", "/problems"})
    void everyResponse_hasADate(String path) {
        // Given
        Instant before = Instant.now().truncatedTo(ChronoUnit.SECONDS);
        // When
        String date = given().urlEncodingEnabled(false).get(path).header("Date");
        // Then
        assertThat(date).matches("[A-Z][a-z]{2}, \\d{2} [A-Z][a-z]{2} \\d{4} \\d{2}:\\d{2}:\\d{2} GMT");
        assertThat(DateTimeFormatter.RFC_1123_DATE_TIME.parse(date, Instant::from))
                .isBetween(before, Instant.now());
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/support.html", "/merchant.html", "/problems", "/problems/order-not-found"})
    void pages_haveAContentSecurityPolicy(String path) {
        given().get(path)
                .then()
                .statusCode(200)
                .header("X-Content-Type-Options", equalTo("nosniff"))
                .header("Referrer-Policy", equalTo("no-referrer"))
                .header("Content-Security-Policy", startsWith("default-src 'none'; script-src 'self'; "))
                .header("Content-Security-Policy", endsWith("; trusted-types 'none'"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/orders", "/openapi", "/order-once.js"})
    void otherResponses_haveNone(String path) {
        given().get(path)
                .then()
                .header("X-Content-Type-Options", equalTo("nosniff"))
                .header("Content-Security-Policy", nullValue());
    }

    static Stream<Arguments> unknownParameters() {
        return Stream.of(
                Arguments.of("GET", "/order-numbers?checkoutId=c1", "\"checkoutId\"", "accepts checkout."),
                Arguments.of("POST", "/order-numbers?Checkout=c1", "\"Checkout\"", "accepts checkout."),
                Arguments.of("GET", "/order-numbers?checkout=c1&x", "\"x\"", "accepts checkout."),
                Arguments.of("GET", "/order-numbers?checkout=c1&checkout=c2", "\"checkout\"", "more than once"),
                Arguments.of(
                        "GET", "/orders?page=2", "\"page\"", "accepts after, buyer, currency, hold, limit, number,"),
                Arguments.of("GET", "/orders/000000?expand=lines", "\"expand\"", "accepts no query parameters."),
                Arguments.of("POST", "/orders?orderNumber=1", "\"orderNumber\"", "accepts no query parameters."),
                Arguments.of("PUT", "/once/notice/1?TTL=5", "\"TTL\"", "accepts ttl."),
                Arguments.of("GET", "/events?lastEventId=5", "\"lastEventId\"", "accepts for."));
    }

    @ParameterizedTest
    @MethodSource("unknownParameters")
    void parameterThatIsNotKnown_isRefusedWithThoseThatAre(String method, String path, String name, String known) {
        given().urlEncodingEnabled(false)
                .header("Authorization", "Bearer " + shop.token())
                .request(method, path)
                .then()
                .statusCode(400)
                .contentType("application/problem+json")
                .body("type", equalTo("/problems/parameter-invalid"))
                .body("detail", containsString(name))
                .body("detail", containsString(known));
    }

    private static JsonNode description() throws IOException {
        return new ObjectMapper(new YAMLFactory())
                .readTree(Path.of("src/main/openapi/openapi.yaml").toFile());
    }

    static Stream<Arguments> operations() throws IOException {
        return description().path("paths").properties().stream()
                .flatMap(path -> path.getValue()
                        .propertyStream()
                        .map(operation -> Arguments.of(
                                operation.getKey().toUpperCase(Locale.ROOT),
                                path.getKey().replaceAll("\\{[^}]*}", "1"))));
    }

    @ParameterizedTest
    @MethodSource("operations")
    void parameterThatIsNotKnown_isRefusedByEveryOperation(String method, String path) {
        given().header("Authorization", "Bearer " + shop.token())
                .request(method, path + "?misspelt=1")
                .then()
                .statusCode(400)
                .header("Content-Type", "application/problem+json");
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
                .body("retry", equalTo("after-change"));
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
                "/orders/",
                "/events/",
                "//orders",
                "/%6frders",
                "/%65vents",
                "/x/../orders",
                "/./orders",
                "/orders%00",
                "/orders%zz",
                "/orders|x",
                "/%2e/openapi",
                "/openapi;x"
            })
    void pathThatIsNotInItsOneForm_isRefusedFirst(String path) {
        String response = RawHttp.get(service, path);
        assertThat(response).startsWith("HTTP/1.1 400 ").contains("/problems/path-refused");
    }

    /** Each is refused before any other component reads the request. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "GET /orders?%zz HTTP/1.1\\r\\nHost: x|400|parameter-invalid",
                "GET /problems?%zz HTTP/1.1\\r\\nHost: x|400|parameter-invalid",
                "GET /problems?a%20b=^ HTTP/1.1\\r\\nHost: x|400|parameter-invalid",
                "GET /orders HTTP/1.1|400|host-refused",
                "GET /orders HTTP/1.1\\r\\nHost:|400|host-refused",
                "GET /orders HTTP/1.1\\r\\nHost: x\\r\\nHost: y|400|host-refused",
                "GET /orders HTTP/1.1\\r\\nHost: x/y|400|host-refused",
                "GET /orders HTTP/1.1\\r\\nHost: a b|400|host-refused",
                "CONNECT /orders HTTP/1.1\\r\\nHost: x|400|path-refused",
                "CONNECT x:80 HTTP/1.1\\r\\nHost: x|400|path-refused",
                "GET http://x/orders HTTP/1.1\\r\\nHost: x|400|path-refused",
                "TRACE /orders HTTP/1.1\\r\\nHost: x|405|method-not-allowed",
                "GET /orders HTTP/1.0|401|not-signed-in",
            })
    void requestThatHttpDoesNotAllow_isAProblem(String head, int status, @Nullable String problem) {
        // When
        String response = RawHttp.exchange(service, head.replace("\\r\\n", "\r\n") + "\r\nConnection: close\r\n\r\n");
        // Then
        assertThat(response)
                .startsWith("HTTP/1.")
                .containsPattern("^HTTP/1.[01] " + status + " ")
                .containsIgnoringCase("x-content-type-options: nosniff");
        if (problem != null) {
            assertThat(response)
                    .containsIgnoringCase("content-type: application/problem+json")
                    .contains("/problems/" + problem);
        }
    }

    /** Any client could fill the log with such records. */
    @Test
    void refusalsBeforeTheRequestIsRead_areNotLogged() {
        try (LogRecords records = LogRecords.collect()) {
            // When
            for (String request : List.of(
                    "GET /orders HTTP/1.1\r\n",
                    "GET /%/x HTTP/1.1\r\nHost: x\r\n",
                    "GET //orders HTTP/1.1\r\nHost: x\r\n",
                    "GET x:80 HTTP/1.1\r\nHost: x\r\n",
                    "GET /orders HTTP/9.9\r\nHost: x\r\n",
                    "POST /orders HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n",
                    "POST /payments/notifications HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n20010\r\n"
                            + "x".repeat(0x20010)
                            + "\r\n0\r\n")) {
                RawHttp.exchange(service, request + "Connection: close\r\n\r\n");
            }
            // Then
            assertThat(records.errors()).isEmpty();
        }
    }

    @Test
    void longTarget_isAProblem() {
        assertThat(RawHttp.get(service, "/orders?after=" + "x".repeat(5000)))
                .startsWith("HTTP/1.1 414 ")
                .contains("/problems/target-too-long");
    }

    @Test
    void longHeaders_areAProblem() {
        assertThat(RawHttp.exchange(
                        service,
                        "GET /orders HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-Long: "
                                + "x".repeat(20_000)
                                + "\r\n\r\n"))
                .startsWith("HTTP/1.1 431 ")
                .contains("/problems/headers-too-large");
    }

    /** The sum of the headers is more than its parser reads, with no header that is. */
    @Test
    void headersThatTheServerDoesNotRead_areRefusedWithoutAProblem() {
        assertThat(RawHttp.exchange(
                        service,
                        "GET /orders HTTP/1.1\r\nHost: x\r\nX-Long: "
                                + "x".repeat(17_000)
                                + "\r\nX-Longer: "
                                + "x".repeat(17_000)
                                + "\r\n\r\n"))
                .startsWith("HTTP/1.1 431 ")
                .endsWith("\r\n\r\n");
    }

    @Test
    void longBodyInChunks_isAProblem() {
        assertThat(RawHttp.exchange(
                        service,
                        "POST /payments/notifications HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n20010\r\n"
                                + "x".repeat(0x20010)
                                + "\r\n0\r\n\r\n"))
                .startsWith("HTTP/1.1 413 ")
                .contains("/problems/body-too-large");
    }

    /** Larger than what the framework reads at once, and not larger than what is accepted. */
    @Test
    void bodyInChunks_isRead() {
        // Given
        String body = new JsonObject(Baskets.under(shop.newNumber(), Baskets.largest())).encode();
        StringBuilder chunks = new StringBuilder();
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        for (int at = 0; at < bytes.length; at += 5000) {
            int length = Math.min(5000, bytes.length - at);
            chunks.append(Integer.toHexString(length))
                    .append("\r\n")
                    .append(new String(bytes, at, length, StandardCharsets.ISO_8859_1))
                    .append("\r\n");
        }
        // When
        String response = RawHttp.exchange(
                service,
                "POST /orders HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer "
                        + shop.token()
                        + "\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
                        + chunks
                        + "0\r\n\r\n");
        // Then
        assertThat(response).startsWith("HTTP/1.1 201 ");
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
                .body(containsString(type.title()))
                .body(containsString(type.retry().text()))
                .body(containsString(type.retry().advice()))
                .body(containsString(ProblemExample.of(type).buyer()))
                .body(containsString("HTTP/1.1 " + type.status()));
    }

    /** It is a file of every build, not of the standalone build's pages. */
    @Test
    void styleOfThePages_isServed() {
        given().get("/problems.css").then().statusCode(200).contentType(containsString("text/css"));
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
    void health_reportsBothStores() {
        Operator.get("/q/health/ready")
                .then()
                .statusCode(200)
                .body("checks.find { it.name == 'stores' }.data.postgresql", equalTo("answers"))
                .body("checks.find { it.name == 'stores' }.data.redis", equalTo("answers"));
        Operator.get("/q/health/live").then().statusCode(200);
    }

    @Test
    void metrics_countOutcomes() {
        // Given
        String number = shop.newNumber();
        shop.place(number).then().statusCode(201);
        shop.place(number).then().statusCode(200);
        // When
        String metrics = Operator.get("/q/metrics").asString();
        // Then
        assertThat(metrics)
                .containsPattern("orderonce_ready(\\{\\})? 1\\.0")
                .contains("orderonce_outcomes_seconds_count{outcome=\"already-placed\",use=\"place\"}")
                .contains("orderonce_outcomes_seconds_bucket{outcome=\"placed\",use=\"place\",le=\"0.01\"}");
    }
}
