package dev.orderonce.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.orderonce.redis.RedisReply.Text;
import dev.orderonce.redis.RedisReply.Whole;
import dev.orderonce.stores.StoreSpans;
import dev.orderonce.stores.StoreUnavailable;
import dev.orderonce.testkit.FaultProxy;
import dev.orderonce.testkit.Stores;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.test.junit.QuarkusTest;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Commands that share a connection: the outcome of each when one of them fails. */
@QuarkusTest
class RedisPipelineTest {
    private static final Duration BOUND = Duration.ofSeconds(20);
    private static final RedisScript ADD = new RedisScript("add", "return KEYS[1] .. ARGV[1]");

    @Inject
    Vertx vertx;

    @Inject
    StoreSpans spans;

    @Inject
    RedisPipeline shared;

    private final List<AutoCloseable> opened = new ArrayList<>();
    private final String key = "test:" + UUID.randomUUID();

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable one : opened) {
            one.close();
        }
    }

    /** Settings of one connection with timeouts long enough for a test. */
    private record OneConnection(String url, int queueLimit, Duration replyTimeout) implements RedisSettings {
        @Override
        public OptionalInt poolSize() {
            return OptionalInt.of(1);
        }
    }

    private static int port() {
        return Stores.standalone().redis().port();
    }

    private static String url() {
        return Stores.standalone().redis().url();
    }

    private RedisPipeline open(RedisSettings settings) {
        RedisPipeline pipeline = new RedisPipeline(vertx, settings, new SimpleMeterRegistry(), spans);
        pipeline.open(new StartupEvent());
        opened.add(() -> pipeline.close(new ShutdownEvent()));
        return pipeline;
    }

    private RedisPipeline openAndAwait(RedisSettings settings) {
        RedisPipeline pipeline = open(settings);
        await().until(pipeline::isOpen);
        return pipeline;
    }

    private static CompletableFuture<RedisReply> ask(RedisPipeline redis, String... words) {
        return redis.send(RedisCommand.of(words)).subscribeAsCompletionStage();
    }

    private static <T> T get(Uni<T> pending) {
        return pending.await().atMost(BOUND);
    }

    @Test
    void manyAtOnce_eachGetsItsOwnReply() {
        // Given
        List<CompletableFuture<RedisReply>> pending = IntStream.range(0, 2000)
                .mapToObj(i -> ask(shared, "ECHO", Integer.toString(i)))
                .toList();
        // When
        List<RedisReply> replies = pending.stream().map(CompletableFuture::join).toList();
        // Then
        assertThat(replies)
                .isEqualTo(IntStream.range(0, 2000)
                        .<RedisReply>mapToObj(i -> new Text(Integer.toString(i)))
                        .toList());
    }

    @Test
    void refusedCommand_failsAloneWithItsReason() {
        // Given
        RedisPipeline redis = openAndAwait(new OneConnection(url(), 100, BOUND));
        // When
        CompletableFuture<RedisReply> before = ask(redis, "SET", key, "text");
        CompletableFuture<RedisReply> refused = ask(redis, "INCR", key);
        CompletableFuture<RedisReply> after = ask(redis, "STRLEN", key);
        // Then
        assertThat(before).succeedsWithin(BOUND).isEqualTo(new Text("OK"));
        assertThat(after).succeedsWithin(BOUND).isEqualTo(new Whole(4));
        assertThat(refused).failsWithin(BOUND).withThrowableThat().withCauseInstanceOf(RedisRefusal.class);
    }

    @Test
    void scriptThatRedisLost_isSentAgain() {
        // Given
        assertThat(get(shared.run(ADD, List.of(key), List.of("!")))).isEqualTo(new Text(key + "!"));
        get(shared.send(RedisCommand.of("SCRIPT", "FLUSH")));
        // When
        RedisReply reply = get(shared.run(ADD, List.of(key), List.of("?")));
        // Then
        assertThat(reply).isEqualTo(new Text(key + "?"));
    }

    @Test
    void userPasswordAndDatabase_areTakenFromTheAddress() {
        // Given
        String user = "u" + UUID.randomUUID();
        get(shared.send(RedisCommand.of("ACL", "SETUSER", user, "on", ">pass word", "~*", "&*", "+@all")));
        RedisPipeline redis = openAndAwait(
                new OneConnection("redis://" + user + ":pass%20word@127.0.0.1:" + port() + "/3", 100, BOUND));
        // When
        get(redis.send(RedisCommand.of("SET", key, "in database 3")));
        // Then
        assertThat(get(redis.send(RedisCommand.of("ACL", "WHOAMI")))).isEqualTo(new Text(user));
        assertThat(get(shared.send(RedisCommand.of("EXISTS", key)))).isEqualTo(new Whole(0));
    }

    @Test
    void wrongPassword_isNeverOpen() {
        // Given
        RedisPipeline redis = open(new OneConnection("redis://nobody:wrong@127.0.0.1:" + port(), 100, BOUND));
        // When
        CompletableFuture<RedisReply> pending = ask(redis, "PING");
        // Then
        assertThat(pending).failsWithin(BOUND).withThrowableThat().withCauseInstanceOf(StoreUnavailable.class);
        await().during(Duration.ofMillis(300)).until(() -> !redis.isOpen());
    }

    @Test
    void moreThanMayWait_isRefusedAtOnce() {
        // Given: one command that Redis answers only when the test lets it
        RedisPipeline redis = openAndAwait(new OneConnection(url(), 2, BOUND));
        CompletableFuture<RedisReply> blocking = ask(redis, "BLPOP", key, "0");
        CompletableFuture<RedisReply> waiting = ask(redis, "PING");
        // When
        CompletableFuture<RedisReply> oneTooMany = ask(redis, "PING");
        // Then
        assertThat(oneTooMany).failsWithin(BOUND).withThrowableThat().withCauseInstanceOf(StoreUnavailable.class);
        assertThat(waiting).isNotDone();
        get(shared.send(RedisCommand.of("RPUSH", key, "go on")));
        assertThat(blocking).succeedsWithin(BOUND);
        assertThat(waiting).succeedsWithin(BOUND);
        assertThat(ask(redis, "PING")).succeedsWithin(BOUND);
    }

    @Test
    void missingReply_failsWaitingCommandsAndReconnects() {
        // Given
        FaultProxy proxy = FaultProxy.before(port());
        opened.add(proxy);
        RedisPipeline redis =
                openAndAwait(new OneConnection(Stores.at(proxy.port(), url()), 100, Duration.ofMillis(200)));
        proxy.freeze();
        // When
        List<CompletableFuture<RedisReply>> pending =
                IntStream.range(0, 10).mapToObj(i -> ask(redis, "PING")).toList();
        // Then
        assertThat(pending)
                .allSatisfy(one -> assertThat(one)
                        .failsWithin(BOUND)
                        .withThrowableThat()
                        .withCauseInstanceOf(StoreUnavailable.class));
        proxy.heal();
        await().untilAsserted(() -> assertThat(ask(redis, "PING")).succeedsWithin(BOUND));
    }

    @Test
    void serverThatIsNotRedis_isRefused() throws IOException {
        // Given
        ServerSocket web = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        opened.add(web);
        Thread.ofVirtual().start(() -> answerLikeTheWeb(web));
        RedisPipeline redis = open(new OneConnection("redis://127.0.0.1:" + web.getLocalPort(), 100, BOUND));
        // When
        CompletableFuture<RedisReply> pending = ask(redis, "PING");
        // Then
        assertThat(pending).failsWithin(BOUND).withThrowableThat().withCauseInstanceOf(StoreUnavailable.class);
        await().during(Duration.ofMillis(300)).until(() -> !redis.isOpen());
    }

    private static void answerLikeTheWeb(ServerSocket web) {
        while (!web.isClosed()) {
            try (Socket socket = web.accept()) {
                socket.getOutputStream().write("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            } catch (IOException closed) {
                // the next one, if there is one
            }
        }
    }

    @Test
    void invalidAddress_isRefusedAtTheStart() {
        assertThatThrownBy(() -> open(new OneConnection("http://127.0.0.1:1", 100, BOUND)))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
