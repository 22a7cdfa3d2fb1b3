package dev.orderonce.duplicates;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasKey;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;

import dev.orderonce.testkit.Baskets;
import dev.orderonce.testkit.Shop;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every outcome of dismissing a suspected duplicate, and what both decisions refuse. */
@QuarkusTest
class DismissSuspicionContractTest extends SuspicionsFixture {
    /** A member of support may also be a buyer; a colleague decides about their orders. */
    @Test
    void suspectedDuplicateOfOwnOrders_isDecidedByAColleague() {
        // Given
        Found found = found();
        Shop both = Shop.as(shop.subject(), "buyer", "support");
        // When
        Response dismissal = dismiss(both, found.id(), "mine");
        Response confirmation = confirm(both, found.id(), found.later());
        // Then
        for (Response response : List.of(dismissal, confirmation)) {
            response.then().statusCode(403).body("type", equalTo("/problems/own-case"));
        }
        shop.find(found.later()).then().body("state", equalTo("CREATED"));
        dismiss(support, found.id(), "checked").then().statusCode(200);
    }

    @Test
    void dismissed_isStoredWithActorAndReason() {
        // Given
        Found found = found();
        // When
        Response response = dismiss(support, found.id(), "one for the neighbour");
        // Then
        response.then()
                .statusCode(200)
                .header("Idempotent-Replayed", nullValue())
                .body("state", equalTo("DISMISSED"))
                .body("decision.by", equalTo(support.subject()))
                .body("decision.reason", equalTo("one for the neighbour"))
                .body("decision.at", notNullValue())
                .body("decision", not(hasKey("cancel")))
                .body("decision", not(hasKey("ended")));
        list().then().body("suspicions", hasSize(0));
        shop.find(found.earlier()).then().body("state", equalTo("CREATED"));
        shop.find(found.later()).then().body("state", equalTo("CREATED"));
    }

    @Test
    void dismissedWithoutAReason_isDismissed() {
        // Given
        Found found = found();
        // When
        Response response = support.request()
                .contentType(ContentType.JSON)
                .body(Map.of())
                .post("/suspected-duplicates/{id}/dismissal", found.id());
        // Then
        response.then().statusCode(200).body("state", equalTo("DISMISSED")).body("decision", not(hasKey("reason")));
    }

    @Test
    void dismissedAgain_returnsTheFirstDismissal() {
        // Given
        Found found = found();
        dismiss(support, found.id(), "a gift").then().statusCode(200);
        // When
        Response response = dismiss(Shop.as("another", "support"), found.id(), "two gifts");
        // Then
        response.then()
                .statusCode(200)
                .header("Idempotent-Replayed", "true")
                .body("decision.by", equalTo(support.subject()))
                .body("decision.reason", equalTo("a gift"));
    }

    @Test
    void confirmedAfterADismissal_isRefused() {
        // Given
        Found found = found();
        dismiss(support, found.id(), "a gift").then().statusCode(200);
        // When
        Response response = confirm(support, found.id(), found.later());
        // Then
        response.then()
                .statusCode(409)
                .body("type", equalTo("/problems/suspicion-decided"))
                .body("retry", equalTo("never"))
                .body("state", equalTo("DISMISSED"));
        shop.find(found.later()).then().body("state", equalTo("CREATED"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "999999999999", "x", "-1", "99999999999999999999"})
    void unknownId_isNotFound(String id) {
        // When
        Response dismissal = dismiss(support, id, "a gift");
        Response confirmation = confirm(support, id, shop.newOrder(Baskets.worth(100)));
        // Then
        for (Response response : List.of(dismissal, confirmation)) {
            response.then().statusCode(404).body("type", equalTo("/problems/suspicion-not-found"));
        }
    }

    @Test
    void reasonThatCannotBeStored_isRefused() {
        // Given
        Found found = found();
        for (String words : List.of("x".repeat(501), " ", "", "a\0b")) {
            // When
            Response dismissal = support.badRequest()
                    .contentType(ContentType.JSON)
                    .body(Map.of("reason", words))
                    .post("/suspected-duplicates/{id}/dismissal", found.id());
            Response confirmation = support.badRequest()
                    .contentType(ContentType.JSON)
                    .body(Map.of("cancel", found.later(), "reason", words))
                    .post("/suspected-duplicates/{id}/confirmation", found.id());
            // Then
            for (Response response : List.of(dismissal, confirmation)) {
                response.then()
                        .statusCode(400)
                        .body("type", equalTo("/problems/body-invalid"))
                        .body("violations.field", contains("/reason"));
            }
        }
        assertThat(onlyId()).isEqualTo(found.id());
        dismiss(support, found.id(), "x".repeat(500)).then().statusCode(200);
    }
}
