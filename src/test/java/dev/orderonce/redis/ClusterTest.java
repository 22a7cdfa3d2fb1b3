package dev.orderonce.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.orderonce.testkit.OnCluster;
import dev.orderonce.testkit.RedisCluster;
import dev.orderonce.testkit.RedisCommands;
import dev.orderonce.testkit.RedisNode;
import dev.orderonce.testkit.Shop;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** The service on a Redis Cluster of three primaries and their replicas. */
@QuarkusTest
@TestProfile(ClusterTest.Profile.class)
class ClusterTest extends TopologyContract {
    /** With limits that a test reaches. */
    public static final class Profile extends OnCluster {
        @Override
        public Map<String, String> getConfigOverrides() {
            return LIMITS;
        }
    }

    /** So that clients use the slot between two steps. */
    private static final Duration PER_STEP = Duration.ofMillis(5);

    /** Until a client is redirected that has not yet read the new slots. */
    private static final int MOST_MOVES = 8;

    private final RedisCluster redis = OnCluster.redis();

    @Override
    RedisNode primaryOf(String key) {
        return redis.nodeOf(key);
    }

    @Override
    List<RedisNode> nodes() {
        return redis.nodes();
    }

    @Override
    RedisNode awaitPromotion(RedisNode former) {
        return redis.awaitPromotion(former);
    }

    @Override
    void heal() {
        redis.heal();
    }

    @Test
    void slotOfABusyBuyer_isMovedWithoutALoss() {
        // Given
        Shop busy = Shop.newBuyer();
        int slot = RedisCluster.slotOf(RedisCommands.checkoutKey(busy.subject(), "any"));
        long asked = redis.errors("ASK");
        long moved = redis.errors("MOVED");
        try (Traffic traffic = Traffic.of(Collections.nCopies(3, busy), seed)) {
            traffic.awaitOrders(5);
            // When
            for (int moves = 0; moves < 2 || (moves < MOST_MOVES && redis.errors("MOVED") == moved); moves++) {
                long before = redis.errors("ASK");
                RedisNode owner = redis.nodeOf(slot);
                RedisNode to = redis.primaries().stream()
                        .filter(node -> node != owner)
                        .findFirst()
                        .orElseThrow();
                redis.moveSlot(slot, to, () -> {
                    if (redis.errors("ASK") == before) {
                        await().atMost(BOUND)
                                .pollDelay(Duration.ZERO)
                                .pollInterval(Duration.ofMillis(2))
                                .until(() -> redis.errors("ASK") > before);
                    }
                    LockSupport.parkNanos(PER_STEP.toNanos());
                });
                traffic.awaitOrders(5);
            }
            // Then
            traffic.end();
            System.out.printf(
                    "slot of a busy buyer moved, seed %d: %d ASK, %d MOVED, %d TRYAGAIN since the start; %s%n",
                    seed,
                    redis.errors("ASK") - asked,
                    redis.errors("MOVED") - moved,
                    redis.errors("TRYAGAIN"),
                    traffic);
            assertThat(redis.errors("MOVED")).isGreaterThan(moved);
            assertThat(traffic.mostForgotten()).isLessThanOrEqualTo(1);
            assertThat(isRegistered(busy)).isTrue();
        }
    }

    @Test
    void primaryAndReplicaUnavailable_otherBuyersAreNotAffected() {
        // Given
        List<Shop> buyers = newBuyers();
        RedisNode lost = primaryOf(buyers.getFirst());
        List<Shop> others = new ArrayList<>(buyers);
        others.removeIf(buyer -> primaryOf(buyer) == lost);
        try (Traffic traffic = Traffic.of(buyers, seed)) {
            traffic.awaitOrders(buyers.size());
            // When
            redis.partner(lost).kill();
            lost.kill();
            dropConnections();
            // Then
            awaitRecovery(others, System.nanoTime());
            traffic.awaitOrders(5 * buyers.size());
            assertThat(others)
                    .allSatisfy(buyer -> assertThat(isRegistered(buyer)).isTrue());
            redis.heal();
            awaitRecovery(buyers, System.nanoTime());
            awaitQuiet(traffic, System.nanoTime());
            traffic.end();
        }
    }
}
