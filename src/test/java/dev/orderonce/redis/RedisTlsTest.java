package dev.orderonce.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.orderonce.stores.StoreSpans;
import dev.orderonce.testkit.RedisWords;
import dev.orderonce.testkit.Stores;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.quarkus.redis.runtime.client.config.RedisConfig;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.test.junit.QuarkusTest;
import io.vertx.core.Vertx;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.PfxOptions;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisOptions;
import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A Redis that speaks TLS only, with a certificate of its own CA, and that requires a client certificate. */
@QuarkusTest
class RedisTlsTest {
    private static final Duration BOUND = Duration.ofSeconds(20);
    private static final String PASSWORD = "password";

    @Inject
    Vertx vertx;

    @Inject
    StoreSpans spans;

    @TempDir
    Path directory;

    private final List<AutoCloseable> opened = new ArrayList<>();
    private PfxOptions server;
    private PfxOptions client;
    private int port;

    @BeforeEach
    void terminateTlsBeforeRedis() throws Exception {
        server = keyOf("server");
        client = keyOf("client");
        NetClient toRedis = vertx.createNetClient();
        NetServer listening = vertx.createNetServer(new NetServerOptions()
                .setHost("127.0.0.1")
                .setPort(0)
                .setSsl(true)
                .setKeyCertOptions(server)
                .setTrustOptions(client)
                .setClientAuth(ClientAuth.REQUIRED));
        listening.connectHandler(from -> {
            from.pause();
            toRedis.connect(Stores.standalone().redis().port(), "127.0.0.1").onSuccess(to -> {
                from.pipeTo(to);
                to.pipeTo(from);
            });
        });
        port = listening
                .listen()
                .toCompletionStage()
                .toCompletableFuture()
                .join()
                .actualPort();
        opened.add(() -> {
            listening.close().toCompletionStage().toCompletableFuture().join();
            toRedis.close().toCompletionStage().toCompletableFuture().join();
        });
    }

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable one : opened.reversed()) {
            one.close();
        }
    }

    /** A key with a certificate that it signs itself. */
    private PfxOptions keyOf(String name) throws IOException, InterruptedException {
        Path file = directory.resolve(name + ".p12");
        List<String> command = Stream.of(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair -alias key -keyalg EC -validity 2 -storetype PKCS12",
                        "-dname CN=" + name + " -ext san=ip:127.0.0.1",
                        "-storepass " + PASSWORD + " -keystore " + file)
                .flatMap(words -> Stream.of(words.split(" ")))
                .toList();
        Process keytool = new ProcessBuilder(command).inheritIO().start();
        assertThat(keytool.waitFor()).isZero();
        return new PfxOptions().setPath(file.toString()).setPassword(PASSWORD);
    }

    private RedisPipeline open(RedisOptions options) {
        String withPassword = Stores.standalone().redis().url();
        options.setConnectionString(Stores.at(port, withPassword).replaceFirst("^redis:", "rediss:"));
        options.getNetClientOptions().setSsl(true).setHostnameVerificationAlgorithm("HTTPS");
        RedisSettings settings = () -> BOUND;
        RedisClients clients = new RedisClients(settings);
        clients.customize(RedisConfig.DEFAULT_CLIENT_NAME, options);
        RedisPipeline redis = new RedisPipeline(
                vertx, Redis.createClient(vertx, options), clients, settings, new SimpleMeterRegistry(), spans);
        redis.open(new StartupEvent());
        opened.add(() -> redis.close(new ShutdownEvent()));
        return redis;
    }

    @Test
    void ownCaAndClientCertificate_areUsedByEveryConnection() {
        // Given
        RedisOptions options = new RedisOptions();
        options.getNetClientOptions().setTrustOptions(server).setKeyCertOptions(client);
        // When
        RedisPipeline redis = open(options);
        // Then
        await().atMost(BOUND).until(redis::isOpen);
        assertThat(redis.send(RedisWords.request("ECHO", "over TLS")).await().atMost(BOUND))
                .hasToString("over TLS");
    }

    @Test
    void certificateOfAnUnknownCa_isRefused() {
        // Given
        RedisOptions options = new RedisOptions();
        options.getNetClientOptions().setKeyCertOptions(client);
        // When
        RedisPipeline redis = open(options);
        // Then
        await().during(Duration.ofSeconds(1)).until(() -> !redis.isOpen());
    }

    @Test
    void withoutTheClientCertificate_isRefused() {
        // Given
        RedisOptions options = new RedisOptions();
        options.getNetClientOptions().setTrustOptions(server);
        // When
        RedisPipeline redis = open(options);
        // Then
        await().during(Duration.ofSeconds(1)).until(() -> !redis.isOpen());
    }
}
