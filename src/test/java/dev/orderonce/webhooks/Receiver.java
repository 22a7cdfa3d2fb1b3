package dev.orderonce.webhooks;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** A system of the shop that receives webhooks, over real HTTP. It verifies signatures with code of its own. */
final class Receiver implements AutoCloseable {
    private final HttpServer server;
    private final List<Received> received = new CopyOnWriteArrayList<>();
    private final Map<String, String> headers = new ConcurrentHashMap<>();
    private final AtomicInteger now = new AtomicInteger();
    private final AtomicInteger mostAtOnce = new AtomicInteger();
    private volatile Function<Received, Integer> status = _ -> 204;
    private volatile int bodyBytes;

    /** One delivery. */
    record Received(String path, Headers headers, String body) {
        String id() {
            return headers.getFirst("webhook-id");
        }

        JsonObject event() {
            return new JsonObject(body);
        }

        String number() {
            return event().getString("subject");
        }

        String kind() {
            return event().getJsonObject("data").getJsonObject("event").getString("kind");
        }

        int sequence() {
            return event().getJsonObject("data").getJsonObject("event").getInteger("sequence");
        }

        /** How many of the signatures were made with this secret. */
        long signaturesOf(String secret) {
            String signed = id() + '.' + headers.getFirst("webhook-timestamp") + '.' + body;
            String expected = "v1," + digest(secret, signed);
            return List.of(headers.getFirst("webhook-signature").split(" ")).stream()
                    .filter(expected::equals)
                    .count();
        }

        private static String digest(String secret, String text) {
            try {
                byte[] key = Base64.getDecoder().decode(secret.substring("whsec_".length()));
                Mac mac = Mac.getInstance("HmacSHA256");
                mac.init(new SecretKeySpec(key, "HmacSHA256"));
                return Base64.getEncoder().encodeToString(mac.doFinal(text.getBytes(StandardCharsets.UTF_8)));
            } catch (GeneralSecurityException impossible) {
                throw new IllegalStateException(impossible);
            }
        }
    }

    private Receiver(HttpServer server) {
        this.server = server;
    }

    static Receiver start() {
        try {
            Receiver receiver =
                    new Receiver(HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 64));
            receiver.server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
            receiver.server.createContext("/", receiver::serve);
            receiver.server.start();
            return receiver;
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private void serve(HttpExchange exchange) throws IOException {
        mostAtOnce.accumulateAndGet(now.incrementAndGet(), Math::max);
        try (exchange) {
            Received delivery = new Received(
                    exchange.getRequestURI().toString(),
                    exchange.getRequestHeaders(),
                    new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
            int answer = status.apply(delivery);
            received.add(delivery);
            headers.forEach(exchange.getResponseHeaders()::set);
            exchange.sendResponseHeaders(answer, bodyBytes == 0 ? -1 : bodyBytes);
            exchange.getResponseBody().write(new byte[bodyBytes]);
        } finally {
            now.decrementAndGet();
        }
    }

    String url(String path) {
        return "http://127.0.0.1:" + server.getAddress().getPort() + path;
    }

    /** Answers with this status from now on. */
    void answers(int always) {
        status = _ -> always;
    }

    /** Answers with the status that this returns, when it returns. */
    void answers(Function<Received, Integer> with) {
        status = with;
    }

    /** Adds a header to all answers. */
    void addsHeader(String name, String value) {
        headers.put(name, value);
    }

    /** Answers with a body of this size. */
    void addsBody(int bytes) {
        bodyBytes = bytes;
    }

    /** All deliveries, in the order in which they were answered. */
    List<Received> received() {
        return received;
    }

    /** The deliveries of one order. */
    List<Received> ofOrder(String number) {
        return received.stream()
                .filter(delivery -> delivery.number().equals(number))
                .toList();
    }

    /** The kinds of the deliveries of one order, in the order in which they were answered. */
    List<String> kinds(String number) {
        return ofOrder(number).stream().map(Received::kind).toList();
    }

    /** The largest number of deliveries that were in progress at once. */
    int mostAtOnce() {
        return mostAtOnce.get();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
