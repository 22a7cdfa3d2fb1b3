package dev.orderonce.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.orderonce.testkit.RedisWords;
import io.quarkus.test.junit.QuarkusTest;
import io.vertx.redis.client.Response;
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

/** Every Lua file is declared; and the scripts of markers, locks, the event stream and heartbeats alone. */
@QuarkusTest
class RedisScriptsTest {
    private static final Duration BOUND = Duration.ofSeconds(10);

    @Inject
    RedisPipeline redis;

    private final String key = "test:{" + UUID.randomUUID() + '}';

    private String run(String script, List<String> keys, String... arguments) {
        return RedisWords.text(redis.run(RedisScript.load(script), keys, List.of(arguments))
                .await()
                .atMost(BOUND));
    }

    private String send(String... words) {
        return RedisWords.text(redis.send(RedisWords.request(words)).await().atMost(BOUND));
    }

    private void setFor(Duration ttl, String value) {
        send("SET", key, value, "PX", Long.toString(ttl.toMillis()));
    }

    private long ttl() {
        return Long.parseLong(send("PTTL", key));
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
        String digest = send("SCRIPT", "LOAD", source);
        // Then
        assertThat(digest).hasSize(40);
        assertThat(source.replaceFirst("^#!lua\n", ""))
                .startsWith("-- ")
                .contains("\n-- KEYS\n", "\n-- ARGV\n", "\n-- Replies\n");
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
        Response reply =
                redis.run(script, List.of(key), List.of("three")).await().atMost(BOUND);
        // Then
        assertThat(reply).hasToString("one two three");
    }

    @Nested
    class Markers {
        @Test
        void marker_isReleasedByItsOwnerOnly() {
            // Given
            setFor(Duration.ofMinutes(1), "f:1");
            // When
            String other = run("release-marker", List.of(key), "f:2");
            String owner = run("release-marker", List.of(key), "f:1");
            // Then
            assertThat(other).isEqualTo("not-owner");
            assertThat(owner).isEqualTo("released");
            assertThat(send("EXISTS", key)).isEqualTo("0");
        }
    }

    @Nested
    class Locks {
        private long lock(String flow) {
            return Long.parseLong(run("lock", List.of(key, key + ":token"), flow, "60000"));
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
            assertThat(run("unlock", List.of(key), "b")).isEqualTo("not-holder");
            assertThat(run("unlock", List.of(key), "a")).isEqualTo("unlocked");
            assertThat(lock("b")).isGreaterThan(token);
        }

        @Test
        void lease_isRenewedByItsHolderOnly() {
            // Given
            lock("a");
            // When
            String other = run("renew-lock", List.of(key), "b", "120000");
            String holder = run("renew-lock", List.of(key), "a", "120000");
            // Then
            assertThat(other).isEqualTo("not-holder");
            assertThat(holder).isEqualTo("renewed");
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
            String reply = run(
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
            assertThat(reply).isEqualTo("2");
            assertThat(send("XRANGE", key, "-", "+")).containsSubsequence("PLACED", "PAID");
        }
    }

    @Nested
    class Heartbeats {
        @Test
        void replicas_areCountedWhileTheyBeat() {
            // Given
            assertThat(run("heartbeat", List.of(key), "60000", "a")).isEqualTo("1");
            assertThat(run("heartbeat", List.of(key), "60000", "b")).isEqualTo("2");
            // When
            String again = run("heartbeat", List.of(key), "60000", "a");
            send("ZADD", key, "1", "b");
            String without = run("heartbeat", List.of(key), "60000", "a");
            // Then
            assertThat(again).isEqualTo("2");
            assertThat(without).isEqualTo("1");
            assertThat(ttl()).isBetween(40_000L, 60_000L);
        }
    }
}
