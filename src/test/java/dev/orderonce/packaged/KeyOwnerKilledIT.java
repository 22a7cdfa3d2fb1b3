package dev.orderonce.packaged;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.orderonce.embedded.Standalone;
import dev.orderonce.identity.Buyer;
import dev.orderonce.numbers.OrderNumber;
import dev.orderonce.testkit.Database;
import dev.orderonce.testkit.FaultProxy;
import dev.orderonce.testkit.RedisCommands;
import dev.orderonce.testkit.Stores;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two replicas; the one that processes a request is killed at each step, and the client repeats the request at the
 * other one under the same key.
 */
class KeyOwnerKilledIT {
    private static final Duration BOUND = Duration.ofSeconds(30);

    /** Short, so that a test can wait for its end; a request here takes milliseconds. */
    private static final String LEASE = "3s";

    @TempDir
    static Path directory;

    private static Standalone stores;
    private static Service survivor;

    private final String buyer = "buyer-" + UUID.randomUUID();
    private final String key = UUID.randomUUID().toString();
    private final OrderNumber number = OrderNumber.ofClientKey(new Buyer(buyer), key);
    private final String marker = "once:o:{" + number.symbols() + '}';

    private FaultProxy toPostgreSql;
    private FaultProxy toRedis;
    private Service victim;

    @BeforeAll
    static void startStoresAndOneReplica() {
        stores = Standalone.start(new SmallRyeConfigBuilder().build(), directory.resolve("stores"));
        survivor = Service.launch(
                        directory.resolve("survivor"),
                        settings(stores.postgreSql().port(), stores.redis().port()))
                .ready();
    }

    @AfterAll
    static void stop() {
        survivor.close();
        stores.close();
    }

    private static Map<String, String> settings(int postgreSqlPort, int redisPort) {
        Map<String, String> settings = new HashMap<>(Stores.environment(stores));
        settings.put(
                "DATABASE_URL", Stores.at(postgreSqlPort, stores.postgreSql().url()));
        settings.put("QUARKUS_REDIS_HOSTS", Stores.at(redisPort, stores.redis().url()));
        settings.put("IDEMPOTENCY_LEASE", LEASE);
        // The replica has to be killed while it waits, before its timeout.
        settings.put("DATABASE_REPLY_TIMEOUT", "60s");
        return settings;
    }

    @BeforeEach
    void startTheVictim() {
        toPostgreSql = FaultProxy.before(stores.postgreSql().port());
        toRedis = FaultProxy.before(stores.redis().port());
        victim = Service.launch(
                        directory.resolve("victim-" + UUID.randomUUID()), settings(toPostgreSql.port(), toRedis.port()))
                .ready();
        // The statement is prepared with the first order: only then does it need no reply to go
        // out.
        String token = victim.signIn(buyer);
        assertThat(victim.placeByKey(token, UUID.randomUUID().toString()).statusCode())
                .isEqualTo(201);
    }

    @AfterEach
    void closeTheLines() {
        victim.process().destroyForcibly();
        toPostgreSql.close();
        toRedis.close();
    }

    private CompletableFuture<HttpResponse<String>> askTheVictim() {
        String token = victim.signIn(buyer);
        return CompletableFuture.supplyAsync(() -> victim.placeByKey(token, key), Thread::startVirtualThread);
    }

    private void kill() {
        victim.process().destroyForcibly();
        victim.process().onExit().join();
    }

    @Test
    void betweenMarkerAndInsert_theRepeatPlacesItWhenTheLeaseIsOver() {
        // Given
        toPostgreSql.freeze();
        CompletableFuture<HttpResponse<String>> asked = askTheVictim();
        await().atMost(BOUND).until(this::isMarked);
        kill();
        String token = survivor.signIn(buyer);
        // When
        HttpResponse<String> first = survivor.placeByKey(token, key);
        // Then
        assertThat(first.statusCode()).isIn(201, 409);
        await().atMost(BOUND).until(() -> survivor.placeByKey(token, key).statusCode() < 300);
        assertThat(survivor.placeByKey(token, key).statusCode()).isEqualTo(200);
        assertThat(orders()).isOne();
        assertThat(asked).failsWithin(BOUND);
    }

    @Test
    void betweenInsertAndReply_theRepeatFindsIt() {
        // Given
        toPostgreSql.holdReplies();
        CompletableFuture<HttpResponse<String>> asked = askTheVictim();
        await().atMost(BOUND).until(() -> orders() == 1);
        kill();
        String token = survivor.signIn(buyer);
        // When
        HttpResponse<String> repeat = survivor.placeByKey(token, key);
        // Then
        assertThat(repeat.statusCode()).isEqualTo(200);
        assertThat(orders()).isOne();
        assertThat(asked).failsWithin(BOUND);
    }

    @Test
    void betweenReplyAndResult_theRepeatFindsIt() {
        // Given: the marker can be set, and the command that should replace it is lost
        toPostgreSql.holdReplies();
        CompletableFuture<HttpResponse<String>> asked = askTheVictim();
        await().atMost(BOUND).until(() -> orders() == 1);
        toRedis.freeze();
        toPostgreSql.heal();
        assertThat(asked.join().statusCode()).isEqualTo(201);
        kill();
        String token = survivor.signIn(buyer);
        // When
        HttpResponse<String> repeat = survivor.placeByKey(token, key);
        // Then
        assertThat(repeat.statusCode()).isEqualTo(200);
        assertThat(orders()).isOne();
    }

    private boolean isMarked() {
        return RedisCommands.send(stores, "EXISTS " + marker).equals(":1");
    }

    private long orders() {
        try (Connection connection = Database.connect(stores);
                PreparedStatement statement =
                        connection.prepareStatement("SELECT count(*) FROM orders WHERE number = ?")) {
            statement.setString(1, number.symbols());
            try (ResultSet rows = statement.executeQuery()) {
                rows.next();
                return rows.getLong(1);
            }
        } catch (SQLException failure) {
            throw new IllegalStateException(failure);
        }
    }
}
