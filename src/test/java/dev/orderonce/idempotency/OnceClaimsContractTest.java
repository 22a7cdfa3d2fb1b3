package dev.orderonce.idempotency;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasKey;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.matchesPattern;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.nullValue;
import static org.hamcrest.Matchers.startsWith;

import dev.orderonce.identity.Role;
import dev.orderonce.testkit.Database;
import dev.orderonce.testkit.RawHttp;
import dev.orderonce.testkit.RunJob;
import dev.orderonce.testkit.Shop;
import dev.orderonce.testkit.Stores;
import dev.orderonce.testkit.TestClock;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.net.URL;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every outcome of claiming a name of /once, renewing, giving up and completing the claim. */
@QuarkusTest
class OnceClaimsContractTest {
    private static final Duration BOUND = Duration.ofSeconds(20);
    private static final String NAME = "/once/{scope}/{key}";
    private static final String SCOPE = "invoice";
    private static final Map<String, Object> RESULT = Map.of("invoice", "I-17", "pages", 2);

    @TestHTTPResource
    URL service;

    @Inject
    TestClock clock;

    private final Shop program = newProgram();
    private final String key = "order-" + UUID.randomUUID();

    private static Shop newProgram() {
        return Shop.as("program-" + UUID.randomUUID(), Role.SERVICE);
    }

    private static String newClaim() {
        return UUID.randomUUID().toString();
    }

    @AfterEach
    void resetClock() {
        clock.reset();
    }

    private Response claim(Map<String, Object> members) {
        return program.request().contentType(ContentType.JSON).body(members).post(NAME + "/claims", SCOPE, key);
    }

    /** A granted claim. */
    private String claimed(Map<String, Object> members) {
        return claim(members).then().statusCode(201).extract().path("claim");
    }

    private String claimed() {
        return claimed(Map.of());
    }

    private Response renew(String claim, Map<String, Object> members) {
        return program.request()
                .contentType(ContentType.JSON)
                .body(members)
                .post(NAME + "/claims/{claim}/renewal", SCOPE, key, claim);
    }

    private Response giveUp(String claim) {
        return program.request().delete(NAME + "/claims/{claim}", SCOPE, key, claim);
    }

    private Response complete(String json) {
        return program.request().contentType(ContentType.JSON).body(json).put(NAME + "/result", SCOPE, key);
    }

    private Response complete(String claim, Object result) {
        return program.request()
                .contentType(ContentType.JSON)
                .body(Map.of("claim", claim, "result", result))
                .put(NAME + "/result", SCOPE, key);
    }

    private Response complete(String claim, Object result, int ttl) {
        return program.request()
                .contentType(ContentType.JSON)
                .body(Map.of("claim", claim, "result", result, "ttl", ttl))
                .put(NAME + "/result", SCOPE, key);
    }

    private Response put(String body) {
        return program.request().contentType(ContentType.JSON).body(body).put(NAME, SCOPE, key);
    }

    private Response find() {
        return program.request().get(NAME, SCOPE, key);
    }

    private Response delete() {
        return program.request().delete(NAME, SCOPE, key);
    }

    /** As if the time of the lease had passed. */
    private void endLease() {
        Database.execute("UPDATE once_records SET claimed_until = claimed_until - interval '2 hours' WHERE key = '%s'"
                .formatted(key));
    }

    private static Instant instant(Response response, String member) {
        return Instant.parse(response.<String>path(member));
    }

    private static void assertProblem(Response response, int status, String type, String retry) {
        response.then()
                .statusCode(status)
                .contentType("application/problem+json")
                .header("Idempotent-Replayed", nullValue())
                .body("type", equalTo("/problems/" + type))
                .body("retry", equalTo(retry));
    }

    // --- Claiming ---

    @Test
    void firstClaim_isGrantedForAMinute() {
        // Given
        Instant before = Instant.now();
        // When
        Response response = claim(Map.of());
        // Then
        response.then()
                .statusCode(201)
                .header("Cache-Control", "no-store")
                .header("Idempotent-Replayed", nullValue())
                .body("scope", equalTo(SCOPE))
                .body("key", equalTo(key))
                .body("state", equalTo("CLAIMED"))
                .body("claim", matchesPattern("[A-Za-z0-9_-]{22}"))
                .body("$", not(hasKey("result")))
                .body("$", not(hasKey("completedAt")));
        assertThat(instant(response, "expiresAt"))
                .isBetween(before.plusSeconds(59), Instant.now().plusSeconds(61));
    }

    @Test
    void claimWithoutABody_isGranted() {
        // When
        String created = RawHttp.exchange(
                service,
                "POST /once/%s/%s/claims HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nConnection: close\r\n\r\n"
                        .formatted(SCOPE, key, program.token()));
        // Then
        assertThat(created).startsWith("HTTP/1.1 201 ");
    }

    @Test
    void claimOfTheClientsOwn_isKept() {
        // Given
        String own = newClaim();
        // When
        Response response = claim(Map.of("claim", own, "ttl", 3600, "request", "sha256:9f86d081"));
        // Then
        response.then().statusCode(201).body("claim", equalTo(own));
        assertThat(instant(response, "expiresAt")).isAfter(Instant.now().plusSeconds(3500));
    }

    @Test
    void sameClaimAgain_isTheSameClaimRenewed() {
        // Given
        String own = newClaim();
        Response first = claim(Map.of("claim", own, "ttl", 60));
        // When
        Response second = claim(Map.of("claim", own, "ttl", 120));
        // Then
        second.then().statusCode(201).body("claim", equalTo(own)).body("state", equalTo("CLAIMED"));
        assertThat(instant(second, "expiresAt"))
                .isAfter(instant(first, "expiresAt").plusSeconds(50));
        complete(own, RESULT).then().statusCode(200);
    }

    @Test
    void claimOfAnotherWorker_isHeldAndSaysForHowLong() {
        // Given
        Response first = claim(Map.of("ttl", 30));
        // When
        Response second = claim(Map.of());
        // Then
        assertProblem(second, 409, "claim-held", "same-request");
        second.then().body("expiresAt", equalTo(first.path("expiresAt"))).body("$", not(hasKey("claim")));
        assertThat(Integer.parseInt(second.header("Retry-After"))).isBetween(1, 30);
    }

    @Test
    void longLease_isAskedForAfterAMinute() {
        // Given
        claimed(Map.of("ttl", 3600));
        // When
        Response second = claim(Map.of());
        // Then
        second.then().statusCode(409).header("Retry-After", "60");
    }

    @Test
    void leaseThatEnds_makesRoomForTheNextClaim() {
        // Given
        String crashed = claimed(Map.of("ttl", 1));
        // When
        String next = await().atMost(BOUND)
                .until(() -> claim(Map.of()), response -> response.statusCode() == 201)
                .path("claim");
        // Then
        assertThat(next).isNotEqualTo(crashed);
        assertProblem(complete(crashed, RESULT), 409, "claim-lost", "never");
        complete(next, RESULT).then().statusCode(200);
    }

    @Test
    void doneWork_isReturnedToEveryLaterClaim() {
        // Given
        Response done = complete(claimed(), RESULT);
        // When
        Response again = claim(Map.of());
        // Then
        again.then()
                .statusCode(200)
                .header("Idempotent-Replayed", "true")
                .body("scope", equalTo(SCOPE))
                .body("key", equalTo(key))
                .body("state", equalTo("DONE"))
                .body("result", equalTo(RESULT))
                .body("completedAt", equalTo(done.path("completedAt")))
                .body("$", not(hasKey("expiresAt")))
                .body("$", not(hasKey("claim")));
    }

    @Test
    void claimThatHasCompleted_isReturnedItsResult() {
        // Given
        String own = newClaim();
        claimed(Map.of("claim", own));
        complete(own, RESULT).then().statusCode(200);
        // When
        Response again = claim(Map.of("claim", own));
        // Then
        again.then().statusCode(200).body("state", equalTo("DONE")).body("result", equalTo(RESULT));
    }

    @ParameterizedTest
    @ValueSource(strings = {"held", "lease-ended", "given-up", "done"})
    void anotherRequest_isRefusedInEveryState(String state) {
        // Given
        String claim = claimed(Map.of("request", "first"));
        switch (state) {
            case "lease-ended" -> endLease();
            case "given-up" -> giveUp(claim).then().statusCode(204);
            case "done" -> complete(claim, RESULT).then().statusCode(200);
            default -> {}
        }
        // When
        Response other = claim(Map.of("request", "second"));
        Response without = claim(Map.of());
        // Then
        assertProblem(other, 422, "request-differs", "never");
        assertProblem(without, 422, "request-differs", "never");
        assertThat(claim(Map.of("request", "first")).statusCode()).isIn(200, 201, 409);
    }

    @Test
    void requestThatTheFirstClaimDidNotName_isThatOfTheFirstWhichDid() {
        // Given
        giveUp(claimed()).then().statusCode(204);
        // When
        giveUp(claimed(Map.of("request", "first"))).then().statusCode(204);
        // Then
        claim(Map.of("request", "second")).then().statusCode(422);
    }

    @Test
    void nameOfTheSimpleForm_cannotBeClaimed() {
        // Given
        put("{\"kind\":\"shipped\"}").then().statusCode(201);
        // When
        Response response = claim(Map.of());
        // Then
        assertProblem(response, 409, "record-exists", "never");
        find().then().statusCode(200).body("body.kind", equalTo("shipped"));
    }

    @Test
    void expiredRecordOfTheSimpleForm_canBeClaimed() {
        // Given
        program.request()
                .queryParam("ttl", 1)
                .contentType(ContentType.JSON)
                .body("{\"a\":1}")
                .put(NAME, SCOPE, key)
                .then()
                .statusCode(201);
        // When
        String claim = await().atMost(BOUND)
                .until(() -> claim(Map.of()), response -> response.statusCode() == 201)
                .path("claim");
        // Then
        find().then().statusCode(200).body("state", equalTo("CLAIMED")).body("$", not(hasKey("body")));
        complete(claim, RESULT).then().statusCode(200);
    }

    @Test
    void claimedName_cannotBePut() {
        // Given
        String claim = claimed();
        // When
        Response whileHeld = put("{}");
        complete(claim, RESULT).then().statusCode(200);
        Response whenDone = put("{}");
        // Then
        assertProblem(whileHeld, 409, "record-exists", "never");
        assertProblem(whenDone, 409, "record-exists", "never");
        claim(Map.of()).then().statusCode(200).body("result", equalTo(RESULT));
    }

    @Test
    void nameWhoseClaimIsFree_canBePutAndTheClaimIsLost() {
        // Given
        String crashed = claimed();
        endLease();
        // When
        Response response = put("{\"a\":1}");
        // Then
        response.then().statusCode(201).body("body.a", equalTo(1));
        assertProblem(complete(crashed, RESULT), 409, "claim-lost", "never");
        assertProblem(renew(crashed, Map.of()), 409, "claim-lost", "never");
        assertProblem(giveUp(crashed), 409, "claim-lost", "never");
        find().then().statusCode(200).body("body.a", equalTo(1));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"ttl\":0}",
                "{\"ttl\":-1}",
                "{\"ttl\":3601}",
                "{\"ttl\":1.5}",
                "{\"ttl\":\"60\"}",
                "{\"request\":\"\"}",
                "{\"request\":\"with a space\"}",
                "{\"request\":\"é\"}",
                "{\"request\":5}",
                "{\"claim\":\"nineteen-characters\"}",
                "{\"claim\":\"twenty.characters.of.it\"}",
                "{\"lease\":60}"
            })
    void memberThatBreaksTheRules_isRefused(String body) {
        // When
        Response response =
                program.badRequest().contentType(ContentType.JSON).body(body).post(NAME + "/claims", SCOPE, key);
        // Then
        assertProblem(response, 400, "body-invalid", "after-change");
        response.then()
                .body("violations", hasSize(1))
                .body("violations[0].field", equalTo("/" + body.substring(2, body.indexOf('"', 2))));
        assertThat(Database.records(SCOPE, key)).isZero();
    }

    @Test
    void tooLongMembers_areAllReported() {
        // When
        Response response = program.badRequest()
                .contentType(ContentType.JSON)
                .body(Map.of("ttl", 9999999999L, "request", "r".repeat(129), "claim", "c".repeat(65)))
                .post(NAME + "/claims", SCOPE, key);
        // Then
        response.then().statusCode(400).body("violations.field", equalTo(List.of("/ttl", "/request", "/claim")));
    }

    @Test
    void membersAtTheBorderOfTheRules_areUsable() {
        // When
        String claim = claimed(Map.of("ttl", 1, "request", "!~".repeat(64), "claim", "-_aZ9".repeat(12) + "aZ09"));
        // Then
        assertThat(claim).hasSize(64);
        claimedInAnotherName();
    }

    private void claimedInAnotherName() {
        program.request()
                .contentType(ContentType.JSON)
                .body(Map.of("claim", "c".repeat(20)))
                .post(NAME + "/claims", SCOPE, key + "-other")
                .then()
                .statusCode(201);
    }

    @ParameterizedTest
    @ValueSource(strings = {"Invoice", "1nvoice", "in_voice"})
    void nameThatBreaksTheRules_isRefused(String scope) {
        // When
        List<Response> responses = List.of(
                program.badRequest().contentType(ContentType.JSON).body("{}").post(NAME + "/claims", scope, key),
                program.badRequest()
                        .contentType(ContentType.JSON)
                        .body("{}")
                        .post(NAME + "/claims/{claim}/renewal", scope, key, newClaim()),
                program.badRequest().delete(NAME + "/claims/{claim}", scope, key, newClaim()),
                program.badRequest()
                        .contentType(ContentType.JSON)
                        .body(Map.of("claim", newClaim(), "result", 1))
                        .put(NAME + "/result", scope, key));
        // Then
        assertThat(responses).allSatisfy(response -> assertProblem(response, 400, "parameter-invalid", "after-change"));
    }

    // --- Renewing ---

    @Test
    void renewal_movesTheEndOfTheLease() {
        // Given
        String claim = claimed(Map.of("ttl", 10));
        // When
        Response renewed = renew(claim, Map.of("ttl", 600));
        // Then
        renewed.then()
                .statusCode(200)
                .body("scope", equalTo(SCOPE))
                .body("key", equalTo(key))
                .body("state", equalTo("CLAIMED"))
                .body("claim", equalTo(claim));
        assertThat(instant(renewed, "expiresAt")).isAfter(Instant.now().plusSeconds(500));
        find().then().body("expiresAt", equalTo(renewed.path("expiresAt")));
    }

    @Test
    void renewalWithoutALease_isForAMinute() {
        // Given
        String claim = claimed(Map.of("ttl", 3600));
        // When
        Response renewed = renew(claim, Map.of());
        // Then
        renewed.then().statusCode(200);
        assertThat(instant(renewed, "expiresAt")).isBefore(Instant.now().plusSeconds(61));
    }

    @Test
    void claimWhoseLeaseHasEnded_isRenewedAsLongAsNoOtherIsGranted() {
        // Given
        String slow = claimed();
        endLease();
        // When
        Response renewed = renew(slow, Map.of());
        Response other = claim(Map.of());
        // Then
        renewed.then().statusCode(200);
        assertProblem(other, 409, "claim-held", "same-request");
    }

    @Test
    void claimAfterWhichAnotherWasGranted_isLost() {
        // Given
        String slow = claimed();
        endLease();
        String next = claimed();
        // When
        List<Response> responses = List.of(renew(slow, Map.of()), complete(slow, "late"), giveUp(slow));
        // Then
        assertThat(responses).allSatisfy(response -> assertProblem(response, 409, "claim-lost", "never"));
        complete(next, RESULT).then().statusCode(200).body("result", equalTo(RESULT));
    }

    @Test
    void claimThatHasCompleted_isNeitherRenewedNorGivenUp() {
        // Given
        String claim = claimed();
        complete(claim, RESULT).then().statusCode(200);
        // When
        List<Response> responses = List.of(renew(claim, Map.of()), giveUp(claim));
        // Then
        assertThat(responses).allSatisfy(response -> assertProblem(response, 409, "claim-lost", "never"));
        find().then().statusCode(200).body("result", equalTo(RESULT));
    }

    @Test
    void nameWithoutAClaim_hasNothingToRenewOrComplete() {
        // When
        List<Response> responses = List.of(renew(newClaim(), Map.of()), complete(newClaim(), RESULT));
        // Then
        assertThat(responses).allSatisfy(response -> assertProblem(response, 404, "record-not-found", "never"));
        assertThat(Database.records(SCOPE, key)).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "3601", "\"1m\""})
    void leaseOfARenewalOutOfBounds_isRefused(String ttl) {
        // Given
        String claim = claimed();
        // When
        Response response = program.badRequest()
                .contentType(ContentType.JSON)
                .body("{\"ttl\":" + ttl + "}")
                .post(NAME + "/claims/{claim}/renewal", SCOPE, key, claim);
        // Then
        assertProblem(response, 400, "body-invalid", "after-change");
        response.then().body("violations[0].field", equalTo("/ttl"));
    }

    // --- Giving up ---

    @Test
    void claimThatIsGivenUp_makesRoomAtOnce() {
        // Given
        String claim = claimed(Map.of("ttl", 3600));
        // When
        Response first = giveUp(claim);
        Response again = giveUp(claim);
        // Then
        first.then().statusCode(204);
        again.then().statusCode(204);
        assertProblem(find(), 404, "record-not-found", "never");
        assertProblem(renew(claim, Map.of()), 409, "claim-lost", "never");
        assertProblem(complete(claim, RESULT), 409, "claim-lost", "never");
        assertThat(claimed()).isNotEqualTo(claim);
        assertProblem(giveUp(claim), 409, "claim-lost", "never");
    }

    @Test
    void claimWhoseLeaseHasEnded_isGivenUp() {
        // Given
        String claim = claimed();
        endLease();
        // When
        Response response = giveUp(claim);
        // Then
        response.then().statusCode(204);
        assertProblem(complete(claim, RESULT), 409, "claim-lost", "never");
    }

    @Test
    void nameWithoutAClaim_isGivenUp() {
        // When
        Response response = giveUp(newClaim());
        // Then
        response.then().statusCode(204);
        assertThat(Database.records(SCOPE, key)).isZero();
    }

    // --- Completing ---

    @Test
    void result_isStoredForGood() {
        // Given
        String claim = claimed();
        Instant before = Instant.now();
        // When
        Response response = complete(claim, RESULT);
        // Then
        response.then()
                .statusCode(200)
                .header("Cache-Control", "no-store")
                .header("Idempotent-Replayed", nullValue())
                .body("scope", equalTo(SCOPE))
                .body("key", equalTo(key))
                .body("state", equalTo("DONE"))
                .body("result", equalTo(RESULT))
                .body("$", not(hasKey("expiresAt")))
                .body("$", not(hasKey("claim")));
        assertThat(instant(response, "completedAt"))
                .isBetween(before.minusSeconds(5), Instant.now().plusSeconds(5));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "null",
                "true",
                "17",
                "\"I-17\"",
                "[]",
                "[1,null]",
                "{}",
                "0.1234567890123456789",
                "1.50",
                "1E+400",
                "123456789012345678901234567890",
                "\"🍵\""
            })
    void anyJsonValue_isReturnedAsItWasStored(String result) {
        // Given
        String claim = claimed();
        // When
        Response stored = complete("{\"claim\":\"%s\",\"result\":%s}".formatted(claim, result));
        // Then
        assertThat(List.of(
                        stored,
                        complete("{\"claim\":\"%s\",\"result\":%s}".formatted(claim, result)),
                        claim(Map.of()),
                        find()))
                .allSatisfy(response -> {
                    assertThat(response.statusCode()).isEqualTo(200);
                    assertThat(response.asString()).contains("\"result\":" + result);
                });
    }

    @Test
    void sameResultAgain_isARepeat() {
        // Given
        String claim = claimed();
        Response first = complete(claim, RESULT, 3600);
        // When
        Response again = complete(claim, RESULT, 7200);
        // Then
        again.then()
                .statusCode(200)
                .header("Idempotent-Replayed", "true")
                .body("result", equalTo(RESULT))
                .body("completedAt", equalTo(first.path("completedAt")))
                .body("expiresAt", equalTo(first.path("expiresAt")));
    }

    @Test
    void anotherResultOfTheSameClaim_isRefusedWithTheFirst() {
        // Given
        String claim = claimed();
        complete(claim, RESULT).then().statusCode(200);
        // When
        Response response = complete(claim, "other");
        // Then
        assertProblem(response, 409, "result-exists", "never");
        response.then().body("result", equalTo(RESULT));
        find().then().body("result", equalTo(RESULT));
    }

    @Test
    void claimWhoseLeaseHasEnded_completesAsLongAsNoOtherIsGranted() {
        // Given
        String slow = claimed();
        endLease();
        // When
        Response response = complete(slow, RESULT);
        // Then
        response.then().statusCode(200).body("state", equalTo("DONE"));
        claim(Map.of()).then().statusCode(200).body("result", equalTo(RESULT));
    }

    @Test
    void resultWithATimeToLive_expiresWithItsRequest() {
        // Given
        String claim = claimed(Map.of("request", "first"));
        Response done = complete(claim, RESULT, 1);
        assertThat(instant(done, "expiresAt"))
                .isEqualTo(instant(done, "completedAt").plusSeconds(1));
        await().atMost(BOUND).untilAsserted(() -> assertProblem(find(), 404, "record-not-found", "never"));
        // When
        Response late = complete(claim, RESULT);
        Response renewed = renew(claim, Map.of());
        Response deleted = delete();
        // Then
        assertProblem(late, 404, "record-not-found", "never");
        assertProblem(renewed, 404, "record-not-found", "never");
        assertProblem(deleted, 404, "record-not-found", "never");
        claimed(Map.of("request", "second"));
    }

    @Test
    void expiredResultThatIsStillStored_makesRoomForAnotherRequest() {
        // Given
        complete(claimed(Map.of("request", "first")), RESULT, 1).then().statusCode(200);
        await().atMost(BOUND).untilAsserted(() -> find().then().statusCode(404));
        // When
        Response response = claim(Map.of("request", "second"));
        // Then
        response.then().statusCode(201);
        find().then().statusCode(200).body("state", equalTo("CLAIMED")).body("$", not(hasKey("result")));
    }

    @Test
    void largestResult_isStoredAndALargerOneIsNot() {
        // Given: bytes are counted; the quotes are two of them
        String claim = claimed();
        String largest = "é".repeat((64 * 1024 - 2) / 2);
        // When
        Response larger = complete(claim, largest + "x");
        Response response = complete(claim, largest);
        // Then
        assertProblem(larger, 413, "body-too-large", "after-change");
        larger.then().body("detail", containsString("65536"));
        response.then().statusCode(200).body("result", equalTo(largest));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"result\":1} /claim",
                "{\"claim\":null,\"result\":1} /claim",
                "{\"claim\":5,\"result\":1} /claim",
                "{\"claim\":\"short\",\"result\":1} /claim",
                "{\"claim\":\"%s\"} /result",
                "{\"claim\":\"%s\",\"result\":1,\"ttl\":0} /ttl",
                "{\"claim\":\"%s\",\"result\":1,\"ttl\":31536001} /ttl",
                "{\"claim\":\"%s\",\"result\":1,\"ttl\":99999999999} /ttl",
                "{\"claim\":\"%s\",\"result\":1,\"ttl\":1.5} /ttl",
                "{\"claim\":\"%s\",\"result\":1,\"ttl\":\"60\"} /ttl",
                "{\"claim\":\"%s\",\"result\":1,\"reslut\":1} /reslut",
                "{\"claim\":\"%s\",\"result\":1,\"a/b\":1} /a~1b"
            })
    void memberOfAResultThatBreaksTheRules_isRefused(String bodyAndField) {
        // Given
        String claim = claimed();
        int space = bodyAndField.lastIndexOf(' ');
        // When
        Response response = program.badRequest()
                .contentType(ContentType.JSON)
                .body(bodyAndField.substring(0, space).formatted(claim))
                .put(NAME + "/result", SCOPE, key);
        // Then
        assertProblem(response, 400, "body-invalid", "after-change");
        response.then()
                .body("violations", hasSize(1))
                .body("violations[0].field", equalTo(bodyAndField.substring(space + 1)));
        find().then().body("state", equalTo("CLAIMED"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "[]", "null", "{", "{\"claim\":1,\"claim\":1}", "{\"result\":\"\\ud800\"}"})
    void bodyThatIsNotOneJsonObject_isRefused(String body) {
        // Given
        claimed();
        // When
        Response response =
                program.badRequest().contentType(ContentType.JSON).body(body).put(NAME + "/result", SCOPE, key);
        // Then
        assertProblem(response, 400, "body-unreadable", "after-change");
    }

    // --- Finding, deleting, purging ---

    @Test
    void liveClaim_isFoundWithoutItsId() {
        // Given
        Response claimed = claim(Map.of());
        // When
        Response response = find();
        // Then
        response.then()
                .statusCode(200)
                .body("scope", equalTo(SCOPE))
                .body("key", equalTo(key))
                .body("state", equalTo("CLAIMED"))
                .body("expiresAt", equalTo(claimed.path("expiresAt")))
                .body("$", not(hasKey("claim")))
                .body("$", not(hasKey("result")));
    }

    @Test
    void claimWhoseLeaseHasEnded_isNotFound() {
        // Given
        claimed();
        endLease();
        // When
        List<Response> responses = List.of(find(), delete());
        // Then
        assertThat(responses).allSatisfy(response -> assertProblem(response, 404, "record-not-found", "never"));
    }

    @Test
    void deletedName_canBeClaimedAgainAndItsClaimIsGone() {
        // Given
        String claim = claimed(Map.of("request", "first"));
        // When
        Response response = delete();
        // Then
        response.then().statusCode(204);
        assertProblem(complete(claim, RESULT), 404, "record-not-found", "never");
        complete(claimed(Map.of("request", "second")), RESULT).then().statusCode(200);
        delete().then().statusCode(204);
        claimed();
    }

    @Test
    void crashedClaim_isPurgedADayAfterItsLease() {
        // Given
        String slow = claimed(Map.of("ttl", 60));
        clock.putForward(Duration.ofHours(24));
        RunJob.named("purge-records");
        assertThat(Database.records(SCOPE, key)).isOne();
        clock.reset();
        endLease();
        // When
        Database.execute("UPDATE once_records SET expires_at = now() WHERE key = '%s'".formatted(key));
        RunJob.named("purge-records");
        // Then
        assertThat(Database.records(SCOPE, key)).isZero();
        assertProblem(complete(slow, RESULT), 404, "record-not-found", "never");
    }

    @Test
    void resultWithoutATimeToLive_isNeverPurged() {
        // Given
        complete(claimed(), RESULT).then().statusCode(200);
        // When
        clock.putForward(Duration.ofDays(4000));
        RunJob.named("purge-records");
        // Then
        assertThat(Database.records(SCOPE, key)).isOne();
    }

    // --- Stores and access ---

    /** A replica whose clock is wrong must not grant a claim that is held. */
    @Test
    void clockOfTheReplica_endsNoLease() {
        // Given
        String claim = claimed();
        clock.putForward(Duration.ofMinutes(30));
        // When
        Response other = claim(Map.of());
        // Then
        assertProblem(other, 409, "claim-held", "same-request");
        find().then().statusCode(200).body("state", equalTo("CLAIMED"));
        complete(claim, RESULT).then().statusCode(200);
    }

    /** A replica whose clock is ahead must not have the work done a second time. */
    @Test
    void clockOfTheReplica_endsNoResult() {
        // Given
        String claim = claimed();
        complete(claim, RESULT, 600).then().statusCode(200);
        clock.putForward(Duration.ofMinutes(11));
        // When
        RunJob.named("purge-records");
        Response put = put("{\"a\":1}");
        // Then
        assertProblem(put, 409, "record-exists", "never");
        assertThat(Database.records(SCOPE, key)).isOne();
        find().then().statusCode(200).body("state", equalTo("DONE"));
    }

    @Test
    void withoutRedis_claimsWork() {
        // Given
        program.token();
        Stores.toRedis().refuse();
        try {
            // When
            String claim = claimed();
            // Then
            claim(Map.of()).then().statusCode(409);
            complete(claim, RESULT).then().statusCode(200);
            claim(Map.of()).then().statusCode(200).body("result", equalTo(RESULT));
        } finally {
            Stores.toRedis().heal();
            Shop.awaitBusinessAsUsual();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {Role.BUYER, Role.MERCHANT, Role.SUPPORT})
    void otherRoles_areRefused(String role) {
        // Given
        Shop other = Shop.as("somebody-" + UUID.randomUUID(), role);
        String claim = newClaim();
        // When
        List<Response> responses = List.of(
                other.request().contentType(ContentType.JSON).body("{}").post(NAME + "/claims", SCOPE, key),
                other.request()
                        .contentType(ContentType.JSON)
                        .body("{}")
                        .post(NAME + "/claims/{claim}/renewal", SCOPE, key, claim),
                other.request().delete(NAME + "/claims/{claim}", SCOPE, key, claim),
                other.request()
                        .contentType(ContentType.JSON)
                        .body(Map.of("claim", claim, "result", 1))
                        .put(NAME + "/result", SCOPE, key));
        // Then
        assertThat(responses).allSatisfy(response -> assertProblem(response, 403, "not-allowed", "never"));
        assertThat(Database.records(SCOPE, key)).isZero();
    }

    @Test
    void anotherProgramWithTheClaim_completesIt() {
        // Given
        String claim = claimed();
        // When
        Response response = newProgram()
                .request()
                .contentType(ContentType.JSON)
                .body(Map.of("claim", claim, "result", RESULT))
                .put(NAME + "/result", SCOPE, key);
        // Then
        response.then().statusCode(200);
        assertThat(Database.value("SELECT put_by FROM once_records WHERE key = '" + key + "'"))
                .startsWith("program-");
        assertThat(find().asString()).doesNotContain("program-");
        find().then().body("completedAt", startsWith("20"));
    }
}
