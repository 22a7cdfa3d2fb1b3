package dev.orderonce.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.orderonce.testkit.Database;
import dev.orderonce.testkit.RedisCommands;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An embedded store that ends by itself is started again, once a minute at most. */
class StoreWatchTest {
    /** On a busy machine. */
    private static final Duration WITHIN = Duration.ofMinutes(2);

    @TempDir
    Path directory;

    @Test
    void storeThatIsKilled_runsAgainAndIsGivenUpTheSecondTime() {
        // Given
        Queue<String> reasons = new ConcurrentLinkedQueue<>();
        try (Standalone stores = Standalone.start(new SmallRyeConfigBuilder().build(), directory.resolve("data"))) {
            stores.watch(reasons::add);
            // When
            kill(stores.redis().process());
            kill(stores.postgreSql().process());
            // Then
            await().atMost(WITHIN).ignoreExceptions().untilAsserted(() -> {
                assertThat(reasons).isEmpty();
                assertThat(stores.redis().process().isAlive()).isTrue();
                assertThat(RedisCommands.send(stores, "PING")).isEqualTo("+PONG");
                assertThat(isConnected(stores)).isTrue();
            });
            // When
            kill(stores.redis().process());
            // Then
            await().atMost(WITHIN).until(() -> !reasons.isEmpty());
            assertThat(reasons).containsExactly("Redis ended twice within a minute");
        }
    }

    private static void kill(ProcessHandle store) {
        store.destroyForcibly();
        store.onExit().join();
    }

    private static boolean isConnected(Standalone stores) throws SQLException {
        try (Connection connection = Database.connect(stores)) {
            return connection.isValid(1);
        }
    }
}
