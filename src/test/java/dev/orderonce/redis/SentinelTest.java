package dev.orderonce.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orderonce.testkit.OnSentinels;
import dev.orderonce.testkit.RedisNode;
import dev.orderonce.testkit.RedisSentinels;
import dev.orderonce.testkit.Shop;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The service on a primary and its replica, which it finds through sentinels. */
@QuarkusTest
@TestProfile(SentinelTest.Profile.class)
class SentinelTest extends TopologyContract {
    /** With limits that a test reaches. */
    public static final class Profile extends OnSentinels {
        @Override
        public Map<String, String> getConfigOverrides() {
            return LIMITS;
        }
    }

    private final RedisSentinels redis = OnSentinels.redis();

    @Override
    RedisNode primaryOf(String key) {
        return redis.primary();
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
    void oneSentinelUnavailable_theOthersLeadToThePromotedReplica() {
        // Given
        List<Shop> buyers = newBuyers();
        redis.sentinels().getFirst().kill();
        try (Traffic traffic = Traffic.of(buyers, seed)) {
            traffic.awaitOrders(buyers.size());
            // When
            RedisNode former = redis.killPrimary();
            RedisNode promoted = redis.awaitPromotion(former);
            // Then
            long at = System.nanoTime();
            awaitRecovery(buyers, at);
            awaitQuiet(traffic, at);
            assertThat(redis.primary()).isSameAs(promoted);
            traffic.end();
        }
    }

    @Test
    void allSentinelsUnavailable_thePrimaryIsUsedOn() {
        // Given
        List<Shop> buyers = newBuyers();
        try (Traffic traffic = Traffic.of(buyers, seed)) {
            traffic.awaitOrders(buyers.size());
            // When
            redis.sentinels().forEach(RedisNode::freeze);
            traffic.awaitOrders(5 * buyers.size());
            // Then
            assertThat(buyers)
                    .allSatisfy(buyer -> assertThat(isRegistered(buyer)).isTrue());
            traffic.end();
        }
    }
}
