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
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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
