package dev.orderonce.locks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.orderonce.locks.OrderLock.Locked;
import dev.orderonce.redis.RedisPipeline;
import dev.orderonce.testkit.RedisCommands;
import dev.orderonce.testkit.Shop;
import dev.orderonce.testkit.Stores;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.quarkus.test.junit.QuarkusTest;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniEmitter;
import io.vertx.core.Vertx;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** One flow at a time, also if a holder crashes or Redis loses its data. */
@QuarkusTest
class OrderLockTest {
    private static final Duration BOUND = Duration.ofSeconds(20);

    @Inject
    RedisPipeline redis;

    @Inject
    Vertx vertx;

    private final String order = "T" + UUID.randomUUID();

    private record Settings(Duration lease, Duration waitTimeout) implements LockSettings {}

    private OrderLock lock(Duration lease, Duration waitTimeout, int waiters) {
        return new OrderLock(redis, vertx, new Settings(lease, waitTimeout), waiters, new SimpleMeterRegistry());
    }

    private OrderLock lock() {
        return lock(Duration.ofSeconds(5), Duration.ofSeconds(2), 100);
    }

    /** Work that runs until the test ends it. */
    private static final class Work {
        private final AtomicReference<UniEmitter<? super String>> running = new AtomicReference<>();
        private volatile OptionalLong token = OptionalLong.empty();

        Uni<String> go(OptionalLong given) {
            token = given;
            return Uni.createFrom().<String>emitter(running::set);
        }

        Work begun() {
            await().atMost(BOUND).until(() -> running.get() != null);
            return this;
        }

        void end() {
            Objects.requireNonNull(running.get()).complete("done");
        }
    }

    private CompletableFuture<Locked<String>> hold(OrderLock lock, Work work) {
        return lock.hold(order, work::go).subscribeAsCompletionStage();
    }

    private static Uni<Long> tokenOrMinusOne(OptionalLong token) {
        return Uni.createFrom().item(token.orElse(-1));
    }

    private long tokenOf(OrderLock lock) {
        Locked<Long> locked =
                lock.hold(order, OrderLockTest::tokenOrMinusOne).await().atMost(BOUND);
        assertThat(locked).isInstanceOf(Locked.Had.class);
        return ((Locked.Had<Long>) locked).result();
    }

    @Test
    void manyFlows_areOneAtATimeAndTheirTokensGrow() {
        // Given
        OrderLock lock = lock(Duration.ofSeconds(5), Duration.ofSeconds(15), 100);
        AtomicInteger inside = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        List<Long> tokens = new ArrayList<>();
        Function<OptionalLong, Uni<String>> work = token -> {
            most.accumulateAndGet(inside.incrementAndGet(), Math::max);
            tokens.add(token.orElseThrow());
            return Uni.createFrom()
                    .item("done")
                    .onItem()
                    .delayIt()
                    .by(Duration.ofMillis(5))
                    .invoke(inside::decrementAndGet);
        };
        // When
        List<CompletableFuture<Locked<String>>> flows = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            flows.add(lock.hold(order, work).subscribeAsCompletionStage());
        }
        // Then
        assertThat(flows)
                .allSatisfy(flow -> assertThat(flow).succeedsWithin(BOUND).isInstanceOf(Locked.Had.class));
        assertThat(most.get()).isOne();
        assertThat(tokens).hasSize(16).isSorted().doesNotHaveDuplicates();
    }

    @Test
    void heldForTooLong_isNotHad() {
        // Given
        Work work = new Work();
        CompletableFuture<Locked<String>> holder = hold(lock(), work);
        work.begun();
        // When
        Locked<Long> other = lock(Duration.ofSeconds(5), Duration.ofMillis(300), 100)
                .hold(order, OrderLockTest::tokenOrMinusOne)
                .await()
                .atMost(BOUND);
        // Then
        assertThat(other).isInstanceOf(Locked.NotHad.class);
        work.end();
        assertThat(holder).succeedsWithin(BOUND);
    }

    @Test
    void workThatRunsLongerThanTheLease_keepsTheLock() {
        // Given
        Work work = new Work();
        CompletableFuture<Locked<String>> holder = hold(lock(Duration.ofMillis(300), Duration.ofSeconds(2), 100), work);
        work.begun();
        // When
        Locked<Long> other = lock(Duration.ofMillis(300), Duration.ofSeconds(1), 100)
                .hold(order, OrderLockTest::tokenOrMinusOne)
                .await()
                .atMost(BOUND);
        // Then
        assertThat(other).isInstanceOf(Locked.NotHad.class);
        work.end();
        assertThat(holder).succeedsWithin(BOUND);
    }

    @Test
    void holderThatCrashed_isReplacedWhenItsLeaseExpires() {
        // Given: what a killed replica leaves behind
        RedisCommands.send("HSET lock:{%s} flow dead-flow".formatted(order));
        RedisCommands.send("PEXPIRE lock:{%s} 400".formatted(order));
        // When
        long token = tokenOf(lock());
        // Then
        assertThat(token).isPositive();
    }

    @Test
    void staleHolder_doesNotReleaseTheNextHoldersLock() {
        // Given: the lock is deleted while its holder works
        Work stale = new Work();
        CompletableFuture<Locked<String>> first = hold(lock(), stale);
        stale.begun();
        RedisCommands.send("DEL lock:{%s}".formatted(order));
        Work next = new Work();
        CompletableFuture<Locked<String>> second = hold(lock(), next);
        next.begun();
        // When
        stale.end();
        assertThat(first).succeedsWithin(BOUND);
        Locked<Long> third = lock(Duration.ofSeconds(5), Duration.ofMillis(200), 100)
                .hold(order, OrderLockTest::tokenOrMinusOne)
                .await()
                .atMost(BOUND);
        // Then
        assertThat(third).isInstanceOf(Locked.NotHad.class);
        assertThat(next.token.orElseThrow()).isGreaterThan(stale.token.orElseThrow());
        next.end();
        assertThat(second).succeedsWithin(BOUND);
    }

    @Test
    void redisFlushed_tokensGoOnGrowing() {
        // Given
        long before = tokenOf(lock());
        RedisCommands.flush();
        // When
        long after = tokenOf(lock());
        // Then
        assertThat(after).isGreaterThan(before);
    }

    @Test
    void tooManyWaiters_areNotLetToWait() {
        // Given
        OrderLock lock = lock(Duration.ofSeconds(5), Duration.ofSeconds(10), 1);
        Work work = new Work();
        CompletableFuture<Locked<String>> holder = hold(lock, work);
        work.begun();
        Work waiting = new Work();
        CompletableFuture<Locked<String>> waiter = hold(lock, waiting);
        // When
        await().atMost(BOUND)
                .untilAsserted(() -> assertThat(lock.hold(order, OrderLockTest::tokenOrMinusOne)
                                .await()
                                .atMost(Duration.ofSeconds(1)))
                        .isInstanceOf(Locked.NotHad.class));
        // Then
        work.end();
        assertThat(holder).succeedsWithin(BOUND);
        waiting.begun().end();
        assertThat(waiter).succeedsWithin(BOUND);
    }

    @Test
    void workThatFails_freesTheLock() {
        // Given
        CompletableFuture<Locked<String>> failing = lock().hold(
                        order, token -> Uni.createFrom().<String>failure(new IllegalStateException("on purpose")))
                .subscribeAsCompletionStage();
        assertThat(failing).failsWithin(BOUND);
        // Then
        assertThat(tokenOf(lock(Duration.ofSeconds(5), Duration.ofSeconds(1), 100)))
                .isPositive();
    }

    @Test
    void withoutRedis_theWorkIsDoneWithoutAToken() {
        // Given
        Stores.toRedis().refuse();
        try {
            await().atMost(BOUND).until(() -> !redis.isOpen());
            // When
            Locked<Long> locked =
                    lock().hold(order, OrderLockTest::tokenOrMinusOne).await().atMost(BOUND);
            // Then
            assertThat(locked).isEqualTo(new Locked.Had<>(-1L));
        } finally {
            Stores.toRedis().heal();
            Shop.awaitBusinessAsUsual();
        }
    }
}
