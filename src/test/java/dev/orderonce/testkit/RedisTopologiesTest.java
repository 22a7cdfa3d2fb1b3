package dev.orderonce.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The topologies that other tests run on: they form, promote a replica, move slots and heal. */
class RedisTopologiesTest {
    private static final List<Consumer<RedisNode>> FAULTS = List.of(RedisNode::kill, RedisNode::freeze);

    @Test
    void primaryUnavailable_sentinelsPromoteItsReplicaAndDemoteIt() {
        try (RedisSentinels redis = RedisSentinels.start()) {
            for (Consumer<RedisNode> fault : FAULTS) {
                // Given
                RedisNode former = redis.primary();
                former.send("SET", "key", "replicated");
                former.send("WAIT", "1", "1000");
                // When
                fault.accept(former);
                RedisNode promoted = redis.awaitPromotion(former);
                // Then
                assertThat(promoted).isNotSameAs(former);
                assertThat(promoted.send("GETDEL", "key")).isEqualTo("replicated");
                assertThatThrownBy(() -> former.send("PING")).isInstanceOf(UncheckedIOException.class);
                redis.heal();
                assertThat(redis.primary()).isSameAs(promoted);
                assertThat(former.isReplica()).isTrue();
            }
        }
    }

    @Test
    void clusterPrimaryUnavailable_itsReplicaServesItsSlots() {
        try (RedisCluster redis = RedisCluster.start()) {
            for (Consumer<RedisNode> fault : FAULTS) {
                // Given
                RedisNode former = redis.nodeOf("key");
                former.send("SET", "key", "replicated");
                former.send("WAIT", "1", "1000");
                // When
                fault.accept(former);
                RedisNode promoted = redis.awaitPromotion(former);
                // Then
                assertThat(promoted).isSameAs(redis.partner(former)).isSameAs(redis.nodeOf("key"));
                assertThat(promoted.send("GETDEL", "key")).isEqualTo("replicated");
                redis.heal();
                assertThat(former.isReplica()).isTrue();
            }
        }
    }

    @Test
    void movedSlot_asksAndThenMovesItsClientsAndTakesItsKeys() {
        try (RedisCluster redis = RedisCluster.start()) {
            // Given
            List<String> keys =
                    IntStream.range(0, 25).mapToObj(i -> "{tag}:" + i).toList();
            int slot = RedisCluster.slotOf("tag");
            RedisNode from = redis.nodeOf(slot);
            RedisNode to = redis.primaries().stream()
                    .filter(node -> node != from)
                    .findFirst()
                    .orElseThrow();
            keys.forEach(key -> from.send("SET", key, key));
            assertThat(from.send("CLUSTER", "KEYSLOT", "tag")).isEqualTo((long) slot);
            List<Long> left = new ArrayList<>();
            // When
            redis.moveSlot(slot, to, () -> {
                left.add((Long) from.send("CLUSTER", "COUNTKEYSINSLOT", Integer.toString(slot)));
                assertThatThrownBy(() -> from.send("GET", "{tag}:absent"))
                        .hasMessage("ASK %d 127.0.0.1:%d", slot, to.port());
            });
            // Then
            assertThat(left).containsExactly(25L, 15L, 5L, 0L);
            assertThat(redis.nodeOf("tag")).isSameAs(to);
            assertThat(keys).allSatisfy(key -> assertThat(to.send("GET", key)).isEqualTo(key));
            assertThatThrownBy(() -> from.send("GET", keys.getFirst()))
                    .hasMessage("MOVED %d 127.0.0.1:%d", slot, to.port());
            assertThat(redis.errors("ASK")).isEqualTo(4);
            assertThat(redis.errors("MOVED")).isOne();
        }
    }

    @Test
    void slotOfAKey_isThatOfItsHashTag() {
        // From the specification of Redis Cluster.
        assertThat(RedisCluster.slotOf("123456789")).isEqualTo(0x31C3);
        assertThat(RedisCluster.slotOf("a{123456789}b")).isEqualTo(0x31C3);
    }
}
