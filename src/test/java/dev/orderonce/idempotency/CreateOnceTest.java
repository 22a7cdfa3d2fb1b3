package dev.orderonce.idempotency;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.orderonce.testkit.RedisCommands;
import dev.orderonce.testkit.Shop;
import dev.orderonce.testkit.Stores;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.Cancellable;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The marker of a request that its client gives up. */
@QuarkusTest
@TestProfile(CreateOnceTest.Patient.class)
class CreateOnceTest {
    /** Half of {@code idempotency.lease}: after it, a marker that is left has not expired. */
    private static final Duration BOUND = Duration.ofSeconds(5);

    /** The request is given up before it gives Redis up, also on a busy machine. */
    public static final class Patient implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of("redis.reply-timeout", "10s");
        }
    }

    private final Thing thing = new Thing("once:o:{" + UUID.randomUUID() + '}');

    @Inject
    CreateOnce createOnce;

    @BeforeEach
    void everythingWorks() {
        Shop.awaitBusinessAsUsual();
    }

    @AfterEach
    void heal() {
        Stores.toRedis().heal();
        Shop.awaitBusinessAsUsual();
    }

    @Test
    void givenUpWhileItsMarkerIsSet_leavesNoMarker() {
        // Given
        Stores.toRedis().holdReplies();
        Cancellable request = createOnce.create(thing).subscribe().with(_ -> {});
        await().atMost(BOUND).until(() -> RedisCommands.exists(thing.marker()));
        // When
        request.cancel();
        Stores.toRedis().heal();
        // Then
        await().atMost(BOUND).until(() -> !RedisCommands.exists(thing.marker()));
        assertThat(thing.made).hasValue(0);
    }

    /** Something that is always made. */
    private static final class Thing implements Creation<String> {
        private final String marker;
        private final AtomicInteger made = new AtomicInteger();

        Thing(String marker) {
            this.marker = marker;
        }

        @Override
        public String marker() {
            return marker;
        }

        @Override
        public Uni<Optional<String>> find() {
            return Uni.createFrom().item(Optional.empty());
        }

        @Override
        public Uni<Created<String>> make() {
            return Uni.createFrom().item(() -> {
                made.incrementAndGet();
                return new Created.Made<>("made");
            });
        }
    }
}
