package dev.orderonce.idempotency;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasKey;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.nullValue;

import dev.orderonce.identity.Role;
import dev.orderonce.testkit.Database;
import dev.orderonce.testkit.Racers;
import dev.orderonce.testkit.RawHttp;
import dev.orderonce.testkit.RedisCommands;
import dev.orderonce.testkit.RunJob;
import dev.orderonce.testkit.Shop;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import java.net.URL;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every outcome of PUT, GET and DELETE /once/{scope}/{key}: the first body is kept. */
@QuarkusTest
class OnceContractTest {
    /** Deeper than a body that describes started work would be. */
    private static final String DEEP =
            "{\"a\":[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]}";

    private static final int RACERS = 16;
    private static final Duration BOUND = Duration.ofSeconds(20);
    private static final String PATH = "/once/{scope}/{key}";
    private static final String SCOPE = "notice";
    private static final String BODY = "{\"kind\":\"shipped\",\"parcels\":2}";
    private static final String OTHER_BODY = "{\"kind\":\"shipped\",\"parcels\":3}";
    private static final Map<String, Object> PARSED = Map.of("kind", "shipped", "parcels", 2);
    private static final Map<String, Object> OTHER_PARSED = Map.of("kind", "shipped", "parcels", 3);

    @TestHTTPResource
    URL service;

    private final Shop program = newProgram();
    private final String key = newKey();

    private static Shop newProgram() {
        return Shop.as("program-" + UUID.randomUUID(), Role.SERVICE);
    }

    private static String newKey() {
        return "shipped-" + UUID.randomUUID();
    }

    private static Response put(RequestSpecification request, String key, String body) {
        return request.contentType(ContentType.JSON).body(body).put(PATH, SCOPE, key);
    }

    private Response put(String body) {
        return put(program.request(), key, body);
    }

    private Response putFor(int seconds) {
        return put(program.request().queryParam("ttl", seconds), key, BODY);
    }

    private Response find() {
        return program.request().get(PATH, SCOPE, key);
    }

    private Response delete() {
        return program.request().delete(PATH, SCOPE, key);
    }

    private static Instant instant(Response response, String member) {
        return Instant.parse(response.<String>path(member));
    }

    // --- Putting ---

    @Test
    void bodyUnderAnUnknownCharset_isReadAsUtf8() {
        // When
        String created = RawHttp.exchange(
                service,
                ("PUT /once/%s/%s HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nConnection: close\r\n"
                                + "Content-Type: application/json; charset=none\r\nContent-Length: 14\r\n\r\n{\"text\":\"x y\"}")
                        .formatted(SCOPE, key, program.token()));
        // Then
        assertThat(created).startsWith("HTTP/1.1 201 ");
        find().then().statusCode(200).body("body.text", equalTo("x y"));
    }

    @Test
    void firstPut_isKept() {
        // When
        Response response = put(BODY);
        // Then
        response.then()
                .statusCode(201)
                .header("Cache-Control", "no-store")
                .header("Idempotent-Replayed", nullValue())
                .body("scope", equalTo(SCOPE))
                .body("key", equalTo(key))
                .body("duplicated", equalTo(false))
                .body("body", equalTo(PARSED))
                .body("$", not(hasKey("expiresAt")));
        assertThat(instant(response, "putAt"))
                .isBetween(Instant.now().minusSeconds(60), Instant.now().plusSeconds(60));
        assertThat(Database.records(SCOPE, key)).isOne();
    }

    @Test
    void sameBodyAgain_isARepeat() {
        // Given
        Response first = put(BODY);
        // When
        Response second = put(BODY);
        // Then
        second.then()
                .statusCode(200)
                .header("Cache-Control", "no-store")
                .header("Idempotent-Replayed", "true")
                .body("scope", equalTo(SCOPE))
                .body("key", equalTo(key))
                .body("duplicated", equalTo(true))
                .body("body", equalTo(PARSED))
                .body("putAt", equalTo(first.path("putAt")))
                .body("$", not(hasKey("expiresAt")));
        assertThat(Database.records(SCOPE, key)).isOne();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"a\":0.1234567890123456789}",
                "{\"a\":1.50}",
                "{\"a\":1E+400}",
                "{\"a\":123456789012345678901234567890}",
                "{\"a\":\"\\u0000 \\ud83c\\udf75\"}"
            })
    void bodyThatIsEasilyRounded_isKeptToTheLastDigit(String body) {
        // Given
        put(program.request(), key, body).then().statusCode(201);
        // When
        Response response = put(program.request(), key, body);
        // Then
        response.then().statusCode(200);
        put(program.request(), key, "{\"a\":0.12345678901234567}").then().statusCode(422);
        if (!body.contains("u0000")) {
            assertThat(response.asString()).contains("\"body\":" + body);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"parcels\":2,\"kind\":\"shipped\"}",
                " {\n\t\"kind\" : \"shipped\",\r\n\t\"parcels\" : 2 } \n",
                "{\"\\u006Bind\":\"\\u0073hipped\",\"parcels\":2}"
            })
    void sameBodyWrittenInAnotherWay_isARepeat(String body) {
        // Given
        Response first = put(BODY);
        // When
        Response second = put(body);
        // Then
        first.then().statusCode(201);
        second.then().statusCode(200).body("duplicated", equalTo(true)).body("putAt", equalTo(first.path("putAt")));
    }

    @Test
    void sameBodyByAnotherProgram_isARepeatToo() {
        // Given
        Response first = put(BODY);
        Shop another = newProgram();
        // When
        Response second = put(another.request(), key, BODY);
        // Then
        second.then()
                .statusCode(200)
                .header("Idempotent-Replayed", "true")
                .body("duplicated", equalTo(true))
                .body("putAt", equalTo(first.path("putAt")));
    }

    @Test
    void sameBodyAfterRedisLostAllData_isStillARepeat() {
        // Given
        Response first = put(BODY);
        RedisCommands.flush();
        // When
        Response second = put(BODY);
        // Then
        second.then().statusCode(200).body("duplicated", equalTo(true)).body("putAt", equalTo(first.path("putAt")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                OTHER_BODY,
                "{}",
                "{\"kind\":\"shipped\"}",
                "{\"kind\":\"shipped\",\"parcels\":\"2\"}",
                "{\"kind\":\"shipped\",\"parcels\":2,\"by\":null}"
            })
    void anotherBody_isRefusedWithTheFirst(String body) {
        // Given
        Response first = put(BODY);
        // When
        Response second = put(body);
        // Then
        second.then()
                .statusCode(422)
                .contentType("application/problem+json")
                .header("Idempotent-Replayed", nullValue())
                .body("type", equalTo("/problems/record-differs"))
                .body("retry", equalTo("never"))
                .body("body", equalTo(PARSED));
        find().then().statusCode(200).body("body", equalTo(PARSED)).body("putAt", equalTo(first.path("putAt")));
    }

    @Test
    void sameKeyInTwoScopes_isTwoRecords() {
        // Given
        put(BODY).then().statusCode(201);
        // When
        Response inAnother =
                program.request().contentType(ContentType.JSON).body(OTHER_BODY).put(PATH, "batch", key);
        // Then
        inAnother.then().statusCode(201).body("scope", equalTo("batch")).body("body", equalTo(OTHER_PARSED));
        find().then().statusCode(200).body("body", equalTo(PARSED));
        assertThat(Database.records(SCOPE, key)).isOne();
        assertThat(Database.records("batch", key)).isOne();
    }

    static Stream<Arguments> namesAtTheBorder() {
        return Stream.of(
                Arguments.of("a", UUID.randomUUID().toString()),
                Arguments.of("x".repeat(64), UUID.randomUUID().toString()),
                Arguments.of("a-1-", UUID.randomUUID().toString()),
                Arguments.of(SCOPE, "AZaz09._~:@-" + UUID.randomUUID()),
                Arguments.of(SCOPE, UUID.randomUUID() + "k".repeat(255 - 36)));
    }

    @ParameterizedTest
    @MethodSource("namesAtTheBorder")
    void nameAtTheBorderOfTheRules_isUsable(String scope, String name) {
        // When
        Response response =
                program.request().contentType(ContentType.JSON).body(BODY).put(PATH, scope, name);
        // Then
        response.then().statusCode(201).body("scope", equalTo(scope)).body("key", equalTo(name));
        program.request().get(PATH, scope, name).then().statusCode(200);
        program.request().delete(PATH, scope, name).then().statusCode(204);
    }

    // --- Bodies that are refused ---

    static Stream<Arguments> badNames() {
        return Stream.of(
                Arguments.of("Notice", "k1"),
                Arguments.of("1notice", "k1"),
                Arguments.of("-notice", "k1"),
                Arguments.of("no_tice", "k1"),
                Arguments.of("no.tice", "k1"),
                Arguments.of("nótice", "k1"),
                Arguments.of("x".repeat(65), "k1"),
                Arguments.of(SCOPE, "k".repeat(256)),
                Arguments.of(SCOPE, "k*1"),
                Arguments.of(SCOPE, "k!1"),
                Arguments.of(SCOPE, "k 1"),
                Arguments.of(SCOPE, "ké1"));
    }

    @ParameterizedTest
    @MethodSource("badNames")
    void nameThatBreaksTheRules_isRefused(String scope, String name) {
        // When
        Response response =
                program.badRequest().contentType(ContentType.JSON).body(BODY).put(PATH, scope, name);
        // Then
        response.then()
                .statusCode(400)
                .contentType("application/problem+json")
                .body("type", equalTo("/problems/parameter-invalid"))
                .body("detail", containsString("scope"));
        assertThat(Database.records(scope, name)).isZero();
    }

    @ParameterizedTest
    @MethodSource("badNames")
    void nameThatBreaksTheRules_hasNoRecord(String scope, String name) {
        // When
        List<Response> responses = List.of(
                program.badRequest().get(PATH, scope, name),
                program.badRequest().delete(PATH, scope, name));
        // Then
        assertThat(responses).allSatisfy(response -> {
            assertThat(response.statusCode()).isEqualTo(404);
            assertThat(response.<String>path("type")).isEqualTo("/problems/record-not-found");
        });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[]",
                "[{}]",
                "\"text\"",
                "5",
                "true",
                "null",
                "",
                " ",
                "{",
                "{\"a\":}",
                "{\"a\":1,}",
                "{'a':1}",
                "{a:1}",
                "{\"a\":1,\"a\":2}",
                "{\"a\":1,\"a\":1}",
                "{\"a\":{\"b\":1,\"b\":2}}",
                "{\"a\":1}{\"a\":1}",
                "{\"a\":1} []",
                "{\"a\":1} x",
                "{\"a\":\"\\ud800\"}",
                DEEP
            })
    void bodyThatIsNotOneJsonObject_isRefused(String body) {
        // When
        Response response = put(program.badRequest(), key, body);
        // Then
        response.then()
                .statusCode(400)
                .contentType("application/problem+json")
                .body("type", equalTo("/problems/body-unreadable"));
        assertThat(response.asString()).doesNotContain("dev.orderonce").doesNotContain("jackson");
        assertThat(Database.records(SCOPE, key)).isZero();
    }

    @Test
    void largestBody_isAccepted() {
        // Given: characters are counted, not bytes
        String body = bodyOf(8192, "茶");
        // When
        Response response = put(body);
        // Then
        response.then()
                .statusCode(201)
                .body("body.text", equalTo("茶".repeat(8192 - bodyOf(0, "").length())));
        put(body).then().statusCode(200);
    }

    @Test
    void largerBody_isRefused() {
        // When
        Response response = put(bodyOf(8193, "x"));
        // Then
        response.then()
                .statusCode(413)
                .contentType("application/problem+json")
                .body("type", equalTo("/problems/body-too-large"))
                .body("detail", containsString("8192"));
        assertThat(Database.records(SCOPE, key)).isZero();
    }

    /** An object of this many characters; the shortest there is if that is more. */
    private static String bodyOf(int length, String filling) {
        String empty = "{\"text\":\"\"}";
        return "{\"text\":\"" + filling.repeat(Math.max(0, length - empty.length())) + "\"}";
    }

    @Test
    void bodyThatIsNotJson_isRefused() {
        // When
        Response response =
                program.badRequest().contentType(ContentType.TEXT).body("hello").put(PATH, SCOPE, key);
        // Then
        response.then()
                .statusCode(415)
                .contentType("application/problem+json")
                .body("type", equalTo("/problems/media-type-not-supported"));
        assertThat(Database.records(SCOPE, key)).isZero();
    }

    // --- Time to live ---

    @ParameterizedTest
    @ValueSource(ints = {1, 60, 31_536_000})
    void timeToLive_runsFromThePutting(int ttl) {
        // When
        Response response = putFor(ttl);
        // Then
        response.then().statusCode(201).body("duplicated", equalTo(false));
        assertThat(instant(response, "expiresAt"))
                .isEqualTo(instant(response, "putAt").plusSeconds(ttl));
    }

    @Test
    void timeToLive_isThatOfTheFirstPut() {
        // Given
        Response first = putFor(3600);
        // When
        Response longer = putFor(7200);
        Response without = put(BODY);
        Response found = find();
        // Then
        assertThat(List.of(longer, without, found)).allSatisfy(response -> {
            assertThat(response.statusCode()).isEqualTo(200);
            assertThat(response.<String>path("expiresAt")).isEqualTo(first.<String>path("expiresAt"));
        });
    }

    @Test
    void expiredRecord_isAbsentAndCanBePutAgain() {
        // Given
        Response first = putFor(1);
        first.then().statusCode(201);
        await().atMost(BOUND)
                .untilAsserted(() -> find().then().statusCode(404).body("type", equalTo("/problems/record-not-found")));
        // When
        Response second = put(BODY);
        // Then
        second.then()
                .statusCode(201)
                .header("Idempotent-Replayed", nullValue())
                .body("duplicated", equalTo(false))
                .body("$", not(hasKey("expiresAt")));
        assertThat(instant(second, "putAt")).isAfterOrEqualTo(instant(first, "expiresAt"));
        put(OTHER_BODY).then().statusCode(422);
        find().then()
                .statusCode(200)
                .body("putAt", equalTo(second.path("putAt")))
                .body("$", not(hasKey("expiresAt")));
    }

    @Test
    void recordWhoseTimeIsOver_makesRoomForAnotherBody() {
        // Given
        putFor(1).then().statusCode(201);
        await().atMost(BOUND).untilAsserted(() -> find().then().statusCode(404));
        // When
        Response response = put(OTHER_BODY);
        // Then
        response.then().statusCode(201).body("body", equalTo(OTHER_PARSED));
    }

    @Test
    void recordWhoseTimeIsOver_cannotBeDeleted() {
        // Given
        putFor(1).then().statusCode(201);
        await().atMost(BOUND).untilAsserted(() -> find().then().statusCode(404));
        // When
        Response response = delete();
        // Then
        response.then().statusCode(404).body("type", equalTo("/problems/record-not-found"));
    }

    @Test
    void recordsWhoseTimeIsOver_areRemovedAndNoOthers() {
        // Given
        String lasting = newKey();
        String eternal = newKey();
        put(program.request().queryParam("ttl", 3600), lasting, BODY).then().statusCode(201);
        put(program.request(), eternal, BODY).then().statusCode(201);
        putFor(1).then().statusCode(201);
        // When, Then
        await().atMost(BOUND).untilAsserted(() -> {
            RunJob.named("purge-records");
            assertThat(Database.records(SCOPE, key)).isZero();
        });
        assertThat(Database.records(SCOPE, lasting)).isOne();
        assertThat(Database.records(SCOPE, eternal)).isOne();
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "-1", "abc", "31536001", "99999999999999999999", "1.5", "1s"})
    void timeToLiveOutOfBounds_isRefused(String ttl) {
        // When
        Response response = put(program.badRequest().queryParam("ttl", ttl), key, BODY);
        // Then
        response.then()
                .statusCode(400)
                .contentType("application/problem+json")
                .body("type", equalTo("/problems/parameter-invalid"))
                .body("detail", containsString("ttl"));
        assertThat(Database.records(SCOPE, key)).isZero();
    }

    // --- Finding and deleting ---

    @Test
    void existingRecord_isReturned() {
        // Given
        Response first = put(BODY);
        // When
        Response response = find();
        // Then
        response.then()
                .statusCode(200)
                .header("Cache-Control", "no-store")
                .body("scope", equalTo(SCOPE))
                .body("key", equalTo(key))
                .body("body", equalTo(PARSED))
                .body("putAt", equalTo(first.path("putAt")))
                .body("$", not(hasKey("duplicated")))
                .body("$", not(hasKey("expiresAt")));
    }

    @Test
    void recordOfAnotherProgram_isFoundToo() {
        // Given
        put(BODY).then().statusCode(201);
        Shop another = newProgram();
        // When
        Response response = another.request().get(PATH, SCOPE, key);
        // Then
        response.then().statusCode(200).body("body", equalTo(PARSED));
    }

    @Test
    void nothing_isNeitherFoundNorDeleted() {
        // When
        List<Response> responses = List.of(find(), delete());
        // Then
        assertThat(responses).allSatisfy(response -> {
            assertThat(response.statusCode()).isEqualTo(404);
            assertThat(response.contentType()).startsWith("application/problem+json");
            assertThat(response.<String>path("type")).isEqualTo("/problems/record-not-found");
        });
    }

    @Test
    void deletedRecord_canBePutAgain() {
        // Given
        put(BODY).then().statusCode(201);
        // When
        Response response = delete();
        // Then
        response.then().statusCode(204);
        assertThat(response.asString()).isEmpty();
        assertThat(Database.records(SCOPE, key)).isZero();
        find().then().statusCode(404).body("type", equalTo("/problems/record-not-found"));
        delete().then().statusCode(404).body("type", equalTo("/problems/record-not-found"));
        put(OTHER_BODY)
                .then()
                .statusCode(201)
                .body("duplicated", equalTo(false))
                .body("body", equalTo(OTHER_PARSED));
        put(BODY).then().statusCode(422).body("body", equalTo(OTHER_PARSED));
    }

    // --- Access ---

    @ParameterizedTest
    @ValueSource(strings = {Role.BUYER, Role.MERCHANT, Role.SUPPORT})
    void otherRoles_areRefused(String role) {
        // Given
        put(BODY).then().statusCode(201);
        String free = newKey();
        Shop other = Shop.as("somebody-" + UUID.randomUUID(), role);
        // When
        List<Response> responses = List.of(
                put(other.request(), free, BODY),
                put(other.request(), key, BODY),
                other.request().get(PATH, SCOPE, key),
                other.request().delete(PATH, SCOPE, key));
        // Then
        assertThat(responses).allSatisfy(response -> {
            assertThat(response.statusCode()).isEqualTo(403);
            assertThat(response.<String>path("type")).isEqualTo("/problems/not-allowed");
        });
        assertThat(Database.records(SCOPE, free)).isZero();
        assertThat(Database.records(SCOPE, key)).isOne();
    }

    @Test
    void unauthenticated_isRefused() {
        // Given
        put(BODY).then().statusCode(201);
        String free = newKey();
        // When
        List<Response> responses = List.of(
                put(Shop.anonymous(), free, BODY),
                put(Shop.anonymous(), key, BODY),
                Shop.anonymous().get(PATH, SCOPE, key),
                Shop.anonymous().delete(PATH, SCOPE, key));
        // Then
        assertThat(responses).allSatisfy(response -> {
            assertThat(response.statusCode()).isEqualTo(401);
            assertThat(response.<String>path("type")).isEqualTo("/problems/not-signed-in");
        });
        assertThat(Database.records(SCOPE, free)).isZero();
        assertThat(Database.records(SCOPE, key)).isOne();
    }

    // --- Many at once ---

    @RepeatedTest(20)
    void sixteenRacersWithOneBody_putItOnce() {
        // Given
        signIn();
        Callable<Response> racer = () -> put(BODY);
        // When
        List<Response> answers = Racers.race(Collections.nCopies(RACERS, racer));
        // Then
        List<Integer> statuses = statuses(answers);
        assertThat(statuses).hasSize(RACERS).containsOnly(200, 201);
        assertThat(Collections.frequency(statuses, 201)).isOne();
        assertThat(answers)
                .extracting(answer -> answer.<String>path("putAt"))
                .containsOnly(find().<String>path("putAt"));
        assertThat(answers)
                .allSatisfy(
                        answer -> assertThat(answer.<Boolean>path("duplicated")).isEqualTo(answer.statusCode() == 200));
        assertThat(Database.records(SCOPE, key)).isOne();
    }

    @RepeatedTest(20)
    void sixteenRacersWithSixteenBodies_allGetTheSameOne() {
        // Given
        signIn();
        List<Callable<Response>> racers = IntStream.range(0, RACERS)
                .<Callable<Response>>mapToObj(i -> () -> put("{\"racer\":" + i + "}"))
                .toList();
        // When
        List<Response> answers = Racers.race(racers);
        // Then
        List<Integer> statuses = statuses(answers);
        assertThat(statuses).hasSize(RACERS).containsOnly(201, 422);
        assertThat(Collections.frequency(statuses, 201)).isOne();
        int winner = statuses.indexOf(201);
        assertThat(answers)
                .extracting(answer -> answer.<Integer>path("body.racer"))
                .containsOnly(winner);
        assertThat(find().<Integer>path("body.racer")).isEqualTo(winner);
    }

    /** Opens the connections, so that no racer waits for one. */
    private void signIn() {
        assertThat(program.token()).isNotEmpty();
    }

    /** In the order of the racers. */
    private static List<Integer> statuses(List<Response> answers) {
        return answers.stream().map(Response::statusCode).toList();
    }
}
