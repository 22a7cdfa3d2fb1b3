package dev.orderonce.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.orderonce.testkit.Database;
import dev.orderonce.testkit.Operator;
import dev.orderonce.testkit.Shop;
import dev.orderonce.testkit.Stores;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** PostgreSQL, or the network to it, fails without a reset: open connections stay open and never answer. */
@QuarkusTest
class DeadConnectionsTest {
    /** Four times as many requests at once as there are connections. */
    private static final int BUSY = 32;

    /** Below 5 s on a machine that is not busy; on one that is, far from the 30 s that dead connections once took. */
    private static final Duration RECOVERED_WITHIN = Duration.ofSeconds(10);

    /** What a statement on a dead connection would wait at least. */
    private static final Duration REPLY_TIMEOUT = Duration.ofSeconds(3);

    private static final int CONNECTIONS_OF_A_BATCH = 3;

    private static final Duration STALL = Duration.ofSeconds(20);

    /**
     * Far below PostgreSQL's limit of 100 connections, with two replicas: those that were open, and an attempt every
     * few seconds.
     */
    private static final int MOST_ATTEMPTS = 40;

    private final Shop shop = Shop.newBuyer();
    private final Shop merchant = Shop.as("merchant-" + UUID.randomUUID(), "merchant");
    private final Shop program = Shop.as("program-" + UUID.randomUUID(), "service");

    @AfterEach
    void postgreSqlAnswers() {
        Stores.toPostgreSql().heal();
        Shop.awaitBusinessAsUsual();
    }

    /** Opens every connection of the pools, so that each of them is affected. */
    private void openAllConnections() throws Exception {
        try (ExecutorService threads = Executors.newCachedThreadPool()) {
            List<Future<Response>> puts = IntStream.range(0, BUSY)
                    .mapToObj(i -> threads.submit(this::createOnce))
                    .toList();
            for (Future<Response> put : puts) {
                put.get().then().statusCode(201);
            }
        }
    }

    private Response createOnce() {
        return program.request()
                .contentType(ContentType.JSON)
                .body(Map.of("by", "test"))
                .put("/once/silent-death/" + UUID.randomUUID());
    }

    private boolean isReady() {
        return Operator.get("/q/health/ready").statusCode() == 200;
    }

    @Test
    void everyUseCase_worksAgainWithinSeconds() throws Exception {
        // Given
        String number = shop.newNumber();
        String paid = shop.newOrder(4200);
        shop.pay(paid).then().statusCode(201);
        String unpaid = shop.newOrder(4300);
        String other = shop.newOrder(4400);
        Map<String, Supplier<Boolean>> uses = new LinkedHashMap<>();
        uses.put("place", () -> shop.place(number).statusCode() < 300);
        uses.put("issue", () -> shop.issue("checkout").statusCode() == 200);
        uses.put("pay", () -> shop.pay(unpaid).statusCode() < 300);
        uses.put("cancel", () -> shop.cancel(other).statusCode() == 200);
        uses.put("ship", () -> merchant.ship(paid).statusCode() == 200);
        uses.put("once", () -> createOnce().statusCode() == 201);
        uses.put("list", () -> shop.request().get("/orders").statusCode() == 200);
        uses.put("history", () -> shop.request().get("/orders/{n}/events", paid).statusCode() == 200);
        uses.put("ready", this::isReady);
        openAllConnections();
        // When
        Stores.toPostgreSql().killWithoutReset();
        long diedAt = System.nanoTime();
        // Then
        try (ExecutorService threads = Executors.newCachedThreadPool()) {
            Map<String, Future<Duration>> recoveries = new LinkedHashMap<>();
            uses.forEach((name, use) -> recoveries.put(name, threads.submit(() -> untilItWorks(use, diedAt))));
            Map<String, Duration> took = new LinkedHashMap<>();
            for (Map.Entry<String, Future<Duration>> recovery : recoveries.entrySet()) {
                took.put(recovery.getKey(), recovery.getValue().get());
            }
            System.out.println("DeadConnectionsTest: works again after " + took);
            assertThat(took.values()).allSatisfy(time -> assertThat(time).isLessThan(RECOVERED_WITHIN));
        }
    }

    private static Duration untilItWorks(Supplier<Boolean> use, long since) {
        await().pollInterval(Duration.ofMillis(50))
                .atMost(Duration.ofSeconds(40))
                .until(use::get);
        return Duration.ofNanos(System.nanoTime() - since);
    }

    /** No statement is sent, so none times out: probes detect the dead connections, and all are replaced. */
    @Test
    void unusedConnections_areReplacedBeforeTheNextOrderNeedsThem() throws Exception {
        // Given
        String before = shop.newNumber();
        shop.place(before).then().statusCode(201);
        shop.pay(before).then().statusCode(201);
        openAllConnections();
        Stores.toPostgreSql().killWithoutReset();
        long diedAt = System.nanoTime();
        // When: those that insert orders and those that find them, at least
        await().atMost(RECOVERED_WITHIN)
                .until(() -> Stores.toPostgreSql().accepted(diedAt) >= 2 * CONNECTIONS_OF_A_BATCH);
        // Then
        String number = shop.newNumber();
        long askedAt = System.nanoTime();
        untilItWorks(() -> shop.place(number).statusCode() < 300, askedAt);
        untilItWorks(() -> shop.pay(number).statusCode() < 300, askedAt);
        Duration took = untilItWorks(() -> createOnce().statusCode() == 201, askedAt);
        System.out.println("DeadConnectionsTest: placed, paid and created once in " + took);
        assertThat(took).isLessThan(REPLY_TIMEOUT);
    }

    /** A stopped PostgreSQL still accepts connections and answers none: every attempt waits in its queue. */
    @Test
    void stalledPostgreSql_isNotFloodedWithConnections() throws Exception {
        // Given
        int configured = 8 + CONNECTIONS_OF_A_BATCH * openBatches();
        awaitMigrationsDisconnected();
        openAllConnections();
        Stores.toPostgreSql().mostOpen();
        String number = shop.newNumber();
        AtomicBoolean isOver = new AtomicBoolean();
        Duration recovery;
        long pausedAt = System.nanoTime();
        try (ExecutorService threads = Executors.newCachedThreadPool()) {
            // When
            Database.Stalled stalled = Database.stall();
            try {
                for (int i = 0; i < BUSY; i++) {
                    threads.execute(() -> {
                        while (!isOver.get()) {
                            createOnce();
                            await().pollDelay(Duration.ofMillis(200)).until(() -> true);
                        }
                    });
                }
                await().pollDelay(STALL).atMost(STALL.multipliedBy(2)).until(() -> true);
            } finally {
                stalled.close();
                isOver.set(true);
            }
            recovery = untilItWorks(() -> shop.place(number).statusCode() < 300, System.nanoTime());
        }
        // Then
        int most = Stores.toPostgreSql().mostOpen();
        long attempts = Stores.toPostgreSql().accepted(pausedAt);
        System.out.printf(
                "DeadConnectionsTest: %d connections configured, %d open at most, %d attempts in %s, placing again after %s%n",
                configured, most, attempts, STALL, recovery);
        assertThat(most).isLessThanOrEqualTo(configured);
        assertThat(attempts).isLessThan(MOST_ATTEMPTS);
        assertThat(recovery).isLessThan(RECOVERED_WITHIN);
    }

    /** The migrations at the start have connections of their own, which are closed when they are idle. */
    private static void awaitMigrationsDisconnected() {
        String others = "SELECT count(*) FROM pg_stat_activity"
                + " WHERE application_name = 'PostgreSQL JDBC Driver' AND pid <> pg_backend_pid()";
        await().atMost(Duration.ofMinutes(2))
                .pollInterval(Duration.ofSeconds(1))
                .until(() -> Database.value(others).equals("0"));
    }

    /** Kinds of statements with connections of their own, those that other tests made included. */
    private static int openBatches() {
        return (int) Operator.get("/q/metrics")
                .asString()
                .lines()
                .filter(line -> line.startsWith("orderonce_batch_waiting{"))
                .count();
    }
}
