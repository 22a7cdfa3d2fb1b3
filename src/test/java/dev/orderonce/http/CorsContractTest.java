package dev.orderonce.http;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.nullValue;

import dev.orderonce.testkit.RawHttp;
import dev.orderonce.testkit.Shop;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.Response;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.URL;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A page of a configured origin can read every response, a page of another origin none. */
@QuarkusTest
@TestProfile(CorsContractTest.TwoOrigins.class)
class CorsContractTest {
    private static final String SHOP = "https://shop.example";
    private static final String LOCAL = "http://localhost:3000";
    private static final String ANOTHER = "https://evil.example";
    private static final int UNDER_WAY = 4;

    /** What the service lets a page read of every response. */
    private static final String ALLOWED = "access-control-allow-origin: " + SHOP;

    /** Headers that the description names, and that no page sends. */
    private static final Set<String> OF_PROGRAMS = Set.of("On-Behalf-Of", "Payment-Signature");

    /** Two origins, and a limit low enough for a test to reach. */
    public static final class TwoOrigins implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of("cors.origins", SHOP + ", " + LOCAL, "http.in-flight-limit", Integer.toString(UNDER_WAY));
        }
    }

    @TestHTTPResource
    URL service;

    private final Shop shop = Shop.newBuyer();

    private static Set<String> listed(String header) {
        return Arrays.stream(header.split(",", -1)).map(String::strip).collect(Collectors.toSet());
    }

    @ParameterizedTest
    @CsvSource({"POST, /orders", "GET, /order-numbers?checkout=c1", "DELETE, /order-numbers/000000", "GET, /nowhere"})
    void preflight_isPermittedForEveryPath(String method, String path) {
        // When
        Response response = given().header("Origin", SHOP)
                .header("Access-Control-Request-Method", method)
                .header("Access-Control-Request-Headers", "authorization,content-type,idempotency-key")
                .options(path);
        // Then
        response.then()
                .statusCode(204)
                .header("Access-Control-Allow-Origin", equalTo(SHOP))
                .header("Access-Control-Allow-Credentials", nullValue())
                .header("Access-Control-Max-Age", equalTo("7200"))
                .header("Vary", equalTo("origin"));
        assertThat(listed(response.header("Access-Control-Allow-Methods"))).contains(method);
        assertThat(listed(response.header("Access-Control-Allow-Headers")))
                .contains("Authorization", "Content-Type", "Idempotency-Key");
    }

    @ParameterizedTest
    @ValueSource(strings = {SHOP, LOCAL})
    void response_canBeReadWithItsHeaders(String origin) {
        // When
        Response response = shop.request().header("Origin", origin).get("/order-numbers");
        // Then
        response.then()
                .statusCode(200)
                .header("Access-Control-Allow-Origin", equalTo(origin))
                .header("Access-Control-Allow-Credentials", nullValue())
                .header("Vary", equalTo("origin"));
        assertThat(listed(response.header("Access-Control-Expose-Headers"))).contains("Retry-After", "Date");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                ANOTHER,
                "null",
                "http://shop.example",
                "https://shop.example.evil.example",
                "https://SHOP.example"
            })
    void responseToAnotherOrigin_cannotBeRead(String origin) {
        // When
        Response actual = shop.request().header("Origin", origin).get("/order-numbers");
        Response preflight = given().header("Origin", origin)
                .header("Access-Control-Request-Method", "POST")
                .options("/orders");
        // Then
        actual.then().statusCode(200);
        preflight.then().statusCode(204).header("Allow", containsString("POST"));
        for (Response response : List.of(actual, preflight)) {
            response.then().header("Vary", equalTo("origin"));
            assertThat(response.headers().asList())
                    .noneMatch(
                            header -> header.getName().toLowerCase(Locale.ROOT).startsWith("access-control-"));
        }
    }

    @Test
    void responseWithoutAnOrigin_variesToo() {
        given().get("/problems")
                .then()
                .statusCode(200)
                .header("Vary", containsString("origin"))
                .header("Access-Control-Allow-Origin", nullValue());
    }

    /** A page on another origin imports it: scripts of type module are requested with CORS. */
    @Test
    void module_canBeImportedFromAnotherOrigin() {
        Response response =
                given().header("Origin", SHOP).header("Accept-Encoding", "gzip").get("/order-once.js");
        response.then().statusCode(200).header("Access-Control-Allow-Origin", equalTo(SHOP));
        assertThat(String.join(",", response.headers().getValues("Vary"))).contains("origin");
    }

    /** By the front door, by the router before it, by the framework and by the resources. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "GET /nowhere|404|not-found",
                "GET /orders|401|not-signed-in",
                "PUT /orders|405|method-not-allowed",
                "GET /orders?lmit=5|400|parameter-invalid",
                "GET /orders/|400|path-refused",
                "GET //orders|400|path-refused",
                "GET /%/x|400|path-refused",
            })
    void problem_canBeRead(String line, int status, String problem) {
        // When
        String response = RawHttp.exchange(
                service, "%s HTTP/1.1\r\nHost: x\r\nOrigin: %s\r\nConnection: close\r\n\r\n".formatted(line, SHOP));
        // Then
        assertThat(response)
                .startsWith("HTTP/1.1 " + status)
                .contains("/problems/" + problem)
                .containsIgnoringCase(ALLOWED)
                .containsIgnoringCase("vary: origin");
    }

    @Test
    void problemOfARequestWithoutHost_canBeRead() {
        assertThat(RawHttp.exchange(
                        service, "GET /orders HTTP/1.1\r\nOrigin: %s\r\nConnection: close\r\n\r\n".formatted(SHOP)))
                .startsWith("HTTP/1.1 400")
                .contains("/problems/host-refused")
                .containsIgnoringCase(ALLOWED);
    }

    @Test
    void problemAboutTheRole_canBeRead() {
        shop.request()
                .header("Origin", SHOP)
                .get("/statistics")
                .then()
                .statusCode(403)
                .header("Access-Control-Allow-Origin", equalTo(SHOP));
    }

    @Test
    void overload_canBeReadWithItsDelayAndAPreflightIsStillAnswered() throws IOException {
        List<Socket> unfinished = new ArrayList<>();
        try {
            // Given
            for (int i = 0; i < UNDER_WAY; i++) {
                Socket socket = new Socket(service.getHost(), service.getPort());
                unfinished.add(socket);
                socket.getOutputStream()
                        .write("POST /payments/notifications HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{"
                                .getBytes(StandardCharsets.US_ASCII));
                socket.getOutputStream().flush();
            }
            // When
            Response refused = await().atMost(Duration.ofSeconds(5))
                    .until(() -> given().header("Origin", SHOP).get("/orders"), answer -> answer.statusCode() == 503);
            Response preflight = given().header("Origin", SHOP)
                    .header("Access-Control-Request-Method", "GET")
                    .options("/orders");
            // Then
            refused.then()
                    .body("type", equalTo("/problems/overloaded"))
                    .body("retry", equalTo("same-request"))
                    .header("Retry-After", equalTo("1"))
                    .header("Access-Control-Allow-Origin", equalTo(SHOP))
                    .header("Access-Control-Expose-Headers", containsString("Retry-After"));
            preflight.then().statusCode(204).header("Access-Control-Allow-Origin", equalTo(SHOP));
        } finally {
            for (Socket socket : unfinished) {
                socket.close();
            }
        }
        await().atMost(Duration.ofSeconds(5))
                .untilAsserted(
                        () -> assertThat(given().get("/problems").statusCode()).isEqualTo(200));
    }

    @Test
    void eventStream_canBeRead() throws Exception {
        // Given
        HttpRequest request = HttpRequest.newBuilder(URI.create(service + "events"))
                .header("Authorization", "Bearer " + shop.token())
                .header("Accept", "text/event-stream")
                .header("Origin", SHOP)
                .build();
        // When
        HttpClient client = HttpClient.newHttpClient();
        try {
            HttpResponse<Stream<String>> response = client.send(request, HttpResponse.BodyHandlers.ofLines());
            // Then
            assertThat(response.statusCode()).isEqualTo(200);
            assertThat(response.headers().firstValue("Access-Control-Allow-Origin"))
                    .contains(SHOP);
            assertThat(response.headers().allValues("Vary")).contains("origin");
        } finally {
            // Without waiting for the end of the stream.
            client.shutdownNow();
        }
    }

    /** A header that an operation gets or returns is not forgotten here. */
    @Test
    void headersOfTheDescription_areThoseOfPages() {
        // Given
        JsonObject description = new JsonObject(
                given().accept("application/json").get("/openapi").asString());
        Set<String> requested = new TreeSet<>();
        Set<String> returned = new TreeSet<>();
        collect(description, requested, returned);
        requested.removeAll(OF_PROGRAMS);
        // When
        Response preflight = given().header("Origin", SHOP)
                .header("Access-Control-Request-Method", "POST")
                .options("/orders");
        // Then
        assertThat(requested).isNotEmpty();
        assertThat(returned).isNotEmpty();
        assertThat(listed(preflight.header("Access-Control-Allow-Headers"))).containsAll(requested);
        assertThat(listed(preflight.header("Access-Control-Expose-Headers"))).containsAll(returned);
    }

    private static void collect(Object node, Set<String> requested, Set<String> returned) {
        if (node instanceof JsonArray array) {
            array.forEach(element -> collect(element, requested, returned));
        } else if (node instanceof JsonObject object) {
            if ("header".equals(object.getValue("in")) && object.getValue("name") instanceof String name) {
                requested.add(name);
            }
            object.forEach(member -> {
                if (member.getKey().equals("headers") && member.getValue() instanceof JsonObject headers) {
                    returned.addAll(headers.fieldNames());
                }
                collect(member.getValue(), requested, returned);
            });
        }
    }
}
