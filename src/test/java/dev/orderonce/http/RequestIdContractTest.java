package dev.orderonce.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;

import dev.orderonce.testkit.Baskets;
import dev.orderonce.testkit.LogRecords;
import dev.orderonce.testkit.Racers;
import dev.orderonce.testkit.RawHttp;
import dev.orderonce.testkit.Shop;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import io.vertx.core.json.JsonObject;
import java.net.URL;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every response has the id of its request, and every problem names the same; the log has it too. */
@QuarkusTest
@TestProfile(RequestIdContractTest.CrossOrigin.class)
class RequestIdContractTest {
    private static final String ID = "[0-9a-f]{32}";

    /** The framework answers preflight requests. */
    public static final class CrossOrigin implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of("quarkus.http.cors.enabled", "true", "quarkus.http.cors.origins", "https://shop.example");
        }
    }

    @TestHTTPResource
    URL service;

    private final Shop shop = Shop.newBuyer();

    /** The values of a header in a response. */
    private static List<String> values(String response, String header) {
        return response.split("\r\n\r\n", 2)[0]
                .lines()
                .filter(line -> line.toLowerCase(Locale.ROOT).startsWith(header.toLowerCase(Locale.ROOT) + ": "))
                .map(line -> line.substring(header.length() + 2))
                .toList();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET / HTTP/1.1\r\nHost: x",
                "GET /order-once.js HTTP/1.1\r\nHost: x",
                "GET /openapi HTTP/1.1\r\nHost: x",
                "GET /problems HTTP/1.1\r\nHost: x",
                "HEAD /problems HTTP/1.1\r\nHost: x",
                "OPTIONS /orders HTTP/1.1\r\nHost: x",
                "OPTIONS * HTTP/1.1\r\nHost: x",
                "OPTIONS /orders HTTP/1.1\r\nHost: x\r\nOrigin: https://shop.example\r\nAccess-Control-Request-Method: POST",
                "GET /orders HTTP/1.1\r\nHost: x\r\nOrigin: https://evil.example",
                "GET /orders HTTP/1.1\r\nHost: x",
                "HEAD /orders HTTP/1.1\r\nHost: x",
                "PUT /orders HTTP/1.1\r\nHost: x",
                "GET /nowhere HTTP/1.1\r\nHost: x",
                "GET //orders HTTP/1.1\r\nHost: x",
                "GET /% HTTP/1.1\r\nHost: x",
                "GET /orders HTTP/1.1",
                "GET x HTTP/1.1\r\nHost: x",
                "POST /demo/sign-in HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1\r\n\r\n{"
            })
    void everyResponse_hasAnIdOfItsOwn(String request) {
        // Given
        String complete = request.contains("\r\n\r\n")
                ? request.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n")
                : request + "\r\nConnection: close\r\n\r\n";
        // When
        List<String> first = values(RawHttp.exchange(service, complete), Headers.REQUEST_ID);
        List<String> second = values(RawHttp.exchange(service, complete), Headers.REQUEST_ID);
        // Then
        assertThat(first).hasSize(1).allMatch(id -> id.matches(ID));
        assertThat(second).hasSize(1).doesNotContainAnyElementsOf(first);
    }

    /** From the HTTP filters, the router, the framework's exceptions and the service's own outcomes. */
    static Stream<String> refused() {
        return Stream.of(
                "GET //orders HTTP/1.1\r\nHost: x",
                "GET x HTTP/1.1\r\nHost: x",
                "GET /orders HTTP/1.1",
                "GET /nowhere HTTP/1.1\r\nHost: x",
                "PUT /orders HTTP/1.1\r\nHost: x",
                "GET /orders?x=1 HTTP/1.1\r\nHost: x",
                "GET /orders HTTP/1.1\r\nHost: x",
                "GET /orders HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer x",
                "GET /orders HTTP/1.1\r\nHost: x\r\nAuthorization: TOKEN\r\nAccept: image/png",
                "GET /orders/x HTTP/1.1\r\nHost: x\r\nAuthorization: TOKEN",
                "GET /statistics HTTP/1.1\r\nHost: x\r\nAuthorization: TOKEN",
                "POST /orders HTTP/1.1\r\nHost: x\r\nAuthorization: TOKEN\r\nContent-Type: text/plain\r\nContent-Length: 1",
                "GET /events?for=staff HTTP/1.1\r\nHost: x\r\nAuthorization: TOKEN");
    }

    @ParameterizedTest
    @MethodSource("refused")
    void problem_namesTheRequestOfItsResponse(String request) {
        // When
        String response = RawHttp.exchange(
                service, request.replace("TOKEN", "Bearer " + shop.token()) + "\r\nConnection: close\r\n\r\n ");
        // Then
        String id = values(response, Headers.REQUEST_ID).getFirst();
        JsonObject problem = new JsonObject(response.substring(response.indexOf('{'), response.lastIndexOf('}') + 1));
        assertThat(problem.getString("instance")).matches("/requests/" + ID).endsWith("/" + id);
        assertThat(problem.getString("type")).startsWith("/problems/");
    }

    @Test
    void violationsAndMembers_areWrittenBesideIt() {
        // When
        Response response = shop.badRequest()
                .contentType(ContentType.JSON)
                .body(Baskets.under(shop.newNumber(), Map.of("currency", "EUR", "total", 1, "lines", List.of())))
                .post("/orders");
        // Then
        response.then()
                .statusCode(400)
                .contentType("application/problem+json")
                .body("instance", equalTo("/requests/" + response.header(Headers.REQUEST_ID)))
                .body("violations.field", hasItem("/lines"));
    }

    /** An id that clients choose could be the same for all of their requests, or text for the log. */
    @Test
    void idOfTheClient_isNotTakenOver() {
        String id = "0123456789abcdef0123456789abcdef";
        Response response = Shop.anonymous()
                .header(Headers.REQUEST_ID, id)
                .header("traceparent", "00-" + id + "-00f067aa0ba902b7-01")
                .get("/problems");
        assertThat(response.header(Headers.REQUEST_ID)).matches(ID).isNotEqualTo(id);
    }

    /** The outcome is logged after both stores have answered, while other requests run on the same event loop. */
    @Test
    void logRecords_haveTheIdOfTheirRequest() {
        // Given
        Logger outcomes = Logger.getLogger("dev.orderonce.outcomes");
        Level before = outcomes.getLevel();
        outcomes.setLevel(Level.FINE);
        List<Callable<Response>> racers = IntStream.rangeClosed(1, 8)
                .mapToObj(quantity -> {
                    String number = shop.newNumber();
                    return (Callable<Response>) () -> shop.place(number, Baskets.tea(quantity));
                })
                .toList();
        try (LogRecords records = LogRecords.collect()) {
            // When
            List<Response> responses = Racers.race(racers);
            // Then
            assertThat(responses)
                    .allSatisfy(response -> assertThat(records.ofRequest(response.header(Headers.REQUEST_ID)))
                            .filteredOn(text -> text.startsWith("place: "))
                            .containsExactly("place: placed"));
        } finally {
            outcomes.setLevel(before);
        }
    }
}
