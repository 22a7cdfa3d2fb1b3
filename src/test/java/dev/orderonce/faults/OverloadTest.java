package dev.orderonce.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.orderonce.testkit.Racers;
import dev.orderonce.testkit.RawHttp;
import dev.orderonce.testkit.Shop;
import dev.orderonce.testkit.Stores;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.Response;
import java.net.URL;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * More requests than the service can answer, or one that never ends: refused or cut within a bound, and full recovery
 * after.
 */
@QuarkusTest
@TestProfile(OverloadTest.SmallBounds.class)
class OverloadTest {
    private static final int UNDER_WAY = 4;

    /** Limits low enough for a test to reach. */
    public static final class SmallBounds implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of("http.in-flight-limit", Integer.toString(UNDER_WAY), "http.body-timeout", "1s");
        }
    }

    @TestHTTPResource
    URL service;

    private final Shop shop = Shop.newBuyer();

    @AfterEach
    void heal() {
        Stores.toPostgreSql().heal();
        Shop.awaitBusinessAsUsual();
    }

    @Test
    void moreThanTheBoundAtOnce_isRefusedAtOnceAndTheNumberStaysUsable() {
        // Given
        String number = shop.newNumber();
        Stores.toPostgreSql().freeze();
        Callable<Response> submit = () -> shop.place(number);
        // When
        List<Response> answers = Racers.race(Collections.nCopies(3 * UNDER_WAY, submit));
        // Then
        List<Response> refused = answers.stream()
                .filter(answer -> answer.<String>path("type").equals("/problems/overloaded"))
                .toList();
        assertThat(refused).hasSize(2 * UNDER_WAY).allSatisfy(answer -> {
            assertThat(answer.statusCode()).isEqualTo(503);
            assertThat(answer.header("Retry-After")).isEqualTo("1");
            assertThat(answer.<String>path("retry")).isEqualTo("same-request");
        });
        Stores.toPostgreSql().heal();
        await().atMost(Duration.ofSeconds(10))
                .untilAsserted(() -> assertThat(shop.place(number).statusCode()).isIn(200, 201));
    }

    @Test
    void bodyThatNeverEnds_isCut() {
        // Given
        String unfinished = "POST /orders HTTP/1.1\r\nHost: test\r\nContent-Type: application/json\r\n"
                + "Authorization: Bearer %s\r\nContent-Length: 100\r\n\r\n{".formatted(shop.token());
        // When
        String answer = RawHttp.exchange(service, unfinished);
        // Then
        assertThat(answer).doesNotStartWith("HTTP/1.1 2");
        shop.place(shop.newNumber()).then().statusCode(201);
    }
}
