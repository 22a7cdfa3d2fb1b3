package dev.orderonce.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.notNullValue;

import dev.orderonce.identity.Buyer;
import dev.orderonce.numbers.OrderNumber;
import dev.orderonce.testkit.Database;
import dev.orderonce.testkit.RedisCommands;
import dev.orderonce.testkit.Shop;
import dev.orderonce.testkit.Stores;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The state that the owner of an idempotency key leaves when it crashes, and the markers while Redis is flushed,
 * stopped, restarted or unavailable in each phase: the insert decides.
 */
@QuarkusTest
class KeyOwnerCrashedTest {
    private static final Duration BOUND = Duration.ofSeconds(20);

    private final Shop shop = Shop.newBuyer();
    private final String key = UUID.randomUUID().toString();
    private final String marker =
            "once:o:{" + OrderNumber.ofClientKey(new Buyer(shop.subject()), key).symbols() + '}';

    @BeforeEach
    void everythingWorks() {
        Shop.awaitBusinessAsUsual();
    }

    @AfterEach
    void heal() {
        Stores.toPostgreSql().heal();
        Stores.toRedis().heal();
        Shop.awaitBusinessAsUsual();
    }

    @Test
    void crashedBeforeItsInsert_isAwaitedAndTakenOver() {
        // Given
        RedisCommands.leaveMarker(marker, Duration.ofMillis(400));
        // When
        Response response = shop.placeByKey(key);
        // Then
        response.then().statusCode(201);
        assertThat(Database.ordersOf(shop.subject())).isOne();
    }

    @Test
    void stillInProgressAfterASecond_isReportedAndTheRepeatReturnsTheOrder() {
        // Given
        RedisCommands.leaveMarker(marker, Duration.ofSeconds(3));
        // When
        Response response = shop.placeByKey(key);
        // Then
        response.then()
                .statusCode(409)
                .header("Retry-After", notNullValue())
                .body("type", equalTo("/problems/key-in-flight"))
                .body("retry", equalTo("same-request"));
        assertThat(Database.ordersOf(shop.subject())).isZero();
        await().atMost(BOUND).until(() -> shop.placeByKey(key).statusCode() == 201);
        shop.placeByKey(key).then().statusCode(200);
        assertThat(Database.ordersOf(shop.subject())).isOne();
    }

    @Test
    void crashedAfterItsInsert_isFoundAlthoughTheMarkerIsInFlight() {
        // Given
        String number = shop.placeByKey(key).path("number");
        RedisCommands.leaveMarker(marker, Duration.ofMinutes(1));
        // When
        Response response = shop.placeByKey(key);
        // Then
        response.then().statusCode(200).body("number", equalTo(number));
    }

    @Test
    void markedAsDoneWithoutAnOrder_isPlaced() {
        // Given
        RedisCommands.setDone(marker);
        // When
        Response response = shop.placeByKey(key);
        // Then
        response.then().statusCode(201);
    }

    @Test
    void noReplyFromPostgreSql_isUnknownFirstAndAReplayAtOnceAfter() {
        // Given
        // The reply to the insert has the number; a probe of an idle connection has none.
        Stores.toPostgreSql()
                .swallowReplyWith(
                        OrderNumber.ofClientKey(new Buyer(shop.subject()), key).symbols());
        // When
        Response first = shop.placeByKey(key);
        Response second = shop.placeByKey(key);
        // Then
        first.then().statusCode(503).body("retry", equalTo("same-request"));
        second.then().statusCode(200);
        assertThat(Database.ordersOf(shop.subject())).isOne();
    }

    @Test
    void redisFlushedWhileInFlight_twoAreInProgressAndOneOrderIsPlaced() {
        // Given
        Stores.toPostgreSql().holdReplies();
        CompletableFuture<Response> first = placeMeanwhile();
        await().atMost(BOUND).until(() -> RedisCommands.exists(marker));
        RedisCommands.flush();
        CompletableFuture<Response> second = placeMeanwhile();
        await().atMost(BOUND).until(() -> RedisCommands.exists(marker));
        // When
        Stores.toPostgreSql().heal();
        // Then
        List<Integer> statuses = Stream.of(first, second)
                .map(CompletableFuture::join)
                .map(Response::statusCode)
                .sorted()
                .toList();
        assertThat(statuses).containsExactly(200, 201);
        assertThat(Database.ordersOf(shop.subject())).isOne();
    }

    @Test
    void redisStoppedBetweenMarkerAndResult_isAReplayAfterItsRestart() {
        // Given
        Stores.toPostgreSql().holdReplies();
        CompletableFuture<Response> first = placeMeanwhile();
        await().atMost(BOUND).until(() -> RedisCommands.exists(marker));
        Stores.standalone().redis().stop();
        try {
            // When
            Stores.toPostgreSql().heal();
            Response repeated = shop.placeByKey(key);
            // Then
            assertThat(first.join().statusCode()).isEqualTo(201);
            repeated.then().statusCode(200);
        } finally {
            Stores.standalone().redis().restart();
        }
        Shop.awaitBusinessAsUsual();
        shop.placeByKey(key).then().statusCode(200);
        assertThat(Database.ordersOf(shop.subject())).isOne();
    }

    @Test
    void redisStoppedBeforeTheFirst_isPlacedAndRepeatedWithoutIt() {
        // Given
        Stores.standalone().redis().stop();
        try {
            // When
            Response first = shop.placeByKey(key);
            Response second = shop.placeByKey(key);
            // Then
            first.then().statusCode(201);
            second.then().statusCode(200);
        } finally {
            Stores.standalone().redis().restart();
        }
        Shop.awaitBusinessAsUsual();
        shop.placeByKey(key).then().statusCode(200);
        assertThat(Database.ordersOf(shop.subject())).isOne();
    }

    @Test
    void redisUnavailable_timesOutAndIsPlaced() {
        // Given
        Stores.toRedis().freeze();
        // When
        Response first = shop.placeByKey(key);
        // Then
        first.then().statusCode(201);
        Stores.toRedis().heal();
        Shop.awaitBusinessAsUsual();
        shop.placeByKey(key).then().statusCode(200);
    }

    @Test
    void redisRestartedAfterTheResult_isStillARepeat() {
        // Given
        shop.placeByKey(key).then().statusCode(201);
        Stores.standalone().redis().stop();
        Stores.standalone().redis().restart();
        Shop.awaitBusinessAsUsual();
        // When
        Response response = shop.placeByKey(key);
        // Then
        response.then().statusCode(200);
    }

    private CompletableFuture<Response> placeMeanwhile() {
        return CompletableFuture.supplyAsync(() -> shop.placeByKey(key), Thread::startVirtualThread);
    }
}
