package dev.orderonce.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;

import dev.orderonce.testkit.Baskets;
import dev.orderonce.testkit.Shop;
import dev.orderonce.testkit.Stores;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import io.smallrye.jwt.build.Jwt;
import io.smallrye.jwt.build.JwtClaimsBuilder;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Authentication and roles: no request without a valid token reaches a store. */
@QuarkusTest
class AccessContractTest {
    private static final String DEMO = "order-once-demo";

    @Inject
    MeterRegistry metrics;

    static Stream<String> badTokens() throws GeneralSecurityException {
        Instant now = Instant.now();
        return Stream.of(
                "nonsense",
                "a.b.c",
                good(now).sign(newKey()),
                good(now).issuer("https://elsewhere.example").sign(key()),
                good(now).audience("somebody-else").sign(key()),
                good(now.minusSeconds(7200)).expiresAt(now.minusSeconds(3600)).sign(key()),
                good(now.minusSeconds(600)).expiresAt(now.minusSeconds(2)).sign(key()),
                withClaim(now, "\"groups\":5"),
                withClaim(now, "\"groups\":true"),
                withClaim(now, "\"groups\":{\"a\":\"b\"}"),
                withClaim(now, "\"exp\":1000000000000000000"),
                withClaim(now, "\"exp\":1e9999"),
                good(now).subject("").sign(key()),
                good(now).subject("x".repeat(256)).sign(key()),
                good(now).subject("a\nb").sign(key()),
                unsigned(now));
    }

    private static JwtClaimsBuilder good(Instant now) {
        return Jwt.issuer(DEMO)
                .audience(DEMO)
                .subject("alice")
                .groups(Set.of(Role.BUYER))
                .issuedAt(now)
                .expiresAt(now.plusSeconds(600));
    }

    /** A token signed by the issuer, with a claim that no issuer should write. */
    private static String withClaim(Instant now, String claim) throws GeneralSecurityException {
        String others = Stream.of(
                        "\"iss\":\"" + DEMO + '"',
                        "\"aud\":\"" + DEMO + '"',
                        "\"sub\":\"alice\"",
                        "\"groups\":[\"buyer\"]",
                        "\"iat\":" + now.getEpochSecond(),
                        "\"exp\":" + (now.getEpochSecond() + 600))
                .filter(other -> !other.startsWith(claim.substring(0, 5)))
                .collect(Collectors.joining(","));
        Base64.Encoder base64 = Base64.getUrlEncoder().withoutPadding();
        String signed = base64.encodeToString("{\"alg\":\"RS256\",\"typ\":\"JWT\"}".getBytes(StandardCharsets.UTF_8))
                + '.'
                + base64.encodeToString(('{' + others + ',' + claim + '}').getBytes(StandardCharsets.UTF_8));
        Signature signature = Signature.getInstance("SHA256withRSA");
        signature.initSign(key());
        signature.update(signed.getBytes(StandardCharsets.US_ASCII));
        return signed + '.' + base64.encodeToString(signature.sign());
    }

    private static String unsigned(Instant now) {
        Base64.Encoder base64 = Base64.getUrlEncoder().withoutPadding();
        String claims = "{\"iss\":\"%s\",\"aud\":\"%s\",\"sub\":\"alice\",\"groups\":[\"buyer\"],\"iat\":%d,\"exp\":%d}"
                .formatted(DEMO, DEMO, now.getEpochSecond(), now.getEpochSecond() + 600);
        return base64.encodeToString("{\"alg\":\"none\"}".getBytes(StandardCharsets.UTF_8))
                + "."
                + base64.encodeToString(claims.getBytes(StandardCharsets.UTF_8))
                + ".";
    }

    private static PrivateKey newKey() throws NoSuchAlgorithmException {
        KeyPair pair = KeyPairGenerator.getInstance("RSA").generateKeyPair();
        return pair.getPrivate();
    }

    private static PrivateKey key() throws GeneralSecurityException {
        byte[] encoded =
                Base64.getDecoder().decode(Stores.standalone().settings().get("demo.sign-in.key"));
        return KeyFactory.getInstance("RSA").generatePrivate(new PKCS8EncodedKeySpec(encoded));
    }

    /**
     * The service's jobs use the stores too, now and then: a refusal that used a store itself would show in all ten
     * attempts, a job's statement in one of them at most.
     */
    @ParameterizedTest
    @MethodSource("badTokens")
    void badToken_isRefusedBeforeAnyStore(String token) {
        // When
        LongStream askedByAttempt = IntStream.range(0, 10).mapToLong(attempt -> {
            long before = requestsToStores();
            refused(token);
            return requestsToStores() - before;
        });
        // Then
        assertThat(askedByAttempt.min()).hasValue(0);
    }

    private static void refused(String token) {
        Shop.anonymous()
                .header("Authorization", "Bearer " + token)
                .get("/order-numbers?checkout=c1")
                .then()
                .statusCode(401)
                .contentType("application/problem+json")
                .header("WWW-Authenticate", "Bearer")
                .body("type", equalTo("/problems/not-signed-in"))
                .body("retry", equalTo("after-change"));
    }

    /** Without the keep-alive statements of connections. */
    private long requestsToStores() {
        return metrics.find("orderonce.store").timers().stream()
                .mapToLong(Timer::count)
                .sum();
    }

    @Test
    void everyOperationWithoutAToken_isRefused() {
        // Given
        Map<String, Object> order = Baskets.under("0K3M7Q-XW52TB-9H4NRC", Baskets.tea(1));
        // When
        List<Response> responses = List.of(
                Shop.anonymous().get("/order-numbers"),
                Shop.anonymous().post("/order-numbers"),
                Shop.anonymous().get("/order-numbers/x"),
                Shop.anonymous().delete("/order-numbers/x"),
                Shop.anonymous().contentType(ContentType.JSON).body(order).post("/orders"),
                Shop.anonymous().get("/orders"),
                Shop.anonymous().get("/orders/x"));
        // Then
        assertThat(responses)
                .allSatisfy(response -> assertThat(response.statusCode()).isEqualTo(401));
    }

    @Test
    void roleThatDoesNotBuy_mayNotHaveNumbersOrPlace() {
        // Given
        Shop merchant = Shop.as("merchant-1", Role.MERCHANT);
        // When
        Response issue = merchant.issue("c1");
        Response place = merchant.place("0K3M7Q-XW52TB-9H4NRC");
        Response list = Shop.as("program-1", Role.SERVICE).request().get("/orders");
        // Then
        assertThat(List.of(issue, place, list)).allSatisfy(response -> {
            assertThat(response.statusCode()).isEqualTo(403);
            assertThat(response.<String>path("type")).isEqualTo("/problems/not-allowed");
        });
    }

    @Test
    void demoSignInWithAnUnknownRole_isRefused() {
        Shop.anonymous()
                .contentType(ContentType.JSON)
                .body(Map.of("subject", "alice", "roles", List.of("admin")))
                .post("/demo/sign-in")
                .then()
                .statusCode(400)
                .body("violations[0].field", equalTo("/roles"));
    }
}
