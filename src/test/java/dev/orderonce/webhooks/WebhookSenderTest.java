package dev.orderonce.webhooks;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orderonce.webhooks.TargetAddresses.Resolver;
import dev.orderonce.webhooks.WebhookSender.Response;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.PfxOptions;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The connection goes to the address that was checked, and nowhere else. */
class WebhookSenderTest {
    private static final Duration BOUND = Duration.ofSeconds(20);
    private static final String PASSWORD = "a password";

    private final Vertx vertx = Vertx.vertx();
    private final List<String> requests = new CopyOnWriteArrayList<>();

    @AfterEach
    void close() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    private record Settings(boolean allowLoopback, boolean allowPrivateAddresses) implements WebhookSettings {
        @Override
        public Duration logTtl() {
            return Duration.ofDays(1);
        }
    }

    private WebhookSender sender(
            boolean allowLoopback, boolean allowPrivate, Resolver resolver, HttpClientOptions tls) {
        return new WebhookSender(
                new TargetAddresses(new Settings(allowLoopback, allowPrivate), vertx, resolver), vertx, tls);
    }

    private static Response send(WebhookSender sender, String url) {
        return send(sender, url, 1);
    }

    private static Response send(WebhookSender sender, String url, int attempt) {
        return sender.send(WebhookUrl.stored(url), Map.of(), new byte[] {'{', '}'}, attempt)
                .await()
                .atMost(BOUND);
    }

    private static Resolver leadingTo(String... addresses) {
        return _ -> {
            InetAddress[] found = new InetAddress[addresses.length];
            for (int i = 0; i < found.length; i++) {
                found[i] = InetAddress.getByName(addresses[i]);
            }
            return found;
        };
    }

    private int listen(HttpServerOptions options) {
        HttpServer server = vertx.createHttpServer(options.setHost("127.0.0.1").setPort(0))
                .requestHandler(request -> {
                    requests.add(
                            request.authority() + " " + request.connection().indicatedServerName());
                    request.response().end("ok");
                });
        return server.listen().toCompletionStage().toCompletableFuture().join().actualPort();
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
            https://a.example/, 10.0.0.1,                  true,  false, ADDRESS_REFUSED
            https://a.example/, 127.0.0.1,                 false, true,  ADDRESS_REFUSED
            https://a.example/, 169.254.169.254,           true,  true,  ADDRESS_REFUSED
            https://a.example/, 8.8.8.8 127.0.0.1,         false, false, ADDRESS_REFUSED
            http://a.example/,  8.8.8.8,                   true,  true,  ADDRESS_REFUSED
            http://a.example/,  10.0.0.1,                  true,  true,  ADDRESS_REFUSED
            http://a.example/,  127.0.0.1,                 false, true,  ADDRESS_REFUSED
            """)
    void addressThatIsNotAllowed_isNotConnectedTo(
            String url, String addresses, boolean allowLoopback, boolean allowPrivate, DeliveryResult result) {
        WebhookSender sender =
                sender(allowLoopback, allowPrivate, leadingTo(addresses.split(" ")), new HttpClientOptions());
        assertThat(send(sender, url).result()).isEqualTo(result);
    }

    /** The name led to an allowed address when the endpoint was created and when the delivery before was sent. */
    @Test
    void nameThatLeadsElsewhereNow_isRefusedAndNotConnectedTo() {
        // Given
        int port = listen(new HttpServerOptions());
        List<String> addresses = new CopyOnWriteArrayList<>(List.of("127.0.0.1", "169.254.169.254"));
        Resolver rebinding = _ -> new InetAddress[] {InetAddress.getByName(addresses.removeFirst())};
        WebhookSender sender = sender(true, false, rebinding, new HttpClientOptions());
        String url = "http://rebinding.example:" + port + "/";
        // When
        Response first = send(sender, url);
        Response second = send(sender, url);
        // Then
        assertThat(first.result()).isEqualTo(DeliveryResult.DELIVERED);
        assertThat(second.result()).isEqualTo(DeliveryResult.ADDRESS_REFUSED);
        assertThat(requests).containsExactly("rebinding.example:" + port + " null");
    }

    @Test
    void nameWithoutAnAddress_isUnresolved() {
        Resolver none = host -> {
            throw new UnknownHostException(host);
        };
        assertThat(send(sender(true, true, none, new HttpClientOptions()), "https://none.example/")
                        .result())
                .isEqualTo(DeliveryResult.UNRESOLVED);
    }

    /** Nothing listens at 127.0.0.2 to 127.0.0.4. */
    @ParameterizedTest
    @CsvSource(textBlock = """
            127.0.0.2 127.0.0.1,                     1, DELIVERED
            127.0.0.2 127.0.0.1,                     2, DELIVERED
            127.0.0.2 127.0.0.3 127.0.0.1,           1, DELIVERED
            127.0.0.2 127.0.0.3 127.0.0.4 127.0.0.1, 1, UNREACHABLE
            127.0.0.2 127.0.0.3 127.0.0.4 127.0.0.1, 2, DELIVERED
            """)
    void addressThatIsDead_isFollowedByTheNext(String addresses, int attempt, DeliveryResult result) {
        // Given
        int port = listen(new HttpServerOptions());
        WebhookSender sender = sender(true, false, leadingTo(addresses.split(" ")), new HttpClientOptions());
        // When
        Response response = send(sender, "http://several.example:" + port + "/", attempt);
        // Then
        assertThat(response.result()).isEqualTo(result);
        assertThat(requests).hasSize(result.isDelivered() ? 1 : 0);
    }

    @Test
    void requestThatWasSent_isNotRepeatedAtTheNextAddress() {
        // Given
        HttpServer server = vertx.createHttpServer(
                        new HttpServerOptions().setHost("127.0.0.1").setPort(0))
                .requestHandler(request -> {
                    requests.add(request.path());
                    request.connection().close();
                });
        int port =
                server.listen().toCompletionStage().toCompletableFuture().join().actualPort();
        WebhookSender sender = sender(true, false, leadingTo("127.0.0.1", "127.0.0.1"), new HttpClientOptions());
        // When
        Response response = send(sender, "http://closing.example:" + port + "/");
        // Then
        assertThat(response.result()).isEqualTo(DeliveryResult.UNREACHABLE);
        assertThat(requests).hasSize(1);
    }

    @Test
    void tls_isThatOfTheName(@TempDir Path directory) throws Exception {
        // Given
        Path key = directory.resolve("key.p12");
        List<String> keytool = Stream.of(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair -alias key -keyalg EC -validity 2 -storetype PKCS12",
                        "-dname CN=shop -ext san=dns:hooks.example -storepass")
                .flatMap(words -> Stream.of(words.split(" ")))
                .toList();
        Process process = new ProcessBuilder(
                        Stream.concat(keytool.stream(), Stream.of(PASSWORD, "-keystore", key.toString()))
                                .toList())
                .inheritIO()
                .start();
        assertThat(process.waitFor()).isZero();
        PfxOptions pfx = new PfxOptions().setPath(key.toString()).setPassword(PASSWORD);
        int port = listen(new HttpServerOptions().setSsl(true).setSni(true).setKeyCertOptions(pfx));
        WebhookSender trusting =
                sender(true, false, leadingTo("127.0.0.1"), new HttpClientOptions().setTrustOptions(pfx));
        WebhookSender notTrusting = sender(true, false, leadingTo("127.0.0.1"), new HttpClientOptions());
        // Then
        assertThat(send(trusting, "https://hooks.example:" + port + "/").result())
                .isEqualTo(DeliveryResult.DELIVERED);
        assertThat(requests).containsExactly("hooks.example:" + port + " hooks.example");
        assertThat(send(trusting, "https://other.example:" + port + "/").result())
                .isEqualTo(DeliveryResult.UNREACHABLE);
        assertThat(send(notTrusting, "https://hooks.example:" + port + "/").result())
                .isEqualTo(DeliveryResult.UNREACHABLE);
        assertThat(requests).hasSize(1);
    }
}
