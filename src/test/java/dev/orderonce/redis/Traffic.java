package dev.orderonce.redis;

import static io.restassured.RestAssured.given;
import static io.restassured.http.ContentType.JSON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.orderonce.testkit.Baskets;
import dev.orderonce.testkit.Database;
import dev.orderonce.testkit.Racers;
import dev.orderonce.testkit.Shop;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * Buyers who order without a pause, each by one client, and a record of the responses. A client repeats a request that
 * was not decided, and takes a new number in place of a forgotten one. Any response that the API does not allow here
 * ends the traffic with a failure.
 */
final class Traffic implements AutoCloseable {
    private static final Duration BOUND = Duration.ofSeconds(30);

    /** Of a person it would be seconds; more requests than these would measure the machine. */
    private static final Duration THINK = Duration.ofMillis(30);

    private static final Duration REPEAT_AFTER = Duration.ofMillis(50);

    /** Each new number may be issued by an event loop without a connection, and placed by one with a connection. */
    private static final int MOST_FORGOTTEN = 30;

    /** One order in so many is paid, twice at once. */
    private static final int PAID_ONE_IN = 5;

    private final ExecutorService clients = Executors.newCachedThreadPool();
    private final List<Future<?>> running = new ArrayList<>();
    private final Map<Shop, Integer> orders = new ConcurrentHashMap<>();
    private final Queue<String> placed = new ConcurrentLinkedQueue<>();
    private final Queue<String> paid = new ConcurrentLinkedQueue<>();
    private final Map<String, AtomicInteger> answers = new ConcurrentHashMap<>();
    private final AtomicInteger mostForgotten = new AtomicInteger();
    private volatile long lastTrouble = System.nanoTime();
    private volatile boolean ending;

    private Traffic() {}

    /** Starts a client of each buyer; its choices depend on the seed. */
    static Traffic of(List<Shop> buyers, long seed) {
        Traffic traffic = new Traffic();
        Random seeds = new Random(seed);
        for (Shop shop : buyers) {
            shop.token();
            Random random = new Random(seeds.nextLong());
            traffic.running.add(traffic.clients.submit(() -> traffic.run(shop, random)));
        }
        return traffic;
    }

    private void run(Shop shop, Random random) {
        while (!ending) {
            order(shop, random);
            LockSupport.parkNanos(random.nextLong(2 * THINK.toNanos()));
        }
    }

    /** One purchase: numbers until one is placed, replays, and sometimes payments. */
    private void order(Shop shop, Random random) {
        Optional<String> checkout =
                random.nextBoolean() ? Optional.of("checkout-" + UUID.randomUUID()) : Optional.empty();
        String number = issue(shop, checkout);
        for (int forgotten = 1; !isPlaced(shop, number); forgotten++) {
            mostForgotten.accumulateAndGet(forgotten, Math::max);
            assertThat(forgotten).as("forgotten numbers of one purchase").isLessThan(MOST_FORGOTTEN);
            number = issue(shop, checkout);
        }
        orders.merge(shop, 1, Integer::sum);
        placed.add(number);
        replay(shop, number);
        if (random.nextInt(PAID_ONE_IN) == 0) {
            pay(shop, number);
        }
    }

    private String issue(Shop shop, Optional<String> checkout) {
        Response response = decided(
                "issue",
                () -> checkout.map(shop::issue).orElseGet(() -> shop.request().post("/order-numbers")));
        assertThat(response.statusCode()).as("issue: %s", response.asString()).isEqualTo(200);
        return response.path("number");
    }

    /** False if the number was forgotten. */
    private boolean isPlaced(Shop shop, String number) {
        Response response = decided("place", () -> place(shop, number));
        if (response.statusCode() == 410) {
            assertThat(response.<String>path("type")).isEqualTo("/problems/number-forgotten");
            assertThat(response.<String>path("retry")).isEqualTo("new-number");
            return false;
        }
        assertThat(response.statusCode()).as("place: %s", response.asString()).isIn(200, 201);
        return true;
    }

    private static Response place(Shop shop, String number) {
        return request(shop)
                .contentType(JSON)
                .body(Baskets.under(number, Baskets.onlyFor(number)))
                .post("/orders");
    }

    /** Not compared with the API description, which costs more than the request. */
    private static RequestSpecification request(Shop shop) {
        return given().header("Authorization", "Bearer " + shop.token());
    }

    private void replay(Shop shop, String number) {
        Response response = decided("replay", () -> place(shop, number));
        assertThat(response.statusCode()).as("replay: %s", response.asString()).isEqualTo(200);
    }

    private void pay(Shop shop, String number) {
        Callable<Response> payment = () -> request(shop)
                .header("Idempotency-Key", UUID.randomUUID().toString())
                .contentType(JSON)
                .body(Map.of("method", "tok_visa"))
                .post("/orders/{number}/payments", number);
        for (Response response : Racers.race(Collections.nCopies(2, payment))) {
            count("pay", response);
            assertThat(response.statusCode()).as("pay: %s", response.asString()).isIn(200, 201, 202, 409, 503);
            assertRetryAfter(response);
        }
        paid.add(number);
    }

    /** The response to a request that is repeated while the service does not decide it. */
    private Response decided(String request, Callable<Response> client) {
        long begun = System.nanoTime();
        while (true) {
            Response response = call(client);
            count(request, response);
            assertRetryAfter(response);
            if (response.statusCode() != 429 && response.statusCode() != 503) {
                return response;
            }
            assertThat(System.nanoTime() - begun).isLessThan(BOUND.toNanos());
            LockSupport.parkNanos(REPEAT_AFTER.toNanos());
        }
    }

    private static Response call(Callable<Response> client) {
        try {
            return client.call();
        } catch (RuntimeException failure) {
            throw failure;
        } catch (Exception failure) {
            throw new IllegalStateException(failure);
        }
    }

    private static void assertRetryAfter(Response response) {
        if (response.statusCode() == 429 || response.statusCode() == 503) {
            assertThat(response.header("Retry-After")).as(response.asString()).matches("[0-9]+");
        }
    }

    private void count(String request, Response response) {
        answers.computeIfAbsent(request + ' ' + response.statusCode(), any -> new AtomicInteger())
                .incrementAndGet();
        if (response.statusCode() != 409 && response.statusCode() >= 300) {
            lastTrouble = System.nanoTime();
        }
    }

    /** The orders placed so far. */
    int placed() {
        return placed.size();
    }

    /** How many numbers in a row of one purchase were forgotten, at most. */
    int mostForgotten() {
        return mostForgotten.get();
    }

    /** Returns when this many more orders have been placed. */
    void awaitOrders(int more) {
        int target = placed() + more;
        await().atMost(BOUND).pollInterval(Duration.ofMillis(2)).until(() -> {
            assertRunning();
            return placed() >= target;
        });
    }

    private void assertRunning() throws Exception {
        for (Future<?> client : running) {
            if (client.isDone()) {
                client.get();
            }
        }
    }

    /** The time since a request was last refused: 410, 429 or 503. */
    Duration untroubled() {
        return Duration.ofNanos(System.nanoTime() - lastTrouble);
    }

    /** Ends it, and checks that each purchase is one order and each paid order one capture. */
    void end() {
        close();
        try {
            for (Future<?> client : running) {
                client.get();
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(interrupted);
        } catch (ExecutionException failure) {
            throw new AssertionError(toString(), failure.getCause());
        }
        assertThat(placed).doesNotHaveDuplicates();
        assertThat(orders)
                .allSatisfy((shop, count) ->
                        assertThat(Database.ordersOf(shop.subject())).isEqualTo(count.longValue()));
        assertThat(paid)
                .allSatisfy(number -> await().atMost(BOUND).untilAsserted(() -> {
                    assertThat(Database.state(number)).isEqualTo("PAID");
                    assertThat(Database.paymentStates(number))
                            .containsOnlyOnce("CAPTURED")
                            .doesNotContain("REFUNDED");
                }));
    }

    @Override
    public void close() {
        ending = true;
        clients.close();
    }

    /** The requests and statuses with their counts, and how many numbers in a row one purchase needed. */
    @Override
    public String toString() {
        return new TreeMap<>(answers) + ", at most " + mostForgotten + " numbers of one purchase forgotten";
    }
}
