package dev.orderonce.webhooks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.orderonce.webhooks.TargetAddresses.Resolver;
import dev.orderonce.webhooks.TargetAddresses.Unresolved;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A name server that does not answer for one host holds up no other host. */
class TargetAddressesTest {
    private final Vertx vertx = Vertx.vertx();
    private final CountDownLatch released = new CountDownLatch(1);
    private final AtomicInteger lookups = new AtomicInteger();

    @AfterEach
    void close() {
        released.countDown();
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    private record Settings() implements WebhookSettings {
        @Override
        public boolean allowLoopback() {
            return true;
        }

        @Override
        public boolean allowPrivateAddresses() {
            return false;
        }

        @Override
        public Duration logTtl() {
            return Duration.ofDays(1);
        }
    }

    /** Answers at once for hosts whose names begin with "fast", for others when released. */
    private InetAddress[] resolve(String host) throws UnknownHostException {
        lookups.incrementAndGet();
        if (!host.startsWith("fast")) {
            try {
                released.await();
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
            }
        }
        return InetAddress.getAllByName("127.0.0.1");
    }

    private TargetAddresses addresses() {
        Resolver resolver = this::resolve;
        return new TargetAddresses(new Settings(), vertx, resolver);
    }

    private static Future<List<InetAddress>> of(TargetAddresses addresses, String host) {
        return addresses.of(WebhookUrl.stored("https://" + host + "/"));
    }

    private static <T> T join(Future<T> future) {
        return future.toCompletionStage().toCompletableFuture().join();
    }

    @Test
    void manyLookupsOfOneHost_areOne() {
        // Given
        TargetAddresses addresses = addresses();
        List<Future<List<InetAddress>>> slow = new ArrayList<>();
        // When
        for (int i = 0; i < 200; i++) {
            slow.add(of(addresses, "slow.example"));
        }
        // Then
        assertThat(join(of(addresses, "fast.example"))).hasSize(1);
        released.countDown();
        assertThat(slow).allSatisfy(found -> assertThat(join(found)).hasSize(1));
        assertThat(lookups).hasValue(2);
    }

    @Test
    void allOtherEndpointsHaveSlowHosts_oneIsResolved() {
        // Given
        TargetAddresses addresses = addresses();
        // When
        for (int i = 1; i < WebhookStore.MOST; i++) {
            of(addresses, "slow" + i + ".example");
        }
        // Then
        assertThat(join(of(addresses, "fast.example"))).hasSize(1);
    }

    @Test
    void lookupThatEnded_isNotUsedAgain() {
        // Given
        TargetAddresses addresses = addresses();
        // When
        join(of(addresses, "fast.example"));
        join(of(addresses, "fast.example"));
        // Then
        assertThat(lookups).hasValue(2);
    }

    @Test
    void moreHostsThanCanWait_areUnresolved() {
        // Given
        TargetAddresses addresses = addresses();
        for (int i = 0; i < TargetAddresses.MOST_LOOKUPS; i++) {
            of(addresses, "slow" + i + ".example");
        }
        // Then
        assertThatThrownBy(() -> join(of(addresses, "fast.example")))
                .isInstanceOf(CompletionException.class)
                .hasCauseInstanceOf(Unresolved.class);
    }
}
