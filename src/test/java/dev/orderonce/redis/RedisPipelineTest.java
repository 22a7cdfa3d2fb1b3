package dev.orderonce.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.orderonce.stores.StoreSpans;
import dev.orderonce.stores.StoreUnavailable;
import dev.orderonce.testkit.FaultProxy;
import dev.orderonce.testkit.RedisWords;
import dev.orderonce.testkit.Stores;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.quarkus.redis.runtime.client.config.RedisConfig;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.test.junit.QuarkusTest;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisOptions;
import io.vertx.redis.client.Response;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
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

    /** Options as {@code quarkus.redis.*} gives them. */
    private record Given(String url, int queueLimit, Duration replyTimeout) {}

    private static int port() {
        return Stores.standalone().redis().port();
    }

    private static String url() {
        return Stores.standalone().redis().url();
    }

    private RedisPipeline open(Given given) {
        RedisSettings settings = given::replyTimeout;
        RedisClients clients = new RedisClients(settings);
        RedisOptions options =
                new RedisOptions().setConnectionString(given.url()).setMaxWaitingHandlers(given.queueLimit());
        clients.customize(RedisConfig.DEFAULT_CLIENT_NAME, options);
        RedisPipeline pipeline = new RedisPipeline(
                vertx, Redis.createClient(vertx, options), clients, settings, new SimpleMeterRegistry(), spans);
        pipeline.open(new StartupEvent());
        opened.add(() -> pipeline.close(new ShutdownEvent()));
        return pipeline;
    }

    private RedisPipeline openAndAwait(Given given) {
        RedisPipeline pipeline = open(given);
        await().until(pipeline::isOpen);
        return pipeline;
    }

    private static CompletableFuture<String> ask(RedisPipeline redis, String... words) {
        return redis.send(RedisWords.request(words)).map(RedisWords::text).subscribeAsCompletionStage();
    }

    private static String get(RedisPipeline redis, String... words) {
        return ask(redis, words)
                .orTimeout(BOUND.toMillis(), TimeUnit.MILLISECONDS)
                .join();
    }

    private static <T> T get(Uni<T> pending) {
        return pending.await().atMost(BOUND);
    }

    @Test
    void manyAtOnce_eachGetsItsOwnReply() {
        // Given
        List<CompletableFuture<String>> pending = IntStream.range(0, 2000)
                .mapToObj(i -> ask(shared, "ECHO", Integer.toString(i)))
                .toList();
        // When
        List<String> replies = pending.stream().map(CompletableFuture::join).toList();
        // Then
        assertThat(replies)
                .isEqualTo(IntStream.range(0, 2000).mapToObj(Integer::toString).toList());
    }

    /** Sends the commands in one turn of an event loop. */
    private List<CompletableFuture<String>> askAtOnce(RedisPipeline redis, String[]... commands) {
        CompletableFuture<List<CompletableFuture<String>>> asked = new CompletableFuture<>();
        vertx.runOnContext(_ -> asked.complete(
                Stream.of(commands).map(words -> ask(redis, words)).toList()));
        return asked.join();
    }

    @Test
    void refusedCommand_failsAloneWithItsReason() {
        // Given
        RedisPipeline redis = openAndAwait(new Given(url(), 100, BOUND));
        // When
        List<CompletableFuture<String>> replies = askAtOnce(
                redis, new String[] {"SET", key, "text"}, new String[] {"INCR", key}, new String[] {"STRLEN", key});
        // Then
        assertThat(replies.get(0)).succeedsWithin(BOUND).isEqualTo("OK");
        assertThat(replies.get(1)).failsWithin(BOUND).withThrowableThat().withCauseInstanceOf(RedisRefusal.class);
        assertThat(replies.get(2)).succeedsWithin(BOUND).isEqualTo("4");
    }

    @Test
    void scriptThatRedisLost_isSentAgain() {
        // Given
        assertThat(get(shared.run(ADD, List.of(key), List.of("!")))).hasToString(key + "!");
        get(shared, "SCRIPT", "FLUSH");
        // When
        Response reply = get(shared.run(ADD, List.of(key), List.of("?")));
        // Then
        assertThat(reply).hasToString(key + "?");
    }

    @Test
    void userPasswordAndDatabase_areTakenFromTheAddress() {
        // Given
        String user = "u" + UUID.randomUUID();
        get(shared, "ACL", "SETUSER", user, "on", ">pass word", "~*", "&*", "+@all");
        RedisPipeline redis =
                openAndAwait(new Given("redis://" + user + ":pass%20word@127.0.0.1:" + port() + "/3", 100, BOUND));
        // When
        get(redis, "SET", key, "in database 3");
        // Then
        assertThat(get(redis, "ACL", "WHOAMI")).isEqualTo(user);
        assertThat(get(shared, "EXISTS", key)).isEqualTo("0");
    }

    @Test
    void wrongPassword_isNeverOpen() {
        // Given
        RedisPipeline redis = open(new Given("redis://nobody:wrong@127.0.0.1:" + port(), 100, BOUND));
        // When
        CompletableFuture<String> pending = ask(redis, "PING");
        // Then
        assertThat(pending).failsWithin(BOUND).withThrowableThat().withCauseInstanceOf(StoreUnavailable.class);
        await().during(Duration.ofMillis(300)).until(() -> !redis.isOpen());
    }

    @Test
    void moreThanMayWait_isRefusedAtOnce() {
        // Given: one command that Redis answers only when the test lets it
        RedisPipeline redis = openAndAwait(new Given(url(), 2, BOUND));
        CompletableFuture<String> blocking = ask(redis, "BLPOP", key, "0");
        CompletableFuture<String> waiting = ask(redis, "PING");
        // When
        CompletableFuture<String> oneTooMany = ask(redis, "PING");
        // Then
        assertThat(oneTooMany).failsWithin(BOUND).withThrowableThat().withCauseInstanceOf(StoreUnavailable.class);
        assertThat(waiting).isNotDone();
        get(shared, "RPUSH", key, "go on");
        assertThat(blocking).succeedsWithin(BOUND);
        assertThat(waiting).succeedsWithin(BOUND);
        assertThat(ask(redis, "PING")).succeedsWithin(BOUND);
    }

    @Test
    void missingReply_failsWaitingCommandsAndReconnects() {
        // Given
        FaultProxy proxy = FaultProxy.before(port());
        opened.add(proxy);
        RedisPipeline redis = openAndAwait(new Given(Stores.at(proxy.port(), url()), 100, Duration.ofMillis(200)));
        proxy.freeze();
        // When
        List<CompletableFuture<String>> pending =
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
    void resetConnection_failsItsBatchAsUnavailable() {
        // Given
        FaultProxy proxy = FaultProxy.before(port());
        opened.add(proxy);
        RedisPipeline redis = openAndAwait(new Given(Stores.at(proxy.port(), url()), 100, BOUND));
        proxy.freeze();
        long sent = proxy.requests();
        List<CompletableFuture<String>> replies =
                askAtOnce(redis, new String[] {"GET", key}, new String[] {"GET", key});
        await().until(() -> proxy.requests() > sent);
        // When
        proxy.reset();
        // Then
        assertThat(replies)
                .allSatisfy(reply -> assertThat(reply)
                        .failsWithin(BOUND)
                        .withThrowableThat()
                        .withCauseInstanceOf(StoreUnavailable.class));
    }

    @Test
    void serverThatIsNotRedis_isRefused() throws IOException {
        // Given
        ServerSocket web = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        opened.add(web);
        Thread.ofVirtual().start(() -> answerLikeTheWeb(web));
        RedisPipeline redis = open(new Given("redis://127.0.0.1:" + web.getLocalPort(), 100, BOUND));
        // When
        CompletableFuture<String> pending = ask(redis, "PING");
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
}
