package dev.orderonce.webhooks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsInAnyOrder;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.endsWith;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasKey;
import static org.hamcrest.Matchers.matchesRegex;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;

import dev.orderonce.orders.OrderEvent;
import dev.orderonce.testkit.Database;
import dev.orderonce.testkit.Racers;
import dev.orderonce.testkit.Shop;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every answer of the operations on webhook endpoints. */
@QuarkusTest
class WebhooksContractTest extends WebhooksFixture {
    private static final String URL = "http://127.0.0.1:9/hooks";
    private static final String UNKNOWN = "W0000000000000000";

    private Response change(String id, Map<String, Object> submission) {
        return program.request().contentType(ContentType.JSON).body(submission).put("/webhooks/{id}", id);
    }

    @Test
    void created_isReturnedWithItsSecretOnce() {
        // When
        Response response = create(Map.of("url", URL, "kinds", List.of("SHIPPED", "PAID", "PAID")));
        // Then
        String id = response.then()
                .statusCode(201)
                .header("Cache-Control", "no-store")
                .body("id", matchesRegex("W[0-9A-HJKMNP-TV-Z]{16}"))
                .body("url", equalTo(URL))
                .body("kinds", containsInAnyOrder("PAID", "SHIPPED"))
                .body("state", equalTo("ENABLED"))
                .body("createdAt", notNullValue())
                .body("secret", matchesRegex("whsec_[A-Za-z0-9+/]{43}="))
                .extract()
                .path("id");
        response.then().header("Location", endsWith("/webhooks/" + id));
        assertThat(Base64.getDecoder().decode(response.<String>path("secret").substring("whsec_".length())))
                .hasSize(32);
        find(id).then()
                .statusCode(200)
                .body("id", equalTo(id))
                .body("behind", equalTo(0))
                .body("$", not(hasKey("secret")));
        program.request()
                .get("/webhooks")
                .then()
                .statusCode(200)
                .body("webhooks.id", contains(id))
                .body("webhooks[0]", not(hasKey("secret")));
        assertThat(Database.value("SELECT created_by FROM webhook_endpoints")).isEqualTo("program");
    }

    @Test
    void createdAgain_isTheSameWithoutItsSecret() {
        // Given
        Created endpoint = created(URL, "PAID", "SHIPPED");
        // When
        Response response = create(Map.of("url", URL, "kinds", List.of("SHIPPED", "PAID")));
        // Then
        response.then()
                .statusCode(200)
                .header("Idempotent-Replayed", "true")
                .body("id", equalTo(endpoint.id()))
                .body("$", not(hasKey("secret")));
    }

    @Test
    void sameUrlWithOtherKinds_isRefusedWithALink() {
        // Given
        Created endpoint = created(URL, "PAID");
        // When
        Response response = create(Map.of("url", URL));
        // Then
        response.then()
                .statusCode(409)
                .body("type", equalTo("/problems/webhook-exists"))
                .body("retry", equalTo("never"))
                .body("webhook", equalTo("/webhooks/" + endpoint.id()));
    }

    @Test
    void moreThanAllowed_areRefused() {
        // Given
        IntStream.range(0, WebhookStore.MOST).forEach(i -> created(URL + i));
        // When
        Response response = create(Map.of("url", URL));
        // Then
        response.then()
                .statusCode(409)
                .body("type", equalTo("/problems/webhooks-full"))
                .body("retry", equalTo("after-change"));
        // A repeat still finds what it created.
        create(Map.of("url", URL + 7)).then().statusCode(200);
    }

    @Test
    void eachWrongMember_isNamed() {
        create(Map.of("url", "https://user@shop.example/", "kinds", List.of("PAID", "Paid")))
                .then()
                .statusCode(400)
                .body("type", equalTo("/problems/body-invalid"))
                .body("retry", equalTo("after-change"))
                .body("violations.field", containsInAnyOrder("/url", "/kinds/1"));
        program.badRequest()
                .contentType(ContentType.JSON)
                .body("{}")
                .post("/webhooks")
                .then()
                .statusCode(400)
                .body("violations.field", contains("/url"))
                .body("violations.message", contains("is missing"));
    }

    @Test
    void tooManyKinds_areOneViolation() {
        program.badRequest()
                .contentType(ContentType.JSON)
                .body(Map.of("url", URL, "kinds", Collections.nCopies(40_000, "")))
                .post("/webhooks")
                .then()
                .statusCode(400)
                .body("type", equalTo("/problems/body-invalid"))
                .body("violations.field", contains("/kinds"));
        assertThat(OrderEvent.KINDS).hasSizeLessThanOrEqualTo(CheckWebhook.MOST_KINDS);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://10.0.0.1/",
                "https://167772161/",
                "https://0x0a000001/",
                "https://169.254.169.254/latest/meta-data",
                "https://[fe80::1]/",
                "https://[::ffff:192.168.0.1]/",
                "http://8.8.8.8/",
                "https://0.0.0.0/",
                "https://no-such-host.invalid/"
            })
    void urlThatIsNotAllowedHere_isRefused(String url) {
        create(Map.of("url", url))
                .then()
                .statusCode(400)
                .body("type", equalTo("/problems/body-invalid"))
                .body("violations.field", contains("/url"));
        assertThat(Database.value("SELECT count(*) FROM webhook_endpoints")).isEqualTo("0");
    }

    @Test
    void changed_hasTheUrlAndTheKinds() {
        // Given
        Created endpoint = created(URL, "PAID");
        created(URL + "/other");
        // Then
        change(endpoint.id(), Map.of("url", URL + "/new"))
                .then()
                .statusCode(200)
                .body("url", equalTo(URL + "/new"))
                .body("kinds", empty())
                .body("$", not(hasKey("secret")));
        change(endpoint.id(), Map.of("url", URL + "/new")).then().statusCode(200);
        change(endpoint.id(), Map.of("url", URL + "/other"))
                .then()
                .statusCode(409)
                .body("type", equalTo("/problems/webhook-exists"));
        change(endpoint.id(), Map.of("url", "ftp://shop.example")).then().statusCode(400);
        change(UNKNOWN, Map.of("url", URL + "/third"))
                .then()
                .statusCode(404)
                .body("type", equalTo("/problems/webhook-not-found"));
        find(endpoint.id()).then().body("url", equalTo(URL + "/new"));
    }

    @Test
    void severalAreChangedToOneUrlAtOnce_oneHasIt() {
        // Given
        List<Created> endpoints =
                IntStream.range(0, 8).mapToObj(i -> created(URL + i)).toList();
        // When
        List<Response> responses = Racers.race(endpoints.stream()
                .<Callable<Response>>map(each -> () -> change(each.id(), Map.of("url", URL + "/one")))
                .toList());
        // Then
        assertThat(responses)
                .filteredOn(response -> response.statusCode() == 200)
                .hasSize(1);
        String winner = responses.stream()
                .filter(response -> response.statusCode() == 200)
                .findFirst()
                .orElseThrow()
                .path("id");
        assertThat(responses)
                .filteredOn(response -> response.statusCode() != 200)
                .allSatisfy(response -> response.then()
                        .statusCode(409)
                        .body("type", equalTo("/problems/webhook-exists"))
                        .body("webhook", equalTo("/webhooks/" + winner)));
    }

    @Test
    void deleted_isAbsent() {
        // Given
        Created endpoint = created(URL);
        // When
        Response response = program.request().delete("/webhooks/{id}", endpoint.id());
        // Then
        response.then().statusCode(204);
        find(endpoint.id()).then().statusCode(404);
        program.request().delete("/webhooks/{id}", endpoint.id()).then().statusCode(404);
        assertThat(created(URL).id()).isNotEqualTo(endpoint.id());
    }

    @Test
    void secrets_areNewEachTimeAndTheLatestFourBeforeSign() {
        // Given
        Created endpoint = created(URL);
        List<String> secrets = new ArrayList<>(List.of(endpoint.secret()));
        // When
        for (int i = 0; i < 6; i++) {
            Response rotated = post(endpoint.id(), "secret");
            rotated.then().statusCode(200).body("previousSecretUntil", notNullValue());
            secrets.add(rotated.path("secret"));
        }
        // Then
        assertThat(secrets).doesNotHaveDuplicates();
        assertThat(Database.value("SELECT secret FROM webhook_endpoints")).isEqualTo(secrets.getLast());
        assertThat(Set.of(Database.value("SELECT array_to_string(previous_secrets, ' ') FROM webhook_endpoints")
                        .split(" ")))
                .containsExactlyInAnyOrderElementsOf(secrets.subList(2, 6));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "secret", "enable", "deliveries"})
    void unknownEndpoint_isNotFound(String action) {
        for (String id : List.of(UNKNOWN, "x", UNKNOWN.toLowerCase(Locale.ROOT))) {
            Response response = switch (action) {
                case "" -> find(id);
                case "deliveries" -> deliveries(id);
                default -> post(id, action);
            };
            response.then()
                    .statusCode(404)
                    .body("type", equalTo("/problems/webhook-not-found"))
                    .body("retry", equalTo("never"));
        }
        redeliver(UNKNOWN, Map.of("time", Instant.now().toString())).then().statusCode(404);
    }

    @Test
    void enabledAgain_staysEnabled() {
        Created endpoint = created(URL);
        post(endpoint.id(), "enable").then().statusCode(200).body("state", equalTo("ENABLED"));
    }

    @Test
    void redelivery_beginsAtAnEventOrATimeOfTheLog() {
        // Given
        Created endpoint = created(URL);
        String number = shop.newOrder(4200);
        // Then
        redeliver(endpoint.id(), Map.of("event", number + "-1"))
                .then()
                .statusCode(202)
                .body("id", equalTo(endpoint.id()));
        redeliver(endpoint.id(), Map.of("time", Instant.now().toString()))
                .then()
                .statusCode(202);
        for (Map<String, Object> wrong : List.<Map<String, Object>>of(
                Map.of(),
                Map.of("event", number + "-1", "time", Instant.now().toString()),
                Map.of("event", number + "-2"),
                Map.of("event", number),
                Map.of("event", "x-1"),
                Map.of("event", number + "-99999999999"),
                Map.of("time", "yesterday"),
                Map.of("time", "-1000000000-01-01T00:00:00Z"),
                Map.of("time", Instant.now().plusSeconds(3600).toString()))) {
            redeliver(endpoint.id(), wrong)
                    .then()
                    .statusCode(400)
                    .body("type", equalTo("/problems/body-invalid"))
                    .body("retry", equalTo("after-change"));
        }
    }

    @Test
    void deliveries_areListedInPages() {
        // Given
        Created endpoint = created(URL);
        String number = shop.newOrder(4200);
        Database.execute("""
                INSERT INTO webhook_deliveries (endpoint, number, sequence, kind, attempt, result, millis, at)
                SELECT '%s', '%s', n, 'PAID', 1, 'TIMEOUT', 15000, now() FROM generate_series(1, 5) n
                """.formatted(endpoint.id(), number.replace("-", "")));
        // When
        Response first = support.request().queryParam("limit", 3).get("/webhooks/{id}/deliveries", endpoint.id());
        String after = first.path("after");
        Response second = support.request()
                .queryParam("limit", 3)
                .queryParam("after", after)
                .get("/webhooks/{id}/deliveries", endpoint.id());
        // Then
        first.then()
                .statusCode(200)
                .body("deliveries.event", contains(number + "-5", number + "-4", number + "-3"))
                .body("deliveries[0]", not(hasKey("status")));
        second.then()
                .body("deliveries.event", contains(number + "-2", number + "-1"))
                .body("after", nullValue());
        program.badRequest()
                .queryParam("limit", 101)
                .get("/webhooks/{id}/deliveries", endpoint.id())
                .then()
                .statusCode(400)
                .body("type", equalTo("/problems/parameter-invalid"));
        program.request()
                .queryParam("after", "x")
                .get("/webhooks/{id}/deliveries", endpoint.id())
                .then()
                .statusCode(400);
    }

    @Test
    void support_readsAndChangesNothing() {
        // Given
        Created endpoint = created(URL);
        // Then
        support.request().get("/webhooks").then().statusCode(200);
        support.request().get("/webhooks/{id}", endpoint.id()).then().statusCode(200);
        support.request().get("/webhooks/{id}/deliveries", endpoint.id()).then().statusCode(200);
        for (Shop other : List.of(support, merchant, shop)) {
            other.request()
                    .contentType(ContentType.JSON)
                    .body(Map.of("url", URL))
                    .post("/webhooks")
                    .then()
                    .statusCode(403)
                    .body("type", equalTo("/problems/not-allowed"));
            other.request().post("/webhooks/{id}/secret", endpoint.id()).then().statusCode(403);
            other.request().delete("/webhooks/{id}", endpoint.id()).then().statusCode(403);
        }
        merchant.request().get("/webhooks").then().statusCode(403);
        Shop.anonymous().get("/webhooks").then().statusCode(401);
    }
}
