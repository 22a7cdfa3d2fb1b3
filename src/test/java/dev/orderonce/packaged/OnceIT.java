package dev.orderonce.packaged;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import dev.orderonce.client.Answer;
import dev.orderonce.client.Claim;
import dev.orderonce.client.Json;
import dev.orderonce.client.JsonCodec;
import dev.orderonce.client.KeyStatus;
import dev.orderonce.client.Once;
import dev.orderonce.client.OnceException;
import dev.orderonce.client.OnceException.Reason;
import dev.orderonce.client.OrderOnce;
import dev.orderonce.client.Retry;
import dev.orderonce.client.Turn;
import dev.orderonce.testkit.Baskets;
import dev.orderonce.testkit.FaultProxy;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Work that is done once by the client for programs on a JVM, and the packaged service behind a proxy. */
class OnceIT {
    private static final Duration BOUND = Duration.ofSeconds(30);

    /** The shortest, so that a test can wait for its end. */
    private static final Duration LEASE = Duration.ofSeconds(1);

    private static final String SCOPE = "invoice";

    @TempDir
    static Path directory;

    private static Service service;

    private final String key = UUID.randomUUID().toString();
    private final AtomicInteger runs = new AtomicInteger();

    private FaultProxy proxy;

    /** Through the proxy. */
    private Once once;

    /** Another program, directly. */
    private Once other;

    @BeforeAll
    static void startService() {
        service = Service.launch(directory, Map.of()).ready();
    }

    @AfterAll
    static void stop() {
        service.close();
    }

    @BeforeEach
    void connect() {
        proxy = FaultProxy.before(service.port());
        once = client(proxy.port(), "biller").once().lease(LEASE);
        other = client(service.port(), "other").once().lease(LEASE);
    }

    private static OrderOnce client(int port, String subject) {
        String token = service.signIn(subject, "service");
        return OrderOnce.builder("http://127.0.0.1:" + port)
                .token(wasRefused -> token)
                .timeout(Duration.ofMillis(500))
                .deadline(Duration.ofSeconds(4))
                .build();
    }

    @AfterEach
    void disconnect() {
        proxy.close();
    }

    private String run(Once by) throws InterruptedException {
        return by.run(SCOPE, key, JsonCodec.TEXT, this::invoice);
    }

    private String invoice() {
        return "Rechnung für 茶 🍵 " + runs.incrementAndGet();
    }

    private static OnceException failure(ThrowingCallable running) {
        return catchThrowableOfType(OnceException.class, running);
    }

    @Test
    void secondRun_returnsTheResultOfTheFirst() throws Exception {
        // When
        String first = run(once);
        String second = run(other);
        // Then
        assertThat(first).isEqualTo("Rechnung für 茶 🍵 1");
        assertThat(second).isEqualTo(first);
        assertThat(runs).hasValue(1);
    }

    @Test
    void resultOfAnyForm_isReturned() throws Exception {
        // Given
        JsonCodec<Map<String, Object>> codec = JsonCodec.of(Json::write, Json::readObject);
        Map<String, Object> result = Map.of("number", "R-1", "lines", List.of(1L, "zwei", true));
        // When
        Map<String, Object> first = once.run(SCOPE, key, codec, () -> result);
        Map<String, Object> second = once.run(SCOPE, key, codec, Map::of);
        // Then
        assertThat(first).isEqualTo(result);
        assertThat(second).isEqualTo(result);
    }

    @Test
    void manyAtOnce_oneDoesIt_andTheOthersWait() {
        // Given
        Once waiting = once.waiting(BOUND);
        try (var callers = Executors.newVirtualThreadPerTaskExecutor()) {
            // When
            List<CompletableFuture<String>> results = IntStream.range(0, 10)
                    .mapToObj(i -> CompletableFuture.supplyAsync(
                            () -> {
                                try {
                                    return run(waiting);
                                } catch (InterruptedException interrupted) {
                                    throw new IllegalStateException(interrupted);
                                }
                            },
                            callers))
                    .toList();
            // Then
            assertThat(results)
                    .allSatisfy(
                            result -> assertThat(result).succeedsWithin(BOUND).isEqualTo("Rechnung für 茶 🍵 1"));
        }
        assertThat(runs).hasValue(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"CLAIMED\"", "\"DONE\""})
    void lostReply_isRepeated_andTheWorkIsDoneOnce(String reply) throws Exception {
        // Given
        proxy.swallowReplyWith(reply);
        // When
        String result = run(once);
        // Then
        assertThat(proxy.isStillSwallowing()).isFalse();
        assertThat(run(other)).isEqualTo(result);
        assertThat(runs).hasValue(1);
    }

    @Test
    void workThatFails_isDoneByTheNext_atOnce() throws Exception {
        // Given
        IOException failure = new IOException("no paper");
        // When
        Throwable thrown = catchThrowableOfType(
                IOException.class,
                () -> once.run(SCOPE, key, JsonCodec.TEXT, () -> {
                    throw failure;
                }));
        // Then
        assertThat(thrown).isSameAs(failure);
        assertThat(run(other)).endsWith("1");
    }

    @Test
    void interruptedWork_isDoneByTheNext() throws Exception {
        // Given
        CountDownLatch started = new CountDownLatch(1);
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        Thread worker = new Thread(() -> {
            try {
                once.lease(Duration.ofMinutes(5)).run(SCOPE, key, JsonCodec.TEXT, () -> {
                    started.countDown();
                    new CountDownLatch(1).await();
                    return invoice();
                });
            } catch (InterruptedException interrupted) {
                thrown.set(interrupted);
            }
        });
        worker.start();
        started.await();
        // When
        worker.interrupt();
        worker.join(BOUND);
        // Then
        assertThat(thrown.get()).isInstanceOf(InterruptedException.class);
        assertThat(run(other.waiting(BOUND))).endsWith("1");
    }

    @Test
    void workLongerThanTheLease_keepsItsClaim() throws Exception {
        // When: others try all the time
        String result = once.run(SCOPE, key, JsonCodec.TEXT, () -> {
            long end = System.nanoTime() + LEASE.multipliedBy(3).toNanos();
            while (System.nanoTime() < end) {
                assertThat(failure(() -> run(other)).reason()).isEqualTo(Reason.HELD);
            }
            return invoice();
        });
        // Then
        assertThat(run(other)).isEqualTo(result);
        assertThat(runs).hasValue(1);
    }

    @Test
    void cutOffLongerThanTheLease_theClaimIsLost() {
        // When
        OnceException lost = failure(() -> once.run(SCOPE, key, JsonCodec.TEXT, () -> {
            proxy.freeze();
            assertThat(run(other.waiting(BOUND))).endsWith("1");
            proxy.heal();
            return invoice();
        }));
        // Then
        assertThat(lost.reason()).isEqualTo(Reason.CLAIM_LOST);
        assertThat(lost.problem()).isPresent();
        assertThat(runs).hasValue(2);
    }

    @Test
    void resultThatCannotBeStored_isSaidSo() throws Exception {
        // When
        OnceException notStored = failure(() -> once.run(SCOPE, key, JsonCodec.TEXT, () -> {
            proxy.refuse();
            return invoice();
        }));
        // Then: the claim expires, and the next does it again
        assertThat(notStored.reason()).isEqualTo(Reason.NOT_STORED);
        assertThat(run(other.waiting(BOUND))).endsWith("2");
    }

    @Test
    void serviceUnavailable_nothingIsDone() {
        // Given
        proxy.refuse();
        // Then
        assertThat(failure(() -> run(once)).reason()).isEqualTo(Reason.UNAVAILABLE);
        assertThat(runs).hasValue(0);
    }

    @Test
    void anotherRequestUnderTheName_isRefused() throws Exception {
        // Given
        once.run(SCOPE, key, Optional.of("sha256-1"), JsonCodec.TEXT, this::invoice);
        // When
        OnceException differs =
                failure(() -> once.run(SCOPE, key, Optional.of("sha256-2"), JsonCodec.TEXT, this::invoice));
        // Then
        assertThat(differs.reason()).isEqualTo(Reason.REQUEST_DIFFERS);
        assertThat(runs).hasValue(1);
    }

    @Test
    void buyersToken_isRefused() {
        // Given
        String token = service.signIn("alice");
        Once ofABuyer = OrderOnce.builder("http://127.0.0.1:" + service.port())
                .token(wasRefused -> token)
                .build()
                .once();
        // Then
        assertThat(failure(() -> run(ofABuyer)).reason()).isEqualTo(Reason.REFUSED);
        assertThat(runs).hasValue(0);
    }

    @Test
    void retainedResult_isForgottenAfterItsTime() throws Exception {
        // Given
        run(once.retention(Duration.ofSeconds(1)));
        // Then
        await().atMost(BOUND).untilAsserted(() -> assertThat(run(other)).endsWith("2"));
    }

    @Test
    void claimedByHand_isCompletedOrGivenUp() throws Exception {
        // Given
        try (Claim given = (Claim) once.claim(SCOPE, key, Optional.empty())) {
            assertThat(given).isNotNull();
        }
        // When
        try (Claim claim = (Claim) once.claim(SCOPE, key, Optional.empty())) {
            claim.complete(null);
        }
        // Then
        assertThat(other.claim(SCOPE, key, Optional.empty())).isEqualTo(new Turn.Done(null));
    }

    @Test
    void threads_endAfterTheirClaims() throws Exception {
        // When
        run(once);
        // Then: idle ones end, and none keeps the program
        await().atMost(BOUND).until(() -> threads().isEmpty());
        run(other);
        assertThat(threads()).allMatch(Thread::isDaemon);
    }

    private static List<Thread> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("order-once"))
                .toList();
    }

    @Test
    void voidedKey_becomesNoOrder() throws Exception {
        // Given
        String token = service.signIn("buyer-" + UUID.randomUUID());
        OrderOnce orders = OrderOnce.builder("http://127.0.0.1:" + service.port())
                .token(wasRefused -> token)
                .build();
        String idempotencyKey = UUID.randomUUID() + "?#&+~,=";
        assertThat(stateOf(orders.lookUpKey(idempotencyKey))).isEqualTo("UNUSED");
        // When
        Answer<KeyStatus> voided = orders.voidKey(idempotencyKey);
        // Then
        assertThat(stateOf(voided)).isEqualTo("VOIDED");
        assertThat(orders.placeByKey(idempotencyKey, Baskets.tea(1)))
                .isInstanceOfSatisfying(
                        Answer.Refused.class,
                        refused -> assertThat(refused.problem().retry()).isEqualTo(Retry.NEW_KEY));
    }

    @Test
    void placedKey_isFound_andNotVoided() throws Exception {
        // Given
        String token = service.signIn("buyer-" + UUID.randomUUID());
        OrderOnce orders = OrderOnce.builder("http://127.0.0.1:" + service.port())
                .token(wasRefused -> token)
                .build();
        String idempotencyKey = UUID.randomUUID().toString();
        orders.placeByKey(idempotencyKey, Baskets.tea(1));
        // Then
        assertThat(stateOf(orders.lookUpKey(idempotencyKey))).isEqualTo("PLACED");
        assertThat(orders.voidKey(idempotencyKey))
                .isInstanceOfSatisfying(
                        Answer.Refused.class,
                        refused -> assertThat(refused.problem().order()).isPresent());
    }

    private static String stateOf(Answer<KeyStatus> answer) {
        assertThat(answer).isInstanceOf(Answer.Success.class);
        return ((Answer.Success<KeyStatus>) answer).value().state();
    }
}
