package dev.orderonce.testkit;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * A payment provider that accounts correctly and is faulty in every other way: it declines, is late, loses its
 * responses, fails, and notifies late, twice and out of order. It is a fake, because the provider is no part of this
 * project.
 */
public final class Provider implements AutoCloseable {
    /** The percentage of requests with a fault. */
    private final int badOfAHundred;

    private final Random random;
    private final String secret;
    private final HttpServer server;
    private final ExecutorService pool = Executors.newVirtualThreadPerTaskExecutor();
    private volatile boolean closed;
    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();
    private final Map<String, Account> accounts = new ConcurrentHashMap<>();
    private final List<String> services = new CopyOnWriteArrayList<>();
    private final List<String> faults = new CopyOnWriteArrayList<>();

    /** The account of one reference. */
    private static final class Account {
        private String state = "unheard";
        private int captures;
        private int refunds;
        private long amount;
        private long returned;
        private final Map<String, Long> parts = new HashMap<>();

        private void give(long back) {
            returned += back;
            if (returned == amount) {
                state = "refunded";
                refunds++;
            }
        }
    }

    private Provider(long seed, int badOfAHundred, String secret) throws IOException {
        this.random = new Random(seed);
        this.badOfAHundred = badOfAHundred;
        this.secret = secret;
        this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 512);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/payments/", this::serve);
        server.start();
    }

    public static Provider start(long seed, int badOfAHundred, String secret) {
        try {
            return new Provider(seed, badOfAHundred, secret);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    public String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    /** Sets the addresses that it notifies, one at random. */
    public void notifies(String service) {
        services.add(service);
    }

    /** The money that was captured under these references and not returned, in minor units. */
    public long balance(List<String> references) {
        return references.stream()
                .map(accounts::get)
                .filter(Objects::nonNull)
                .mapToLong(account -> {
                    synchronized (account) {
                        return account.amount - account.returned;
                    }
                })
                .sum();
    }

    /** What no correct client requests: more money back than was captured, another amount of a refund. */
    public List<String> faults() {
        return faults;
    }

    /** How often money was captured under a reference: 0 or 1. */
    public int captures(String reference) {
        Account account = accounts.get(reference);
        return account == null ? 0 : account.captures;
    }

    /** All references under which money was ever captured. */
    public List<String> capturedReferences() {
        return accounts.entrySet().stream()
                .filter(account -> account.getValue().captures > 0)
                .map(Map.Entry::getKey)
                .toList();
    }

    /** How often all of the money was refunded under a reference: 0 or 1. */
    public int refunds(String reference) {
        Account account = accounts.get(reference);
        return account == null ? 0 : account.refunds;
    }

    public String state(String reference) {
        Account account = accounts.get(reference);
        if (account == null) {
            return "unheard";
        }
        synchronized (account) {
            return account.state;
        }
    }

    private synchronized int dice() {
        return random.nextInt(100);
    }

    private synchronized int millis(int most) {
        return 1 + random.nextInt(most);
    }

    private void serve(HttpExchange exchange) throws IOException {
        try (exchange) {
            String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            long amount = body.isEmpty() ? 0 : new JsonObject(body).getLong("amount");
            String[] path = exchange.getRequestURI().getPath().split("/", -1);
            String reference = path[2];
            String what = path.length > 3 ? path[3] : "query";
            String part = path.length > 4 ? path[4] : "";
            boolean isBad = dice() < badOfAHundred;
            int kind = dice() % 4;
            if (isBad && kind == 0) {
                answer(exchange, 500, "{}"); // before it is processed
                return;
            }
            if (isBad && kind == 1) {
                pause(millis(1200)); // late, perhaps after the timeout, and processed all the same
            }
            String state = act(reference, what, part, amount);
            if (isBad && kind == 2) {
                return; // processed, and the response is lost
            }
            if (isBad && kind == 3) {
                pause(millis(300));
            }
            if (state.equals("unheard")) {
                answer(exchange, 404, "{}");
            } else {
                answer(exchange, 200, new JsonObject().put("state", state).encode());
            }
        }
    }

    private String act(String reference, String what, String part, long amount) {
        Account account = accounts.computeIfAbsent(reference, unheard -> new Account());
        synchronized (account) {
            if (what.equals("capture") && account.state.equals("unheard")) {
                boolean declines = dice() < badOfAHundred / 3;
                account.state = declines ? "declined" : "captured";
                account.captures += declines ? 0 : 1;
                account.amount = declines ? 0 : amount;
                tell(reference, account.state);
            } else if (what.equals("refund") && account.state.equals("captured")) {
                if (amount != account.amount - account.returned) {
                    faults.add("%s: %d of %d are left".formatted(reference, amount, account.amount - account.returned));
                }
                account.give(account.amount - account.returned);
                tell(reference, account.state);
            } else if (what.equals("refunds")) {
                return refundPart(reference, account, part, amount);
            }
            return account.state;
        }
    }

    /** Each part once, under its own reference. */
    private String refundPart(String reference, Account account, String part, long amount) {
        Long earlier = account.parts.putIfAbsent(part, amount);
        if (earlier != null ? earlier != amount : amount > account.amount - account.returned) {
            faults.add("%s: part %s of %d".formatted(reference, part, amount));
        } else if (earlier == null) {
            account.give(amount);
        }
        return "refunded";
    }

    /**
     * Notifies once or twice, soon or late, so that notifications overtake each other; repeats until one is accepted.
     */
    private void tell(String reference, String state) {
        int times = dice() < badOfAHundred ? 2 : 1;
        String event = "evt-" + UUID.randomUUID();
        for (int i = 0; i < times; i++) {
            sendLater(millis(1500), event, reference, state);
        }
    }

    private void sendLater(int millis, String event, String reference, String state) {
        CompletableFuture.delayedExecutor(millis, TimeUnit.MILLISECONDS, pool)
                .execute(() -> send(event, reference, state));
    }

    private void send(String event, String reference, String state) {
        if (services.isEmpty() || closed) {
            return;
        }
        String body = new JsonObject()
                .put("event", event)
                .put("reference", reference)
                .put("kind", state)
                .encode();
        String seconds = Long.toString(Instant.now().getEpochSecond());
        String service = services.get(dice() % services.size());
        HttpRequest request = HttpRequest.newBuilder(URI.create(service + "/payments/notifications"))
                .timeout(Duration.ofSeconds(5))
                .header("Content-Type", "application/json")
                .header("Payment-Signature", "t=" + seconds + ",v1=" + digest(seconds + '.' + body))
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
        try {
            if (http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() < 500) {
                return;
            }
        } catch (IOException notHeard) {
            // it is sent again, as providers do
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            return;
        }
        sendLater(500, event, reference, state);
    }

    private String digest(String text) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
            return HexFormat.of().formatHex(mac.doFinal(text.getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static void pause(int millis) {
        try {
            TimeUnit.MILLISECONDS.sleep(millis);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    private static void answer(HttpExchange exchange, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    @Override
    public void close() {
        closed = true;
        server.stop(0);
    }
}
