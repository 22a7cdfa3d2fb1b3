package dev.orderonce.packaged;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.orderonce.client.Answer;
import dev.orderonce.client.NumberStatus;
import dev.orderonce.client.Order;
import dev.orderonce.client.OrderOnce;
import dev.orderonce.client.Retry;
import dev.orderonce.client.TokenSource;
import dev.orderonce.embedded.Standalone;
import dev.orderonce.testkit.BadNetwork;
import dev.orderonce.testkit.BadNetwork.Fault;
import dev.orderonce.testkit.Baskets;
import dev.orderonce.testkit.Database;
import dev.orderonce.testkit.FaultProxy;
import dev.orderonce.testkit.Stores;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The client for programs on a JVM and the packaged service, with a bad network between them. */
class ClientIT {
    private static final Duration BOUND = Duration.ofSeconds(30);

    @TempDir
    static Path directory;

    private static Standalone stores;
    private static FaultProxy toPostgreSql;
    private static Service service;

    private final String buyer = "buyer-" + UUID.randomUUID();
    private final String checkout = UUID.randomUUID().toString();
    private final Map<String, Object> basket = Baskets.onlyFor(buyer);

    private BadNetwork network;
    private OrderOnce client;

    @BeforeAll
    static void startService() {
        stores = Standalone.start(new SmallRyeConfigBuilder().build(), directory.resolve("stores"));
        toPostgreSql = FaultProxy.before(stores.postgreSql().port());
        service = replica("service", toPostgreSql.port(), Map.of());
    }

    @AfterAll
    static void stop() {
        service.close();
        toPostgreSql.close();
        stores.close();
    }

    private static Service replica(String name, int postgreSqlPort, Map<String, String> ofItsOwn) {
        Map<String, String> settings = new HashMap<>(Stores.environment(stores));
        settings.putAll(ofItsOwn);
        settings.put(
                "DATABASE_URL", Stores.at(postgreSqlPort, stores.postgreSql().url()));
        // The same for both, so that each knows the other's numbers. Their sign-ins are their own.
        settings.put("NUMBERS_SIGNING_KEY", Base64.getEncoder().encodeToString(new byte[32]));
        return Service.launch(directory.resolve(name), settings).ready();
    }

    @BeforeEach
    void connect() {
        network = BadNetwork.before(service.port());
        String token = service.signIn(buyer);
        client = client(network.url(), wasRefused -> token);
    }

    private static OrderOnce client(String url, TokenSource tokens) {
        return OrderOnce.builder(url)
                .token(tokens)
                .timeout(Duration.ofSeconds(5))
                .deadline(BOUND)
                .build();
    }

    @AfterEach
    void disconnect() {
        network.close();
    }

    private String issued() throws InterruptedException {
        Answer<NumberStatus> issued = client.issue(checkout);
        assertThat(issued).isInstanceOf(Answer.Success.class);
        return ((Answer.Success<NumberStatus>) issued).value().number();
    }

    @ParameterizedTest
    @EnumSource(Fault.class)
    void faultOnTheWay_oneOrder(Fault fault) throws Exception {
        // Given
        String number = issued();
        network.expect(fault);
        // When
        Answer<Order> first = client.place(number, checkout, basket);
        Answer<Order> second = client.place(number, checkout, basket);
        // Then
        assertThat(List.of(first, second))
                .allSatisfy(answer -> assertThat(answer)
                        .isInstanceOfSatisfying(
                                Answer.Success.class,
                                success -> assertThat(success.value())
                                        .extracting("number")
                                        .isEqualTo(number)));
        assertThat(((Answer.Success<Order>) second).isReplayed()).isTrue();
        assertThat(orders()).isOne();
    }

    @ParameterizedTest
    @EnumSource(value = Fault.class, mode = EnumSource.Mode.EXCLUDE, names = "LATE_REPLY")
    void faultOnTheWay_underAKey_oneOrder(Fault fault) throws Exception {
        // Given: every character that a key may have
        String key = UUID.randomUUID() + "\"\\;,/?#%+~";
        network.expect(fault, fault);
        // When
        Answer<Order> first = client.placeByKey(key, basket);
        Answer<Order> second = client.placeByKey(key, basket);
        // Then
        assertThat(List.of(first, second)).hasOnlyElementsOfType(Answer.Success.class);
        assertThat(((Answer.Success<Order>) second).value().number())
                .isEqualTo(((Answer.Success<Order>) first).value().number());
        assertThat(orders()).isOne();
    }

    @Test
    void manyAtOnce_oneOrder() throws Exception {
        // Given
        String number = issued();
        network.expect(Fault.DROP_REPLY, Fault.DROP_REQUEST, Fault.TWICE, Fault.BAD_GATEWAY);
        try (var callers = Executors.newVirtualThreadPerTaskExecutor()) {
            // When
            List<Answer<Order>> answers = callers
                    .invokeAll(Stream.generate(
                                    () -> (Callable<Answer<Order>>) () -> client.place(number, checkout, basket))
                            .limit(20)
                            .toList())
                    .stream()
                    .map(Future::resultNow)
                    .toList();
            // Then
            assertThat(answers).hasOnlyElementsOfType(Answer.Success.class);
        }
        assertThat(orders()).isOne();
    }

    @Test
    void postgreSqlUnavailable_placesItWhenItIsBack() throws Exception {
        // Given
        String number = issued();
        toPostgreSql.refuse();
        try {
            CompletableFuture<Answer<Order>> answer = inBackground(() -> client.place(number, checkout, basket));
            await().atMost(BOUND).until(() -> network.placings() >= 2);
            assertThat(answer).isNotDone();
            // When
            toPostgreSql.heal();
            // Then
            assertThat(answer).succeedsWithin(BOUND).isInstanceOf(Answer.Success.class);
        } finally {
            toPostgreSql.heal();
        }
        assertThat(orders()).isOne();
    }

    @Test
    void serviceKilledInFlight_placesItAtAnother() throws Exception {
        // Given: the victim has sent the insert and cannot read the reply
        FaultProxy ofTheVictim = FaultProxy.before(stores.postgreSql().port());
        Service victim = replica("victim", ofTheVictim.port(), Map.of("DATABASE_BATCH_POOL_SIZE", "1"));
        try (ofTheVictim) {
            network.lead(victim.port());
            // The first order prepares the statement on the only connection for it: then it needs no reply to go out.
            String another = victim.signIn("another-" + buyer);
            victim.place(another, victim.newNumber(another));
            String ofVictim = victim.signIn(buyer);
            client = client(network.url(), wasRefused -> wasRefused ? service.signIn(buyer) : ofVictim);
            String number = issued();
            ofTheVictim.holdReplies();
            CompletableFuture<Answer<Order>> answer = inBackground(() -> client.place(number, checkout, basket));
            await().atMost(BOUND).until(() -> orders() == 1);
            // When
            victim.process().destroyForcibly().onExit().join();
            network.lead(service.port());
            // Then
            assertThat(answer)
                    .succeedsWithin(BOUND)
                    .isInstanceOfSatisfying(
                            Answer.Success.class,
                            success -> assertThat(success.isReplayed()).isTrue());
        } finally {
            victim.process().destroyForcibly();
        }
        assertThat(orders()).isOne();
    }

    @Test
    void possibleDuplicate_isPlacedWithItsAcknowledgement() throws Exception {
        // Given
        client.place(issued(), checkout, basket);
        String second = UUID.randomUUID().toString();
        String number =
                ((Answer.Success<NumberStatus>) client.issue(second)).value().number();
        // When
        Answer<Order> refused = client.place(number, second, basket);
        // Then
        assertThat(refused).isInstanceOf(Answer.Refused.class);
        Map<String, Object> acknowledged =
                ((Answer.Refused<Order>) refused).problem().acknowledged(basket).orElseThrow();
        assertThat(client.place(number, second, acknowledged)).isInstanceOf(Answer.Success.class);
        assertThat(orders()).isEqualTo(2);
    }

    @Test
    void voidedNumber_becomesNoOrder() throws Exception {
        // Given
        String number = issued();
        assertThat(client.voidNumber(number)).isInstanceOf(Answer.Success.class);
        // When
        Answer<Order> refused = client.place(number, checkout, basket);
        // Then
        assertThat(refused)
                .isInstanceOfSatisfying(
                        Answer.Refused.class,
                        answer -> assertThat(answer.problem().retry()).isEqualTo(Retry.NEW_NUMBER));
        assertThat(orders()).isZero();
    }

    @Test
    void placedNumber_isFound_andNotVoided() throws Exception {
        // Given
        String number = issued();
        client.place(number, checkout, basket);
        // Then
        assertThat(client.lookUp(number))
                .isInstanceOfSatisfying(
                        Answer.Success.class,
                        found -> assertThat(found.value()).extracting("state").isEqualTo("PLACED"));
        assertThat(client.voidNumber(number))
                .isInstanceOfSatisfying(
                        Answer.Refused.class,
                        refused -> assertThat(refused.problem().order()).contains(number));
        assertThat(client.find(number))
                .isInstanceOfSatisfying(
                        Answer.Success.class,
                        found -> assertThat(found.value()).extracting("number").isEqualTo(number));
        assertThat(client.issue(checkout))
                .isInstanceOfSatisfying(
                        Answer.Success.class,
                        again -> assertThat(again.value()).extracting("state").isEqualTo("PLACED"));
    }

    @Test
    void program_placesForItsBuyer() throws Exception {
        // Given
        String token = service.signIn("backend", "service");
        OrderOnce program = client(network.url(), wasRefused -> token);
        // When
        Answer<Order> placed =
                program.onBehalfOf(buyer).placeByKey(UUID.randomUUID().toString(), basket);
        // Then
        assertThat(placed).isInstanceOf(Answer.Success.class);
        assertThat(orders()).isOne();
    }

    @Test
    void nameInAnyScript_isReturnedAsItWas() throws Exception {
        // Given
        String name = "Grüner Tee 绿茶 \uD83C\uDF75 \u2028 \"\\";
        Map<String, Object> tea = Map.of("productCode", "tea-9", "name", name, "quantity", 1, "unitPrice", 900);
        Map<String, Object> draft = Map.of("currency", "EUR", "total", 900, "lines", List.of(tea));
        // When
        Answer<Order> placed = client.place(issued(), checkout, draft);
        // Then
        assertThat(placed).isInstanceOf(Answer.Success.class);
        assertThat(((Answer.Success<Order>) placed).value().members().get("lines"))
                .asInstanceOf(InstanceOfAssertFactories.list(Map.class))
                .first()
                .extracting(line -> line.get("name"))
                .isEqualTo(name);
    }

    private interface Asking<T> {
        T ask() throws InterruptedException;
    }

    private static <T> CompletableFuture<T> inBackground(Asking<T> asking) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        Thread.ofVirtual().start(() -> {
            try {
                answer.complete(asking.ask());
            } catch (InterruptedException | RuntimeException failure) {
                answer.completeExceptionally(failure);
            }
        });
        return answer;
    }

    private long orders() {
        try (Connection connection = Database.connect(stores);
                PreparedStatement statement = connection.prepareStatement(
                        "SELECT count(*) FROM orders WHERE buyer = ? AND state <> 'VOIDED'")) {
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
