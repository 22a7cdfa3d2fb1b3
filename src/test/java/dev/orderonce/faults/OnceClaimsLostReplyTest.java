package dev.orderonce.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.notNullValue;

import dev.orderonce.identity.Role;
import dev.orderonce.testkit.Shop;
import dev.orderonce.testkit.Stores;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import java.util.Map;
import java.util.UUID;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** PostgreSQL has committed a claim or a result and its reply is lost: the repeat of the request finds what it did. */
@QuarkusTest
class OnceClaimsLostReplyTest {
    private static final String PATH = "/once/fault/{key}";

    private final Shop program = Shop.as("program-" + UUID.randomUUID(), Role.SERVICE);
    private final String key = "work-" + UUID.randomUUID();
    private final String claim = UUID.randomUUID().toString();

    @BeforeEach
    void everythingWorks() {
        Shop.awaitBusinessAsUsual();
        program.token();
    }

    @AfterEach
    void heal() {
        Stores.toPostgreSql().heal();
        Shop.awaitBusinessAsUsual();
    }

    private Response claim(String id) {
        return program.request()
                .contentType(ContentType.JSON)
                .body(Map.of("claim", id, "ttl", 600))
                .post(PATH + "/claims", key);
    }

    private Response complete(Object result) {
        return program.request()
                .contentType(ContentType.JSON)
                .body(Map.of("claim", claim, "result", result))
                .put(PATH + "/result", key);
    }

    private Response giveUp() {
        return program.request().delete(PATH + "/claims/{claim}", key, claim);
    }

    /** Sends a request whose reply from PostgreSQL, which has the claim's id, does not arrive. */
    private void sendWithoutReply(Supplier<Response> request) {
        Stores.toPostgreSql().swallowReplyWith(claim);
        Response unknown = request.get();
        assertThat(Stores.toPostgreSql().isStillSwallowing()).isFalse();
        unknown.then()
                .statusCode(503)
                .header("Retry-After", notNullValue())
                .body("type", equalTo("/problems/store-unavailable"))
                .body("retry", equalTo("same-request"));
    }

    @Test
    void claimWhoseReplyIsLost_isGrantedToItsRepeatAlone() {
        // Given
        sendWithoutReply(() -> claim(claim));
        // When
        Response other = claim(UUID.randomUUID().toString());
        Response repeat = claim(claim);
        // Then
        other.then().statusCode(409).body("type", equalTo("/problems/claim-held"));
        repeat.then().statusCode(201).body("claim", equalTo(claim));
        complete("done").then().statusCode(200);
    }

    @Test
    void resultWhoseReplyIsLost_isFoundByItsRepeat() {
        // Given
        claim(claim).then().statusCode(201);
        sendWithoutReply(() -> complete("done"));
        // When
        Response other = complete("other");
        Response repeat = complete("done");
        // Then
        other.then().statusCode(409).body("type", equalTo("/problems/result-exists"));
        repeat.then().statusCode(200).header("Idempotent-Replayed", "true").body("result", equalTo("done"));
        assertThat(claim(UUID.randomUUID().toString()).<String>path("result")).isEqualTo("done");
    }

    @Test
    void claimThatIsGivenUpWithoutAReply_isGivenUpAgain() {
        // Given
        claim(claim).then().statusCode(201);
        sendWithoutReply(this::giveUp);
        // When
        Response repeat = giveUp();
        // Then
        repeat.then().statusCode(204);
        claim(UUID.randomUUID().toString()).then().statusCode(201);
    }
}
