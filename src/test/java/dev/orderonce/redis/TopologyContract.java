package dev.orderonce.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;

import dev.orderonce.testkit.Baskets;
import dev.orderonce.testkit.Database;
import dev.orderonce.testkit.Racers;
import dev.orderonce.testkit.RedisCommands;
import dev.orderonce.testkit.RedisNode;
import dev.orderonce.testkit.RunJob;
import dev.orderonce.testkit.Shop;
import io.restassured.response.Response;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What holds on every topology of Redis: it serves as one Redis does, also after it has lost a primary. */
abstract class TopologyContract {
    static final Duration BOUND = Duration.ofSeconds(20);

    /** From the promotion of a replica until its buyers' numbers are in Redis again. */
    static final Duration RECOVERY = Duration.ofSeconds(5);

    /** For so long a client must not have been refused for the service to have recovered. */
    private static final Duration QUIET = Duration.ofMillis(700);

    /** A multiple of the number of primaries. */
    private static final int BUYERS = 6;

    private static final int OUTSTANDING_AT_ONCE = 20;
    private static final int ORDERS_AT_ONCE = 60;
    private static final int ORDERS_PER_SECOND = 15;

    /** Limits that one test reaches, and the traffic of others does not. */
    static final Map<String, String> LIMITS = Map.of(
            "limits.numbers-outstanding", "6/1m burst " + OUTSTANDING_AT_ONCE,
            "limits.orders-placed", 60 * ORDERS_PER_SECOND + "/1m burst " + ORDERS_AT_ONCE);

    private static final String STREAM = "once:events";

    /** What happens to a node. */
    enum Fault {
        KILLED,
        FROZEN;

        void strike(RedisNode node) {
            switch (this) {
                case KILLED -> node.kill();
                case FROZEN -> node.freeze();
            }
        }
    }

    final long seed = Long.getLong("topology.seed", ThreadLocalRandom.current().nextLong());
    private final Shop shop = Shop.newBuyer();

    /** The primary that serves a key. */
    abstract RedisNode primaryOf(String key);

    /** All nodes with data. */
    abstract List<RedisNode> nodes();

    abstract RedisNode awaitPromotion(RedisNode former);

    /** Brings every node back, the former primaries as replicas. */
    abstract void heal();

    @BeforeEach
    void everyNodeServes() {
        heal();
        Shop.awaitBusinessAsUsual();
        newBuyers(1)
                .forEach(buyer -> await().atMost(BOUND).ignoreExceptions().until(() -> isRegisteredByEveryLoop(buyer)));
    }

    /**
     * Each event loop has connections of its own, and they serve in turn. With a second request between two that issue,
     * every second event loop would not be asked.
     */
    private boolean isRegisteredByEveryLoop(Shop buyer) {
        List<String> checkouts = IntStream.range(0, OUTSTANDING_AT_ONCE / 2)
                .mapToObj(_ -> "checkout-" + UUID.randomUUID())
                .toList();
        List<Response> issued = checkouts.stream().map(buyer::issue).toList();
        boolean registered = issued.stream().allMatch(response -> response.statusCode() == 200)
                && checkouts.stream()
                        .map(checkout -> RedisCommands.checkoutKey(buyer.subject(), checkout))
                        .allMatch(key -> primaryOf(key).text("EXISTS", key).equals("1"));
        issued.stream()
                .filter(response -> response.statusCode() == 200)
                .forEach(response -> buyer.voidNumber(response.path("number")));
        return registered;
    }

    /** Six new buyers, whose keys are spread evenly over the primaries. */
    final List<Shop> newBuyers() {
        return newBuyers(BUYERS / primaries());
    }

    private int primaries() {
        return (int) nodes().stream().filter(RedisNode::isPrimary).count();
    }

    /** New buyers, so many for each primary. */
    private List<Shop> newBuyers(int each) {
        int primaries = primaries();
        Map<RedisNode, List<Shop>> buyers = new HashMap<>();
        while (buyers.size() < primaries || buyers.values().stream().anyMatch(own -> own.size() < each)) {
            Shop buyer = Shop.newBuyer();
            List<Shop> own = buyers.computeIfAbsent(primaryOf(buyer), _ -> new ArrayList<>());
            if (own.size() < each) {
                own.add(buyer);
            }
        }
        return buyers.values().stream().flatMap(List::stream).toList();
    }

    final RedisNode primaryOf(Shop buyer) {
        return primaryOf(RedisCommands.checkoutKey(buyer.subject(), "any"));
    }

    /** Whether a number that is issued now is in Redis: without Redis the service issues numbers, too. */
    final boolean isRegistered(Shop buyer) {
        String checkout = "checkout-" + UUID.randomUUID();
        Response issued = buyer.issue(checkout);
        String key = RedisCommands.checkoutKey(buyer.subject(), checkout);
        boolean registered =
                issued.statusCode() == 200 && primaryOf(key).text("EXISTS", key).equals("1");
        if (registered) {
            buyer.voidNumber(issued.path("number"));
        }
        return registered;
    }

    private List<String> newNumbers(int count) {
        return IntStream.range(0, count).mapToObj(_ -> shop.newNumber()).toList();
    }

    @Test
    void checkout_getsOneNumberAndOneOrder() {
        // Given
        String number = shop.issue("c1").path("number");
        // When
        Response reloaded = shop.issue("c1");
        Response placed = shop.place(number);
        Response replayed = shop.place(number);
        Response afterwards = shop.issue("c1");
        // Then
        reloaded.then().statusCode(200).body("number", equalTo(number));
        placed.then().statusCode(201);
        replayed.then().statusCode(200).body("duplicated", equalTo(true));
        afterwards.then().statusCode(200).body("state", equalTo("PLACED"));
        assertThat(Database.ordersOf(shop.subject())).isOne();
    }

    @Test
    void numberWithoutACheckout_isPlacedOnceAndAVoidedOneNever() {
        // Given
        String number = shop.request().post("/order-numbers").path("number");
        String voided = shop.request().post("/order-numbers").path("number");
        shop.voidNumber(voided).then().statusCode(200);
        // When
        List<Response> placed = Racers.race(Collections.nCopies(4, () -> shop.place(number)));
        Response refused = shop.place(voided);
        // Then
        assertThat(placed)
                .extracting(Response::statusCode)
                .containsOnly(200, 201)
                .containsOnlyOnce(201);
        refused.then().statusCode(410);
    }

    @Test
    void idempotencyKey_isOneOrder() {
        // Given
        String key = UUID.randomUUID().toString();
        // When
        List<Response> responses = Racers.race(Collections.nCopies(4, () -> shop.placeByKey(key)));
        // Then
        assertThat(responses).extracting(Response::statusCode).containsOnlyOnce(201);
        shop.placeByKey(key).then().statusCode(200);
        assertThat(Database.ordersOf(shop.subject())).isOne();
    }

    @Test
    void outstandingNumbers_areLimitedAsByOneRedis() {
        // Given
        List<String> numbers = newNumbers(OUTSTANDING_AT_ONCE);
        // When
        Response refused = shop.issue("one-too-many");
        // Then
        assertLimited(refused, "numbers-outstanding");
        shop.voidNumber(numbers.getFirst()).then().statusCode(200);
        shop.issue("one-too-many").then().statusCode(200);
        assertLimited(shop.issue("another"), "numbers-outstanding");
    }

    @Test
    void placedOrders_areLimitedAsByOneRedis() {
        // Given
        shop.token();
        long begun = System.nanoTime();
        // When
        List<Response> responses = Racers.<List<Response>>race(Collections.nCopies(
                        4,
                        () -> IntStream.range(0, ORDERS_AT_ONCE / 2)
                                .mapToObj(_ -> shop.placeByKey(UUID.randomUUID().toString()))
                                .toList()))
                .stream()
                .flatMap(List::stream)
                .toList();
        long seconds = (System.nanoTime() - begun) / Duration.ofSeconds(1).toNanos() + 1;
        // Then
        long placed = responses.stream()
                .filter(response -> response.statusCode() == 201)
                .count();
        assertThat(placed).isBetween((long) ORDERS_AT_ONCE, ORDERS_AT_ONCE + seconds * ORDERS_PER_SECOND);
        assertThat(placed).isEqualTo(Database.ordersOf(shop.subject()));
        responses.stream()
                .filter(response -> response.statusCode() != 201)
                .forEach(response -> assertLimited(response, "orders-placed"));
    }

    private static void assertLimited(Response response, String limit) {
        response.then().statusCode(429).body("limit", equalTo(limit));
        assertThat(response.header("Retry-After")).matches("[0-9]+");
    }

    @Test
    void sameBasketAgain_needsAConfirmation() {
        // Given
        List<String> numbers = newNumbers(2);
        shop.place(numbers.get(0), Baskets.tea(3)).then().statusCode(201);
        // When
        Response asked = shop.place(numbers.get(1), Baskets.tea(3));
        Response confirmed = shop.place(numbers.get(1), Baskets.besides(Baskets.tea(3), numbers.get(0)));
        // Then
        asked.then()
                .statusCode(409)
                .body("type", equalTo("/problems/lookalike"))
                .body("earlier", equalTo(numbers.get(0)));
        confirmed.then().statusCode(201);
    }

    @Test
    void twoPaymentsAtOnce_areOneCapture() {
        for (int i = 0; i < 5; i++) {
            // Given
            String number = shop.newOrder(4200);
            // When
            List<Response> responses = Racers.race(Collections.nCopies(2, (Callable<Response>) () -> shop.pay(number)));
            // Then
            assertThat(responses).extracting(Response::statusCode).containsExactlyInAnyOrder(201, 409);
            assertThat(Database.paymentStates(number)).containsExactly("CAPTURED");
        }
    }

    @Test
    void placedOrders_areInTheStatistics() {
        // Given
        Shop support = Shop.as("support-of-topology", "support");
        RunJob.named("share-counts");
        int before = placedInStatistics(support);
        // When
        shop.newOrder(4200);
        // Then
        await().atMost(BOUND)
                .untilAsserted(() -> assertThat(placedInStatistics(support)).isEqualTo(before + 1));
    }

    private static int placedInStatistics(Shop support) {
        Response statistics = support.request().get("/statistics");
        statistics.then().statusCode(200);
        return statistics.<List<Integer>>path("minutes.placed").stream()
                .mapToInt(Integer::intValue)
                .sum();
    }

    @Test
    void placedOrder_isInTheStream() {
        // When
        String number = shop.newOrder(4200);
        // Then
        awaitInStream(number);
    }

    final void awaitInStream(String number) {
        await().atMost(BOUND).ignoreExceptions().untilAsserted(() -> {
            RunJob.named("relay-events");
            assertThat(primaryOf(STREAM).text("XRANGE", STREAM, "-", "+")).contains(number.replace("-", ""));
        });
    }

    @ParameterizedTest
    @EnumSource
    void primaryUnavailable_itsReplicaServesWithinSeconds(Fault fault) {
        // Given
        List<Shop> buyers = newBuyers();
        RedisNode former = primaryOf(buyers.getFirst());
        List<Shop> affected =
                buyers.stream().filter(buyer -> primaryOf(buyer) == former).toList();
        try (Traffic traffic = Traffic.of(buyers, seed)) {
            traffic.awaitOrders(5 * buyers.size());
            // When
            long struck = System.nanoTime();
            fault.strike(former);
            awaitPromotion(former);
            long promoted = System.nanoTime();
            // Then
            awaitRecovery(affected, promoted);
            Duration first = since(promoted);
            awaitQuiet(traffic, promoted);
            long quiet = Math.max(0, since(promoted).minus(traffic.untroubled()).toMillis());
            String recovered = traffic.toString();
            heal();
            traffic.awaitOrders(5 * buyers.size());
            awaitQuiet(traffic, System.nanoTime());
            traffic.end();
            System.out.printf(
                    "%s, primary %s, seed %d: promoted after %d ms; all %d affected buyers had"
                            + " numbers in Redis %d ms later, the last refusal was %d ms later; answers until then"
                            + " %s, in all %s%n",
                    getClass().getSimpleName(),
                    fault,
                    seed,
                    Duration.ofNanos(promoted - struck).toMillis(),
                    affected.size(),
                    first.toMillis(),
                    quiet,
                    recovered,
                    traffic);
        }
    }

    final void awaitRecovery(List<Shop> affected, long promoted) {
        Racers.race(affected.stream()
                .map(buyer -> (Callable<Boolean>) () -> {
                    await("numbers of %s in Redis".formatted(buyer.subject()))
                            .atMost(RECOVERY.minus(since(promoted)))
                            .pollInterval(Duration.ofMillis(20))
                            .ignoreExceptions()
                            .until(() -> isRegistered(buyer));
                    return true;
                })
                .toList());
    }

    static void awaitQuiet(Traffic traffic, long since) {
        await("no refusal for " + QUIET)
                .atMost(RECOVERY.plus(QUIET).minus(since(since)))
                .pollInterval(Duration.ofMillis(20))
                .until(() -> traffic.untroubled().compareTo(QUIET) > 0);
    }

    static Duration since(long nanos) {
        return Duration.ofNanos(System.nanoTime() - nanos);
    }

    @ParameterizedTest
    @EnumSource
    void orderWhileThePrimaryIsUnavailable_isInTheStreamAfterThePromotion(Fault fault) {
        // Given
        RedisNode former = primaryOf(STREAM);
        String before = shop.newOrder(4200);
        awaitInStream(before);
        // When
        fault.strike(former);
        String during = order();
        RedisNode promoted = awaitPromotion(former);
        String after = order();
        // Then
        awaitInStream(during);
        awaitInStream(after);
        assertThat(primaryOf(STREAM)).isSameAs(promoted);
    }

    /** Takes a new number in place of one that was issued without Redis and is forgotten. */
    private String order() {
        return await().atMost(BOUND)
                .until(() -> shop.place(shop.newNumber()), response -> response.statusCode() == 201)
                .path("number");
    }

    @Test
    void lostReplica_isNotNoticed() {
        // Given
        List<Shop> buyers = newBuyers();
        try (Traffic traffic = Traffic.of(buyers, seed)) {
            traffic.awaitOrders(buyers.size());
            // When
            RedisNode replica =
                    nodes().stream().filter(RedisNode::isReplica).findFirst().orElseThrow();
            replica.kill();
            dropConnections();
            traffic.awaitOrders(5 * buyers.size());
            // Then
            awaitQuiet(traffic, System.nanoTime());
            assertThat(buyers)
                    .allSatisfy(buyer -> assertThat(isRegistered(buyer)).isTrue());
            traffic.end();
        }
    }

    /** Closes the connections of all clients, so that they connect anew. */
    final void dropConnections() {
        nodes().stream().filter(RedisNode::answers).forEach(node -> node.send("CLIENT", "KILL", "TYPE", "normal"));
    }
}
