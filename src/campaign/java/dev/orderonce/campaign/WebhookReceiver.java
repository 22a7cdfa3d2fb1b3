package dev.orderonce.campaign;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Executors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * A consumer of the events by webhooks: checks each signature as Standard Webhooks defines it, and sometimes fails, or
 * loses its response.
 */
final class WebhookReceiver implements AutoCloseable {
    /** Of so many deliveries one fails and one response is lost: after each of them the service waits five seconds. */
    private static final int FAULTY_ONE_IN = 2000;

    private static final int BACKLOG = 128;
    private static final String PREFIX = "whsec_";

    private final HttpServer server;
    private final Arrivals arrivals = new Arrivals();
    private final Random random;
    private volatile String secret = "";

    WebhookReceiver(long seed) throws IOException {
        random = new Random(seed);
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), BACKLOG);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", this::receive);
        server.start();
    }

    int port() {
        return server.getAddress().getPort();
    }

    /** Deliveries are signed with this from now on. */
    void signedWith(String text) {
        secret = text;
    }

    private synchronized int choice() {
        return random.nextInt(FAULTY_ONE_IN);
    }

    private void receive(HttpExchange exchange) throws IOException {
        try (exchange) {
            byte[] body = exchange.getRequestBody().readAllBytes();
            int choice = choice();
            if (choice == 0) {
                exchange.sendResponseHeaders(500, -1); // before it is received
                return;
            }
            if (isSigned(exchange, body)) {
                JsonObject message = new JsonObject(new String(body, StandardCharsets.UTF_8));
                JsonObject event = message.getJsonObject("data").getJsonObject("event");
                arrivals.add(message.getString("subject"), event.getInteger("sequence"), event.getString("kind"));
            } else {
                arrivals.addUnsigned();
            }
            if (choice != 1) {
                exchange.sendResponseHeaders(204, -1);
            }
        }
    }

    private boolean isSigned(HttpExchange exchange, byte[] body) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(Base64.getDecoder().decode(secret.substring(PREFIX.length())), "HmacSHA256"));
            mac.update((header(exchange, "webhook-id") + '.' + header(exchange, "webhook-timestamp") + '.')
                    .getBytes(StandardCharsets.UTF_8));
            String expected = "v1," + Base64.getEncoder().encodeToString(mac.doFinal(body));
            return MessageDigest.isEqual(
                    expected.getBytes(StandardCharsets.UTF_8),
                    header(exchange, "webhook-signature").getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("every Java platform has HmacSHA256", impossible);
        }
    }

    private static String header(HttpExchange exchange, String name) {
        return Optional.ofNullable(exchange.getRequestHeaders().getFirst(name)).orElse("");
    }

    /** What was received. */
    Arrivals arrivals() {
        return arrivals;
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
