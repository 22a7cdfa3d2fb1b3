package dev.orderonce.packaged;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.orderonce.embedded.Standalone;
import dev.orderonce.orders.Hold;
import dev.orderonce.orders.MoneyEvent;
import dev.orderonce.orders.OrderEvent;
import dev.orderonce.orders.OrderState;
import dev.orderonce.orders.OrderState.Move;
import dev.orderonce.testkit.Database;
import dev.orderonce.testkit.FaultProxy;
import dev.orderonce.testkit.Provider;
import dev.orderonce.testkit.RedisCommands;
import dev.orderonce.testkit.Stores;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.vertx.core.json.JsonObject;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two replicas, a faulty provider, Redis that is stopped and started, replicas killed and started again, and orders
 * that are paid, paid again, cancelled and shipped all at once. At the end the money at the provider is what every
 * order's state says, and its events replay to that state.
 *
 * <p>{@code -Dstorm.seconds=300} makes it last; {@code -Dstorm.seed} repeats the random choices, though not the races.
 */
class StormIT {
    private static final int SECONDS = Integer.getInteger("storm.seconds", 15);
    private static final long SEED = Long.getLong("storm.seed", System.nanoTime());
    private static final int ACTORS = 12;
    private static final String SECRET = "storm";

    /** Everything that takes minutes in a shop takes seconds here. */
    private static final Map<String, String> HURRIED = Map.of(
            "PAYMENTS_NOTIFICATION_SECRET", SECRET,
            "PAYMENTS_PROVIDER_TIMEOUT", "600ms",
            "PAYMENTS_RESUME_DELAY", "3s",
            "PAYMENTS_RETRY_DELAY", "20ms",
            "JOBS_INTERVAL_RESUME_PAYMENTS", "200ms",
            "PAYMENTS_UNPAID_ORDER_TTL", "4s",
            "JOBS_INTERVAL_CANCEL_UNPAID", "300ms",
            // All of them are read at the end, however long it lasts.
            "EVENTS_STREAM_SIZE", "100000000",
            "LOCKS_LEASE", "2s",
            "LOCKS_WAIT_TIMEOUT", "1s");

    /** Reads the stream as a consumer does: what is not newer than the latest seen is a repeat. */
    private static final String FIRST_SEEN = """
            local last, seen, wrong = {}, 0, 0
            for _, entry in ipairs(redis.call('XRANGE', 'once:events', '-', '+')) do
                local number, sequence = entry[2][2], tonumber(entry[2][6])
                local expected = (last[number] or 0) + 1
                if sequence > expected then wrong = wrong + 1 end
                if sequence >= expected then last[number] = sequence; seen = seen + 1 end
            end
            return redis.status_reply(seen .. ' events, ' .. wrong .. ' out of order')
            """;

    /** With this the subjects of guests begin. */
    private static final String GUEST = "guest-";

    private static final Set<String> WITHOUT_MOVE = Stream.concat(
                    Arrays.stream(MoneyEvent.values()).map(MoneyEvent::kind),
                    Stream.of(Hold.SET_KIND, Hold.ENDED_KIND, OrderEvent.CLAIMED))
            .collect(Collectors.toSet());

    @TempDir
    Path directory;

    private final Random random = new Random(SEED);
    private final AtomicLong requests = new AtomicLong();
    private final AtomicLong unanswered = new AtomicLong();
    private final AtomicLong kills = new AtomicLong();
    /** The buyers whose claim was accepted, by guest. */
    private final Map<String, Set<String>> claimants = new ConcurrentHashMap<>();

    private final Queue<String> faults = new ConcurrentLinkedQueue<>();

    /** One replica that is started again after it was killed. */
    private final class Replica {
        private final Map<String, String> settings;
        private final Path home;
        private final AtomicReference<Service> service = new AtomicReference<>();

        Replica(String name, Map<String, String> settings) {
            this.settings = settings;
            this.home = directory.resolve(name);
        }

        Service start() {
            Service started = Service.launch(home, settings).ready();
            service.set(started);
            return started;
        }

        Service current() {
            return Objects.requireNonNull(service.get());
        }

        void kill() {
            current().process().destroyForcibly();
            current().process().onExit().join();
            kills.incrementAndGet();
        }
    }

    @Test
    void storm_moneyAndOrdersAgreeAndEventsReplay() throws Exception {
        System.out.println("StormIT: seed " + SEED + ", " + SECONDS + " s");
        try (Standalone stores = Standalone.start(new SmallRyeConfigBuilder().build(), directory.resolve("stores"));
                FaultProxy toRedis = FaultProxy.before(stores.redis().port());
                Provider provider = Provider.start(SEED, 30, SECRET)) {
            Map<String, String> settings = new HashMap<>(HURRIED);
            settings.putAll(Stores.environment(stores));
            settings.put(
                    "QUARKUS_REDIS_HOSTS",
                    Stores.at(toRedis.port(), stores.redis().url()));
            settings.put("PAYMENTS_PROVIDER_URL", provider.url());
            List<Replica> replicas = List.of(new Replica("one", settings), new Replica("two", settings));
            for (Replica replica : replicas) {
                replica.start();
            }
            provider.notifies(
                    "http://127.0.0.1:" + replicas.getFirst().current().port());
            try {
                rage(replicas, provider, toRedis);
                toRedis.heal();
                awaitCalm(stores);
                judge(stores, provider);
                awaitPublished(stores);
            } finally {
                replicas.forEach(replica -> replica.current().close());
            }
        }
    }

    private void rage(List<Replica> replicas, Provider provider, FaultProxy toRedis) throws Exception {
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> actors = new ArrayList<>();
            for (int i = 0; i < ACTORS; i++) {
                String buyer = "buyer-" + i;
                actors.add(threads.submit(() -> act(buyer, replicas, until)));
            }
            while (System.nanoTime() < until) {
                await().pollDelay(Duration.ofMillis(500 + random.nextInt(1500))).until(() -> true);
                if (random.nextBoolean()) {
                    toRedis.refuse();
                    await().pollDelay(Duration.ofMillis(100 + random.nextInt(700)))
                            .until(() -> true);
                    toRedis.heal();
                } else {
                    Replica victim = replicas.get(random.nextInt(replicas.size()));
                    victim.kill();
                    provider.notifies("http://127.0.0.1:" + victim.start().port());
                }
            }
            for (Future<?> actor : actors) {
                actor.get();
            }
        }
    }

    /**
     * A buyer, a merchant and support, who all change the same order at once. One order in three is a guest's, whom two
     * buyers claim meanwhile.
     */
    private void act(String buyer, List<Replica> replicas, long until) {
        ThreadLocalRandom dice = ThreadLocalRandom.current();
        while (System.nanoTime() < until) {
            boolean isGuest = dice.nextInt(3) == 0;
            String owner = isGuest ? GUEST + UUID.randomUUID() : buyer;
            Optional<String> number = place(owner, replicas);
            if (number.isEmpty()) {
                continue;
            }
            try (ExecutorService hands = Executors.newVirtualThreadPerTaskExecutor()) {
                String key = UUID.randomUUID().toString();
                for (int i = dice.nextInt(3); i >= 0; i--) {
                    String used = dice.nextBoolean() ? key : UUID.randomUUID().toString();
                    hands.execute(() -> pay(owner, number.get(), used, replicas));
                }
                for (int i = dice.nextInt(3); i > 0; i--) {
                    hands.execute(() -> post(owner, "buyer", number.get(), "/cancellation", replicas));
                }
                if (isGuest) {
                    hands.execute(() -> claim(buyer, owner, replicas));
                    hands.execute(() -> claim(buyer + "-and-another", owner, replicas));
                }
                hands.execute(() -> shipSome(number.get(), replicas));
                if (dice.nextInt(4) == 0) {
                    hands.execute(() -> post("help", "support", number.get(), "/cancellation", replicas));
                }
                if (dice.nextInt(3) == 0) {
                    hands.execute(() -> post("help", "support", number.get(), "/hold", replicas));
                    hands.execute(() -> post("help", "support", number.get(), "/release", replicas));
                }
                refundSome(number.get(), hands, replicas);
            }
            try (ExecutorService hands = Executors.newVirtualThreadPerTaskExecutor()) {
                hands.execute(() -> shipSome(number.get(), replicas));
                refundSome(number.get(), hands, replicas);
                if (isGuest) {
                    hands.execute(() -> claim(buyer, owner, replicas));
                }
            }
        }
    }

    private void claim(String buyer, String guest, List<Replica> replicas) {
        try {
            Service service = any(replicas);
            HttpResponse<String> answer = service.send(
                    "POST",
                    "/buyers/claims",
                    Optional.of(service.signIn(buyer, "buyer")),
                    new JsonObject()
                            .put("guestToken", service.signInGuest(guest))
                            .encode());
            count(answer);
            if (answer.statusCode() < 300) {
                claimants
                        .computeIfAbsent(guest, _ -> ConcurrentHashMap.newKeySet())
                        .add(buyer);
            }
        } catch (UncheckedIOException killed) {
            unanswered.incrementAndGet();
        }
    }

    private static String token(Service service, String subject, String role) {
        return subject.startsWith(GUEST) ? service.signInGuest(subject) : service.signIn(subject, role);
    }

    /** Parts that are together more than was captured, some of them under one key. */
    private void refundSome(String number, ExecutorService hands, List<Replica> replicas) {
        ThreadLocalRandom dice = ThreadLocalRandom.current();
        String key = UUID.randomUUID().toString();
        for (int i = dice.nextInt(8) - 3; i > 0; i--) {
            String used = dice.nextBoolean() ? key : UUID.randomUUID().toString();
            hands.execute(() -> refund(number, used, replicas));
        }
    }

    private void shipSome(String number, List<Replica> replicas) {
        if (ThreadLocalRandom.current().nextInt(3) == 0) {
            post("shop", "merchant", number, "/shipment", replicas);
            post("shop", "merchant", number, "/completion", replicas);
        }
    }

    private static Service any(List<Replica> replicas) {
        return replicas.get(ThreadLocalRandom.current().nextInt(replicas.size()))
                .current();
    }

    private Optional<String> place(String buyer, List<Replica> replicas) {
        try {
            Service service = any(replicas);
            HttpResponse<String> answer = service.placeByKey(
                    token(service, buyer, "buyer"), UUID.randomUUID().toString());
            count(answer);
            return answer.statusCode() < 300
                    ? Optional.of(new JsonObject(answer.body()).getString("number"))
                    : Optional.empty();
        } catch (UncheckedIOException killed) {
            unanswered.incrementAndGet();
            return Optional.empty();
        }
    }

    private void pay(String buyer, String number, String key, List<Replica> replicas) {
        try {
            Service service = any(replicas);
            count(service.sendWith(
                    Map.of("Idempotency-Key", key),
                    "POST",
                    "/orders/" + number + "/payments",
                    Optional.of(token(service, buyer, "buyer")),
                    "{\"method\":\"tok_visa\"}"));
        } catch (UncheckedIOException killed) {
            unanswered.incrementAndGet();
        }
    }

    private void refund(String number, String key, List<Replica> replicas) {
        try {
            Service service = any(replicas);
            count(service.sendWith(
                    Map.of("Idempotency-Key", key),
                    "POST",
                    "/orders/" + number + "/refunds",
                    Optional.of(service.signIn("help", "support")),
                    "{\"amount\":1500,\"reason\":\"storm\"}"));
        } catch (UncheckedIOException killed) {
            unanswered.incrementAndGet();
        }
    }

    private void post(String subject, String role, String number, String what, List<Replica> replicas) {
        try {
            Service service = any(replicas);
            count(service.send(
                    "POST",
                    "/orders/" + number + what,
                    Optional.of(token(service, subject, role)),
                    what.equals("/shipment") ? "" : "{\"reason\":\"storm\"}"));
        } catch (UncheckedIOException killed) {
            unanswered.incrementAndGet();
        }
    }

    /** A response of a live replica reports the final outcome. */
    private void count(HttpResponse<String> answer) {
        requests.incrementAndGet();
        if (answer.statusCode() >= 500 && answer.statusCode() != 503) {
            faults.add(answer.statusCode() + " " + answer.body());
        }
    }

    private static void awaitCalm(Standalone stores) {
        // Unpaid orders are cancelled in time, and must not be while the result is verified.
        await().atMost(Duration.ofMinutes(2))
                .pollInterval(Duration.ofMillis(500))
                .until(() -> rows(stores, "SELECT 1 FROM orders WHERE state = 'CREATED'")
                        .isEmpty());
        await().atMost(Duration.ofMinutes(2))
                .pollInterval(Duration.ofMillis(500))
                .untilAsserted(() -> assertThat(rows(
                                stores,
                                "SELECT p.id, p.state, p.looks, o.state FROM payments p"
                                        + " JOIN orders o USING (number) WHERE look_at IS NOT NULL"))
                        .isEmpty());
    }

    /** Every event is in the stream, and none of an order for the first time before its earlier ones. */
    private static void awaitPublished(Standalone stores) {
        await().atMost(Duration.ofMinutes(1))
                .untilAsserted(() -> assertThat(evaluate(stores, FIRST_SEEN))
                        .isEqualTo("+%s events, 0 out of order"
                                .formatted(rows(stores, "SELECT count(*) FROM order_events")
                                        .getFirst()
                                        .getFirst())));
    }

    private static String evaluate(Standalone stores, String script) {
        return RedisCommands.send(
                stores, "*3\r\n$4\r\nEVAL\r\n$%d\r\n%s\r\n$1\r\n0".formatted(script.length(), script));
    }

    /** A guest has one claimant, who has every order that was claimed. */
    private void judgeClaims(Standalone stores) {
        Map<String, String> claims = rows(stores, "SELECT guest, buyer FROM claims").stream()
                .collect(Collectors.toMap(List::getFirst, List::getLast));
        claimants.forEach((guest, buyers) ->
                assertThat(buyers).as("claimants of %s", guest).containsExactly(claims.get(guest)));
        List<List<String>> claimed = rows(
                stores,
                "SELECT e.detail->>'guest', o.buyer FROM order_events e JOIN orders o USING (number) WHERE kind = '%s'"
                        .formatted(OrderEvent.CLAIMED));
        assertThat(claimed)
                .isNotEmpty()
                .allSatisfy(row -> assertThat(row.getLast()).isEqualTo(claims.get(row.getFirst())));
    }

    private void judge(Standalone stores, Provider provider) {
        assertThat(faults).isEmpty();
        judgeClaims(stores);
        assertThat(provider.faults()).isEmpty();
        assertThat(provider.capturedReferences())
                .as("money without a payment of the service")
                .isSubsetOf(rows(stores, "SELECT id FROM payments").stream()
                        .map(List::getFirst)
                        .toList());
        Map<String, Long> states = new TreeMap<>();
        Map<String, List<String>> payments = new HashMap<>();
        for (List<String> row : rows(stores, "SELECT number, id FROM payments")) {
            payments.computeIfAbsent(row.getFirst(), number -> new ArrayList<>())
                    .add(row.getLast());
        }
        Map<String, List<List<String>>> events = new HashMap<>();
        for (List<String> row :
                rows(stores, "SELECT number, sequence, kind FROM order_events ORDER BY number, sequence")) {
            events.computeIfAbsent(row.getFirst(), number -> new ArrayList<>()).add(row);
        }
        long captured = 0;
        long refunded = 0;
        List<List<String>> orders = rows(stores, "SELECT number, total, COALESCE(refunded, 0), state FROM orders");
        for (List<String> order : orders) {
            String number = order.getFirst();
            OrderState state = OrderState.valueOf(order.getLast());
            states.merge(state.name(), 1L, Long::sum);
            List<String> references = payments.getOrDefault(number, List.of());
            long left = Long.parseLong(order.get(1)) - Long.parseLong(order.get(2));
            assertThat(provider.balance(references))
                    .as("money held for %s, which is %s", number, state)
                    .isEqualTo(
                            switch (state) {
                                case PAID, SHIPPED, COMPLETED, RETURNING, RETURNED -> left;
                                case CREATED, CANCELLED, REFUNDED -> 0;
                                case PAYING, REFUNDING -> -1; // nothing is in progress any more
                            });
            for (String reference : references) {
                assertThat(provider.captures(reference))
                        .as("captures of %s", reference)
                        .isLessThan(2);
                assertThat(provider.refunds(reference))
                        .as("refunds of %s", reference)
                        .isLessThan(2);
                captured += provider.captures(reference);
                refunded += provider.refunds(reference);
            }
            List<List<String>> history = events.getOrDefault(number, List.of());
            assertThat(replay(history)).as("events of %s", number).isEqualTo(state);
            assertThat(count(history, "PAID", "PAYMENT_CAPTURED"))
                    .as("events of captures of %s: %s", number, history)
                    .isEqualTo(references.stream().mapToLong(provider::captures).sum());
            assertThat(count(history, "REFUNDED", "PAYMENT_REFUNDED"))
                    .as("events of refunds of %s: %s", number, history)
                    .isEqualTo(references.stream().mapToLong(provider::refunds).sum());
        }
        System.out.printf(
                "StormIT: %d orders %s, %d payments, %d captures, %d refunds, %d requests, %d unanswered, %d kills%n",
                orders.size(),
                states,
                payments.values().stream().mapToInt(List::size).sum(),
                captured,
                refunded,
                requests.get(),
                unanswered.get(),
                kills.get());
        assertThat(states.keySet()).contains("CANCELLED", "PAID", "REFUNDED", "COMPLETED");
    }

    private static long count(List<List<String>> events, String... kinds) {
        return events.stream()
                .filter(event -> List.of(kinds).contains(event.get(2)))
                .count();
    }

    /** The state of an order by its events alone; each transition must be allowed from the state before. */
    private static OrderState replay(List<List<String>> events) {
        OrderState state = OrderState.CREATED;
        for (int i = 0; i < events.size(); i++) {
            assertThat(events.get(i).get(1)).isEqualTo(Integer.toString(i + 1));
            String kind = events.get(i).get(2);
            if (i == 0) {
                assertThat(kind).isEqualTo("PLACED");
            } else {
                if (WITHOUT_MOVE.contains(kind)) {
                    continue; // the state is unchanged
                }
                Move move = Move.valueOf(kind);
                assertThat(move.isOpenFrom(state)).as("%s from %s", move, state).isTrue();
                state = move.to();
            }
        }
        return state;
    }

    private static List<List<String>> rows(Standalone stores, String sql) {
        try (Connection connection = Database.connect(stores);
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            List<List<String>> all = new ArrayList<>();
            int columns = rows.getMetaData().getColumnCount();
            while (rows.next()) {
                List<String> row = new ArrayList<>();
                for (int i = 1; i <= columns; i++) {
                    row.add(String.valueOf(rows.getString(i)));
                }
                all.add(row);
            }
            return all;
        } catch (SQLException failure) {
            throw new IllegalStateException(failure);
        }
    }
}
