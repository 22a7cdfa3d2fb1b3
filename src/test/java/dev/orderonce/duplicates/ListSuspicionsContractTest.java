package dev.orderonce.duplicates;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;

import dev.orderonce.testkit.Baskets;
import dev.orderonce.testkit.Shop;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every outcome of listing suspected duplicates. */
@QuarkusTest
class ListSuspicionsContractTest extends SuspicionsFixture {
    @Test
    void list_isPagedNewestFirst() {
        // Given
        orderedUnasked(BASKET);
        orderedUnasked(BASKET);
        orderedUnasked(BASKET);
        scan();
        // When
        Response first = list("limit", "2");
        Response second = list("limit", "2", "after", first.path("after"));
        // Then
        first.then().statusCode(200).body("suspicions", hasSize(2)).body("after", notNullValue());
        second.then().statusCode(200).body("suspicions", hasSize(1)).body("after", nullValue());
        List<Long> ids =
                List.of(Long.parseLong(id(first, 0)), Long.parseLong(id(first, 1)), Long.parseLong(id(second, 0)));
        assertThat(ids).isSortedAccordingTo(Comparator.reverseOrder());
        assertThat(ids).doesNotHaveDuplicates();
        list("limit", "3").then().body("suspicions", hasSize(3)).body("after", nullValue());
    }

    @ParameterizedTest
    @ValueSource(strings = {"newest", "oldest", "score"})
    void everyOrder_isPaged(String order) {
        // Given: three pairs within minutes, the fourth order is half an hour later
        orderedUnasked(BASKET);
        orderedUnasked(BASKET);
        orderedUnasked(BASKET);
        clock.putForward(Duration.ofMinutes(30));
        orderedUnasked(BASKET);
        scan();
        List<Map<String, Object>> all = list("order", order).path("suspicions");
        // When
        List<Object> paged = new ArrayList<>();
        Response page = list("order", order, "limit", "2");
        paged.addAll(page.<List<Object>>path("suspicions.id"));
        while (page.path("after") != null) {
            page = list("order", order, "limit", "2", "after", page.<String>path("after"));
            paged.addAll(page.<List<Object>>path("suspicions.id"));
        }
        // Then
        assertThat(paged)
                .hasSize(6)
                .isEqualTo(all.stream().map(pair -> pair.get("id")).toList());
        Comparator<Map<String, Object>> newest = Comparator.comparing(
                        (Map<String, Object> pair) -> (Integer) pair.get("id"))
                .reversed();
        Comparator<Map<String, Object>> best = Comparator.comparing(
                        (Map<String, Object> pair) -> (Integer) pair.get("score"))
                .reversed();
        assertThat(all)
                .isSortedAccordingTo(
                        switch (order) {
                            case "oldest" -> newest.reversed();
                            case "score" -> best.thenComparing(newest);
                            default -> newest;
                        });
        assertThat(all.stream().map(pair -> pair.get("score")).distinct()).hasSizeGreaterThan(1);
    }

    @Test
    void firstPage_countsThePairsOfAllPages() {
        // Given
        orderedUnasked(BASKET);
        orderedUnasked(BASKET);
        orderedUnasked(BASKET);
        scan();
        // When
        Response first = list("limit", "2");
        // Then
        first.then().body("count", equalTo(3));
        list("limit", "2", "after", first.path("after")).then().body("count", nullValue());
        list("limit", "3").then().body("count", equalTo(3));
        list("state", "DISMISSED").then().body("count", equalTo(0));
    }

    @Test
    void cursorOfAnotherOrder_isRefused() {
        // Given
        orderedUnasked(BASKET);
        orderedUnasked(BASKET);
        orderedUnasked(BASKET);
        scan();
        String cursor = list("order", "score", "limit", "1").path("after");
        // Then
        support.badRequest()
                .queryParam("after", cursor)
                .get("/suspected-duplicates")
                .then()
                .statusCode(400)
                .body("type", equalTo("/problems/parameter-invalid"));
    }

    @Test
    void onePair_isFoundAfterItsDecisionToo() {
        // Given
        Found found = found();
        dismiss(support, found.id(), "both are meant").then().statusCode(200);
        // When
        Response response = support.request().get("/suspected-duplicates/{id}", found.id());
        // Then
        response.then()
                .statusCode(200)
                .body("state", equalTo("DISMISSED"))
                .body("earlier.number", equalTo(found.earlier()))
                .body("decision.reason", equalTo("both are meant"));
        shop.request().get("/suspected-duplicates/{id}", found.id()).then().statusCode(403);
    }

    @ParameterizedTest
    @ValueSource(strings = {"999999999999", "x", "1-1"})
    void pairThatDoesNotExist_isNotFound(String id) {
        support.request()
                .get("/suspected-duplicates/{id}", id)
                .then()
                .statusCode(404)
                .body("type", equalTo("/problems/suspicion-not-found"));
    }

    /** All of them together would be 4 MB. */
    @Test
    void pageOfLargeOrders_endsSooner() {
        // Given
        for (int i = 0; i < 8; i++) {
            orderedUnasked(Baskets.largest());
        }
        scan();
        // When
        Set<String> listed = new HashSet<>();
        int largest = 0;
        Response page = list("limit", "100");
        while (true) {
            largest = Math.max(largest, page.asByteArray().length);
            page.<List<Object>>path("suspicions.id").forEach(id -> listed.add(id.toString()));
            if (page.path("after") == null) {
                break;
            }
            page = list("limit", "100", "after", page.<String>path("after"));
        }
        // Then
        assertThat((long) listed.size()).isEqualTo(suspicions()).isGreaterThan(20);
        assertThat(largest).isLessThan(2_000_000);
    }

    @Test
    void list_isFilteredByScoreStateAndBuyer() {
        // Given
        orderedUnasked(BASKET);
        orderedUnasked(BASKET);
        clock.putForward(Duration.ofMinutes(30));
        orderedUnasked(BASKET);
        scan();
        // Then
        list("score", "90").then().body("suspicions", hasSize(3));
        list("score", "91").then().body("suspicions", hasSize(1));
        list("score", "100").then().body("suspicions", hasSize(1));
        list("state", "DISMISSED").then().body("suspicions", hasSize(0));
        list("buyer", "somebody-else").then().body("suspicions", hasSize(0));
        support.request()
                .queryParam("limit", 100)
                .get("/suspected-duplicates")
                .then()
                .statusCode(200)
                .body("suspicions.buyer", hasItem(shop.subject()));
    }

    @ParameterizedTest
    @CsvSource({
        "state, NOPE",
        "state, open",
        "score, 101",
        "score, -1",
        "score, high",
        "limit, 0",
        "limit, 101",
        "limit, all",
        "order, best",
        "after, 90-1",
        "after, x",
        "after, -1",
        "after, 99999999999999999999"
    })
    void parameterThatCannotBeUsed_isRefusedByName(String name, String value) {
        // When
        Response response = support.badRequest().queryParam(name, value).get("/suspected-duplicates");
        // Then
        response.then().statusCode(400).body("type", equalTo("/problems/parameter-invalid"));
        assertThat(response.<String>path("detail")).startsWith("\"" + name + "\"");
    }

    @Test
    void onlySupport_mayLookAndDecide() {
        // Given
        Found found = found();
        // Then
        for (Shop who : List.of(shop, merchant)) {
            who.request().get("/suspected-duplicates").then().statusCode(403);
            dismiss(who, found.id(), "mine").then().statusCode(403);
            confirm(who, found.id(), found.later()).then().statusCode(403);
        }
        Shop.anonymous().get("/suspected-duplicates").then().statusCode(401);
        shop.find(found.later()).then().body("state", equalTo("CREATED"));
        assertThat(onlyId()).isEqualTo(found.id());
    }
}
