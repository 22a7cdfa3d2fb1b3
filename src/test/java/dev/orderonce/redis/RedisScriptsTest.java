package dev.orderonce.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every Lua file is declared; and the scripts of markers, locks, the event stream and statistics alone. */
@QuarkusTest
class RedisScriptsTest {
    private static final Duration BOUND = Duration.ofSeconds(10);

    @Inject
    RedisPipeline redis;

    private final String key = "test:{" + UUID.randomUUID() + '}';

    private RedisReply run(String script, List<String> keys, String... arguments) {
        return redis.run(RedisScript.load(script), keys, List.of(arguments))
                .await()
                .atMost(BOUND);
    }

    private RedisReply send(String... words) {
        return redis.send(RedisCommand.of(words)).await().atMost(BOUND);
    }

    private static RedisReply text(String text) {
        return new RedisReply.Text(text);
    }

    private static RedisReply whole(long value) {
        return new RedisReply.Whole(value);
    }

    private long ttl() {
        return send("PTTL", key) instanceof RedisReply.Whole(long millis) ? millis : -3;
    }

    static List<String> names() {
        try (Stream<Path> files = Files.list(Path.of("src/main/resources/redis"))) {
            return files.map(file -> file.getFileName().toString().replaceFirst("\\.lua$", ""))
                    .toList();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    @ParameterizedTest
    @MethodSource("names")
    void everyFile_compilesAndDescribesItself(String name) throws IOException {
        // Given
        String source = Files.readString(Path.of("src/main/resources/redis", name + ".lua"));
        // When
        RedisReply reply = send("SCRIPT", "LOAD", source);
        // Then
        assertThat(reply)
                .isInstanceOfSatisfying(
                        RedisReply.Text.class,
                        digest -> assertThat(digest.text()).hasSize(40));
        assertThat(source).startsWith("-- ").contains("\n-- KEYS\n", "\n-- ARGV\n", "\n-- Replies\n");
    }

    @Test
    void unknownFile_isNotLoaded() {
        assertThatThrownBy(() -> RedisScript.load("no-such-script")).hasMessageContaining("/redis/no-such-script.lua");
    }

    @Test
    void settings_comeBeforeTheArguments() {
        // Given
        RedisScript script = new RedisScript("words", "return table.concat(ARGV, ' ')", "one", "two");
        // When
        RedisReply reply =
                redis.run(script, List.of(key), List.of("three")).await().atMost(BOUND);
        // Then
        assertThat(reply).isEqualTo(text("one two three"));
    }

    @Nested
    class Markers {
        @Test
        void markerThatIsSetTwice_keepsTheFirstOwner() {
            // Given
            RedisReply first = run("set-marker", List.of(key), "f:1", "NX", "PX", "60000", "GET");
            // When
            RedisReply second = run("set-marker", List.of(key), "f:2", "NX", "PX", "60000", "GET");
            // Then
            assertThat(first).isEqualTo(new RedisReply.Nothing());
            assertThat(second).isEqualTo(text("f:1"));
            assertThat(ttl()).isBetween(40_000L, 60_000L);
        }

        @Test
        void marker_isReleasedByItsOwnerOnly() {
            // Given
            run("set-marker", List.of(key), "f:1", "PX", "60000");
            // When
            RedisReply other = run("release-marker", List.of(key), "f:2");
            RedisReply owner = run("release-marker", List.of(key), "f:1");
            // Then
            assertThat(other).isEqualTo(text("not-owner"));
            assertThat(owner).isEqualTo(text("released"));
            assertThat(send("EXISTS", key)).isEqualTo(whole(0));
        }
    }

    @Nested
    class Locks {
        private long lock(String flow) {
            return run("lock", List.of(key, key + ":token"), flow, "60000") instanceof RedisReply.Whole(long token)
                    ? token
                    : -1;
        }

        @Test
        void lock_isHeldByOneFlowUntilItsHolderReleasesIt() {
            // Given
            long token = lock("a");
            // When
            long other = lock("b");
            // Then
            assertThat(token).isPositive();
            assertThat(other).isZero();
            assertThat(ttl()).isBetween(40_000L, 60_000L);
            assertThat(run("unlock", List.of(key), "b")).isEqualTo(text("not-holder"));
            assertThat(run("unlock", List.of(key), "a")).isEqualTo(text("unlocked"));
            assertThat(lock("b")).isGreaterThan(token);
        }

        @Test
        void lease_isRenewedByItsHolderOnly() {
            // Given
            lock("a");
            // When
            RedisReply other = run("renew-lock", List.of(key), "b", "120000");
            RedisReply holder = run("renew-lock", List.of(key), "a", "120000");
            // Then
            assertThat(other).isEqualTo(text("not-holder"));
            assertThat(holder).isEqualTo(text("renewed"));
            assertThat(ttl()).isGreaterThan(60_000);
        }

        @Test
        void lastTokenInTheFuture_isFollowedByALargerOne() {
            // Given
            send("SET", key + ":token", "9000000000000000");
            // When
            long token = lock("a");
            // Then
            assertThat(token).isEqualTo(9_000_000_000_000_001L);
        }
    }

    @Nested
    class Publish {
        @Test
        void events_areAppendedInOrder() {
            // When
            RedisReply reply = run(
                    "publish",
                    List.of(key),
                    "1000",
                    "N1",
                    "b1",
                    "1",
                    "PLACED",
                    "t1",
                    "{}",
                    "N1",
                    "b1",
                    "2",
                    "PAID",
                    "t2",
                    "{}");
            // Then
            assertThat(reply).isEqualTo(whole(2));
            assertThat(send("XRANGE", key, "-", "+").toString()).containsSubsequence("PLACED", "PAID");
        }
    }

    @Nested
    class AddCounts {
        @Test
        void counts_areAddedAndExpire() {
            // Given
            run("add-counts", List.of(key), "60000", "placed", "2");
            // When
            RedisReply reply = run("add-counts", List.of(key), "60000", "placed", "3", "expired", "1");
            // Then
            assertThat(reply).isEqualTo(text("added"));
            assertThat(send("HGET", key, "placed")).isEqualTo(text("5"));
            assertThat(send("HGET", key, "expired")).isEqualTo(text("1"));
            assertThat(ttl()).isBetween(40_000L, 60_000L);
        }
    }
}
