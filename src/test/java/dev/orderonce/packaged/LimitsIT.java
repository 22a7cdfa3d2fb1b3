package dev.orderonce.packaged;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.orderonce.embedded.Standalone;
import dev.orderonce.testkit.Database;
import dev.orderonce.testkit.Racers;
import dev.orderonce.testkit.Stores;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two replicas, one buyer, sixteen racers at once that never wait: together they are admitted as often as the limit
 * allows, over some windows, and never more often.
 *
 * <p>{@code -Dlimits.seed} repeats the random choices, though not the races.
 */
class LimitsIT {
    private static final long SEED = Long.getLong("limits.seed", System.nanoTime());
    private static final int RACERS = 16;
    private static final int WINDOWS = 4;
    private static final Duration WINDOW = Duration.ofSeconds(2);

    /** The limit in each window: one request each 200 ms, which is long compared with a request. */
    private static final long RATE = 10;

    /**
     * More than is made up for when the machine has stood still for four seconds; a quarter of it is divided by two
     * without a rest.
     */
    private static final long BURST = 24;

    /** The shares of two replicas and the shared bucket: each may be about to have room for one more. */
    private static final int BUCKETS = 3;

    @TempDir
    static Path directory;

    private static Standalone stores;
    private static List<Service> replicas;

    private final String buyer = "buyer-" + UUID.randomUUID();

    @BeforeAll
    static void start() {
        System.out.println("LimitsIT: seed " + SEED);
        stores = Standalone.start(new SmallRyeConfigBuilder().build(), directory.resolve("stores"));
        replicas = List.of(launch("one"), launch("two"));
        replicas.forEach(Service::ready);
        await().atMost(Duration.ofSeconds(30)).until(() -> replicas.stream().allMatch(LimitsIT::knowsBoth));
        // The first requests of a process are the slowest.
        for (Service replica : replicas) {
            String token = replica.signIn("warm-up", "buyer");
            for (int i = 0; i < 20; i++) {
                replica.placeByKey(token, UUID.randomUUID().toString());
                replica.newNumber(token);
            }
        }
    }

    private static boolean knowsBoth(Service replica) {
        return replica.send("GET", "/q/metrics", Optional.empty(), "").body().contains("orderonce_replicas 2.0");
    }

    private static Service launch(String name) {
        Map<String, String> settings = new HashMap<>(Stores.environment(stores));
        String limit = "%d/%ds burst %d".formatted(RATE, WINDOW.toSeconds(), BURST);
        settings.putAll(Map.of("LIMITS_ORDERS_PLACED", limit, "LIMITS_NUMBERS_ISSUED", limit));
        return Service.launch(directory.resolve(name), settings);
    }

    @AfterAll
    static void stop() {
        replicas.forEach(Service::close);
        stores.close();
    }

    /** The request that a racer repeats. */
    @FunctionalInterface
    private interface Asking {
        /** Whether it was admitted. */
        boolean ask(Service replica);
    }

    /** The result of a race, by the clock of the racers. */
    private static final class Race {
        private final long begun = System.nanoTime();
        private final AtomicLong firstLetIn = new AtomicLong(Long.MAX_VALUE);
        private final AtomicLong lastAsked = new AtomicLong(Long.MIN_VALUE);
        private final AtomicLong letIn = new AtomicLong();
        private final AtomicLong requested = new AtomicLong();
        private long ended;

        /** Runs a race of this duration, each racer at a random replica. */
        static Race run(List<Asking> racers, Duration howLong) {
            Race race = new Race();
            Racers.race(IntStream.range(0, racers.size())
                    .<Callable<Boolean>>mapToObj(i -> () -> race.askFor(howLong, racers.get(i), new Random(SEED + i)))
                    .toList());
            race.ended = System.nanoTime();
            return race;
        }

        private boolean askFor(Duration howLong, Asking racer, Random random) {
            while (System.nanoTime() - begun < howLong.toNanos()) {
                Service replica = replicas.get(random.nextInt(replicas.size()));
                lastAsked.accumulateAndGet(System.nanoTime() - begun, Math::max);
                requested.incrementAndGet();
                if (racer.ask(replica)) {
                    letIn.incrementAndGet();
                    firstLetIn.accumulateAndGet(System.nanoTime() - begun, Math::min);
                }
            }
            return true;
        }

        /**
         * The first request was admitted before its response was received, and got the last command after its request
         * was sent; everything happened between the begin and the end.
         */
        void judge(String what) {
            double shortest = expected(lastAsked.get() - firstLetIn.get());
            double longest = expected(ended - begun);
            System.out.printf(
                    "LimitsIT: seed %d, %s: %d let in of %d, expected %.2f to %.2f in %.3f s%n",
                    SEED, what, letIn.get(), requested.get(), shortest, longest, (ended - begun) / 1e9);
            assertThat((double) letIn.get()).isBetween(shortest - BUCKETS, longest);
            assertThat(requested.get()).as("racers that raced").isGreaterThan(2 * letIn.get());
        }

        private static double expected(long nanos) {
            return BURST + (double) RATE * nanos / WINDOW.toNanos();
        }
    }

    @Test
    void sixteenOnTwoReplicas_placeAsManyOrdersAsTheLimitSays() {
        // Given: each racer keeps its key until its order is placed, as a client does
        Queue<String> unexpected = new ConcurrentLinkedQueue<>();
        List<Asking> racers = IntStream.range(0, RACERS)
                .<Asking>mapToObj(i -> new Placing(buyer, unexpected))
                .toList();
        replicas.forEach(replica -> replica.signIn(buyer, "buyer"));
        // When
        Race race = Race.run(racers, WINDOW.multipliedBy(WINDOWS));
        // Then
        assertThat(unexpected).isEmpty();
        race.judge("orders placed");
        assertThat(orders()).isEqualTo(race.letIn.get());
    }

    /** Places one order after the other. */
    private static final class Placing implements Asking {
        private final String buyer;
        private final Queue<String> unexpected;
        private String key = UUID.randomUUID().toString();

        Placing(String buyer, Queue<String> unexpected) {
            this.buyer = buyer;
            this.unexpected = unexpected;
        }

        @Override
        public boolean ask(Service replica) {
            HttpResponse<String> answer = replica.placeByKey(replica.signIn(buyer, "buyer"), key);
            if (answer.statusCode() == 201) {
                key = UUID.randomUUID().toString();
                return true;
            }
            if (answer.statusCode() != 429) {
                unexpected.add(answer.statusCode() + " " + answer.body());
            }
            return false;
        }
    }

    @Test
    void sixteenOnTwoReplicas_areIssuedAsManyNumbersAsTheLimitSays() {
        // Given
        Queue<String> unexpected = new ConcurrentLinkedQueue<>();
        Queue<String> numbers = new ConcurrentLinkedQueue<>();
        Asking racer = replica -> isIssued(replica, numbers, unexpected);
        replicas.forEach(replica -> replica.signIn(buyer, "buyer"));
        // When
        Race race = Race.run(IntStream.range(0, RACERS).mapToObj(i -> racer).toList(), WINDOW.multipliedBy(WINDOWS));
        // Then
        assertThat(unexpected).isEmpty();
        race.judge("numbers issued");
        Set<String> different = new TreeSet<>(numbers);
        assertThat(different).hasSize((int) race.letIn.get());
    }

    private boolean isIssued(Service replica, Queue<String> numbers, Queue<String> unexpected) {
        HttpResponse<String> answer =
                replica.send("POST", "/order-numbers", Optional.of(replica.signIn(buyer, "buyer")), "");
        if (answer.statusCode() == 200) {
            numbers.add(new JsonObject(answer.body()).getString("number"));
            return true;
        }
        if (answer.statusCode() != 429) {
            unexpected.add(answer.statusCode() + " " + answer.body());
        }
        return false;
    }

    private long orders() {
        try (Connection connection = Database.connect(stores);
                PreparedStatement statement =
                        connection.prepareStatement("SELECT count(*) FROM orders WHERE buyer = ?")) {
            statement.setString(1, buyer);
            try (ResultSet rows = statement.executeQuery()) {
                rows.next();
                return rows.getLong(1);
            }
        } catch (SQLException failure) {
            throw new IllegalStateException(failure);
        }
    }
}
