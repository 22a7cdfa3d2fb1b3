import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Drives a built service as its clients do. One file without libraries, so that the image's build and {@code check.sh}
 * run it as it is:
 *
 * <pre>
 *   java Drive.java train [--stores STANDALONE_JAR] -- COMMAND …   starts the service, sends some requests, stops it
 *   java Drive.java first-order -- COMMAND …                       the milliseconds from the start to the first order
 *   java Drive.java exercise ADDRESS                               sends the same requests to a running service
 *   java Drive.java load ADDRESS SECONDS ORDERS_PER_SECOND         places orders at this rate; exits with 1 if any request
 *                                                                  was lost or answered wrongly
 *   java Drive.java token SUBJECT ROLE …                           a token for an hour
 * </pre>
 *
 * <p>The service's settings come from the environment. ISSUER_KEY names the file of the private key (PKCS #8, PEM) that
 * signs the buyers' tokens, for {@code IDENTITY_ISSUER} and {@code IDENTITY_AUDIENCE}; {@code train} and {@code
 * first-order} generate one, and every secret that the service needs, if it is not given.
 */
public final class Drive {
    /** Time to unpack and start stores on a busy machine, perhaps with an emulated processor. */
    private static final Duration START_WITHIN = Duration.ofMinutes(5);

    private static final Duration STOP_WITHIN = Duration.ofMinutes(3);

    /** Longer than any response of the service may take. */
    private static final Duration ANSWER_WITHIN = Duration.ofSeconds(20);

    /** Below the burst of the service's limit of orders. */
    private static final int ORDERS_PER_BUYER = 8;

    private static final Pattern NUMBER = Pattern.compile("\"number\":\"([0-9A-Z-]+)\"");

    private static final HttpClient HTTP =
            HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .connectTimeout(Duration.ofSeconds(5))
                    .build();

    private Drive() {}

    public static void main(String... arguments) throws Exception {
        List<String> words = List.of(arguments);
        int command = words.indexOf("--");
        switch (words.isEmpty() ? "" : words.getFirst()) {
            case "train" -> train(words.subList(1, command), words.subList(command + 1, words.size()));
            case "first-order" -> firstOrder(words.subList(command + 1, words.size()));
            case "exercise" -> exercise(words.get(1), Issuer.given());
            case "load" -> {
                boolean isWhole =
                        new Load(words.get(1), Integer.parseInt(words.get(2)), Integer.parseInt(words.get(3))).run();
                System.exit(isWhole ? 0 : 1);
            }
            case "token" -> System.out.println(Issuer.given().token(words.get(1), words.subList(2, words.size())));
            default -> {
                System.err.println("usage: train, first-order, load or token; see the head of this file");
                System.exit(64);
            }
        }
    }

    // --- train ---------------------------------------------------------------------------------------------------------

    private static void train(List<String> options, List<String> command) throws Exception {
        Process stores = null;
        Map<String, String> settings = new HashMap<>();
        try {
            if (options.size() == 2 && options.getFirst().equals("--stores")) {
                stores = startStores(Path.of(options.get(1)), settings);
            }
            try (Service service = Service.start(command, settings)) {
                service.firstOrder(System.nanoTime());
                exercise(service.address, service.issuer);
                for (String path : List.of("/q/health/live", "/q/health/ready", "/q/metrics")) {
                    send(service.management, "GET", path, "", Map.of(), "");
                }
                service.stop();
            }
            System.out.println("trained");
        } finally {
            if (stores != null) {
                stores.destroy();
                stores.waitFor();
            }
        }
    }

    /**
     * Starts the standalone build only for its PostgreSQL and Redis, whose addresses it logs. Their passwords are in files
     * beside their data.
     */
    private static Process startStores(Path jar, Map<String, String> settings) throws Exception {
        Path data = Files.createTempDirectory("stores");
        Path log = data.resolve("log");
        ProcessBuilder builder =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-Dstandalone.data=" + data.resolve("data"),
                                "-Dquarkus.http.port=" + freePort(),
                                "-Dquarkus.management.port=" + freePort(),
                                "-jar",
                                jar.toAbsolutePath().toString())
                        .redirectErrorStream(true)
                        .redirectOutput(log.toFile());
        Process process = builder.start();
        Pattern said = Pattern.compile("\\(PostgreSQL (postgresql://\\S+), Redis (redis://[^)\\s]+)\\)");
        Instant until = Instant.now().plus(START_WITHIN);
        while (process.isAlive() && Instant.now().isBefore(until)) {
            Matcher matcher = said.matcher(Files.readString(log));
            if (matcher.find()) {
                settings.put("DATABASE_URL", matcher.group(1));
                settings.put("DATABASE_USERNAME", "orders");
                settings.put("DATABASE_PASSWORD", Files.readString(data.resolve("data/postgresql-orders.password")));
                String password = Files.readString(data.resolve("data/redis.password"));
                settings.put("QUARKUS_REDIS_HOSTS", matcher.group(2).replace("redis://", "redis://:" + password + "@"));
                return process;
            }
            Thread.sleep(100);
        }
        process.destroy();
        throw new IllegalStateException("the stores did not start: " + Files.readString(log));
    }

    /**
     * Sends the requests of a replica's first minutes, so that the classes it needs are in the cache and its metrics exist.
     * Ignores the responses: this trains, it does not test.
     */
    private static void exercise(String address, Issuer issuer) throws IOException, InterruptedException {
        String run = Long.toHexString(System.nanoTime());
        for (int round = 0; round < 40; round++) {
            String token = issuer.token("trainee-" + run + "-" + round, List.of("buyer"));
            for (int i = 0; i < ORDERS_PER_BUYER; i++) {
                String number = newNumber(address, token);
                place(address, token, number);
                place(address, token, number);
                send(address, "GET", "/orders/" + number, token, Map.of(), "");
                send(address, "GET", "/order-numbers/" + number, token, Map.of(), "");
            }
            send(address, "POST", "/orders", token, newKey(), basket());
        }
        String buyer = issuer.token("trainee-" + run, List.of("buyer"));
        String staff = issuer.token("staff", List.of("support", "merchant", "service"));
        for (String end : List.of("/shipment", "/cancellation")) {
            String number = newNumber(address, buyer);
            place(address, buyer, number);
            String order = "/orders/" + number;
            send(address, "POST", order + "/payments", buyer, newKey(), "{\"method\":\"card\"}");
            send(address, "POST", order + end, end.equals("/shipment") ? staff : buyer, Map.of(), "{}");
            send(address, "GET", order + "/events", buyer, Map.of(), "");
        }
        send(address, "DELETE", "/order-numbers/" + newNumber(address, buyer), buyer, Map.of(), "");
        send(address, "GET", "/orders", buyer, Map.of(), "");
        send(address, "POST", "/orders", buyer, Map.of(), "{}");
        for (String path : List.of("/payments/unsettled", "/suspected-duplicates", "/disputes")) {
            send(address, "GET", path, staff, Map.of(), "");
        }
        send(address, "PUT", "/once/training/" + UUID.randomUUID(), staff, Map.of(), "{}");
        for (String path : List.of("/order-once.js", "/problems", "/openapi")) {
            send(address, "GET", path, "", Map.of(), "");
        }
        // More than a buyer's limit; the rest of them is refused.
        String hoarder = issuer.token("hoarder-" + run, List.of("buyer"));
        for (int i = 0; i < 150; i++) {
            send(address, "POST", "/order-numbers", hoarder, Map.of(), "");
        }
    }

    private static Map<String, String> newKey() {
        return Map.of("Idempotency-Key", UUID.randomUUID().toString());
    }

    private static String newNumber(String address, String token) throws IOException, InterruptedException {
        HttpResponse<String> response = send(address, "POST", "/order-numbers", token, Map.of(), "");
        Matcher matcher = NUMBER.matcher(response.body());
        if (!matcher.find()) {
            throw new IllegalStateException(response.statusCode() + " " + response.body());
        }
        return matcher.group(1);
    }

    private static HttpResponse<String> place(String address, String token, String number)
            throws IOException, InterruptedException {
        return send(address, "POST", "/orders", token, Map.of(), basketUnder(number));
    }

    // --- first-order ---------------------------------------------------------------------------------------------------

    private static void firstOrder(List<String> command) throws Exception {
        long begunAt = System.nanoTime();
        try (Service service = Service.start(command, Map.of())) {
            long millis = service.firstOrder(begunAt);
            service.stop();
            System.out.println(millis);
        }
    }

    // --- the service ---------------------------------------------------------------------------------------------------

    /** A service that this program has started, with every setting it needs. */
    private static final class Service implements AutoCloseable {
        private final Process process;
        private final Path log;
        private final String address;
        private final String management;
        private final Issuer issuer;

        private Service(Process process, Path log, String address, String management, Issuer issuer) {
            this.process = process;
            this.log = log;
            this.address = address;
            this.management = management;
            this.issuer = issuer;
        }

        static Service start(List<String> command, Map<String, String> settings) throws Exception {
            Path log = Files.createTempFile("service", ".log");
            int port = freePort();
            ProcessBuilder builder =
                    new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
            Map<String, String> environment = builder.environment();
            Issuer issuer = Issuer.givenOrMade(environment);
            int managementPort = freePort();
            environment.put("QUARKUS_HTTP_PORT", Integer.toString(port));
            environment.put("QUARKUS_MANAGEMENT_PORT", Integer.toString(managementPort));
            // No provider listens there: payments are begun and not completed.
            environment.putIfAbsent("PAYMENTS_PROVIDER_URL", "http://127.0.0.1:9");
            environment.putAll(settings);
            return new Service(
                    builder.start(),
                    log,
                    "http://127.0.0.1:" + port,
                    "http://127.0.0.1:" + managementPort,
                    issuer);
        }

        /** Repeats until an order is placed; returns the milliseconds since the start. */
        long firstOrder(long since) throws Exception {
            String token = issuer.token("first-" + UUID.randomUUID(), List.of("buyer"));
            Instant until = Instant.now().plus(START_WITHIN);
            while (process.isAlive() && Instant.now().isBefore(until)) {
                try {
                    if (place(address, token, newNumber(address, token)).statusCode() == 201) {
                        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - since);
                    }
                } catch (IOException | IllegalStateException notYet) {
                    // The service is still starting.
                }
                Thread.sleep(5);
            }
            throw new IllegalStateException("no order could be placed; the service said: " + Files.readString(log));
        }

        /** Stops it as an operator would; the JVM then writes its cache. */
        void stop() throws Exception {
            process.destroy();
            if (!process.waitFor(STOP_WITHIN.toSeconds(), TimeUnit.SECONDS)) {
                throw new IllegalStateException("the service does not stop; it said: " + Files.readString(log));
            }
            // 143: ended by the SIGTERM that was sent.
            if (process.exitValue() != 0 && process.exitValue() != 143) {
                throw new IllegalStateException(
                        "the service ended with " + process.exitValue() + "; it said: " + Files.readString(log));
            }
        }

        @Override
        public void close() throws IOException {
            process.destroyForcibly();
            Files.deleteIfExists(log);
        }
    }

    // --- load ----------------------------------------------------------------------------------------------------------

    /**
     * Checkouts at a fixed rate, independent of the earlier ones. Each gets a number, places its order and repeats it; a
     * request without a correct response is counted, and then repeated under the same number, as a client would, to find
     * out whether the order exists.
     */
    private static final class Load {
        private final String address;
        private final int seconds;
        private final int perSecond;
        private final Issuer issuer = Issuer.given();
        private final String run = Long.toHexString(System.nanoTime());
        private final AtomicInteger requests = new AtomicInteger();
        private final AtomicInteger placed = new AtomicInteger();
        private final AtomicInteger replayed = new AtomicInteger();
        private final Map<String, AtomicInteger> wrong = new ConcurrentHashMap<>();
        private final ConcurrentLinkedQueue<Long> micros = new ConcurrentLinkedQueue<>();
        private final AtomicLong slowest = new AtomicLong();
        private final Map<String, String> ordersWithTokens = new ConcurrentHashMap<>();
        private final Set<String> unsettled = ConcurrentHashMap.newKeySet();

        Load(String address, int seconds, int perSecond) {
            this.address = address;
            this.seconds = seconds;
            this.perSecond = perSecond;
        }

        boolean run() throws Exception {
            int checkouts = seconds * perSecond;
            long begunAt = System.nanoTime();
            CountDownLatch done = new CountDownLatch(checkouts);
            String token = "";
            try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
                for (int i = 0; i < checkouts; i++) {
                    if (i % ORDERS_PER_BUYER == 0) {
                        token = issuer.token("load-" + run + "-" + i, List.of("buyer"));
                    }
                    String buyer = token;
                    int checkout = i;
                    long due = begunAt + TimeUnit.SECONDS.toNanos(1) * i / perSecond;
                    long early = due - System.nanoTime();
                    if (early > 0) {
                        TimeUnit.NANOSECONDS.sleep(early);
                    }
                    threads.submit(
                            () -> {
                                try {
                                    checkout(buyer, checkout);
                                } finally {
                                    done.countDown();
                                }
                                return null;
                            });
                }
                done.await();
                int missing = missing();
                report(missing);
                return wrong.isEmpty() && missing == 0;
            }
        }

        private void checkout(String token, int checkout) throws InterruptedException {
            if (checkout % 4 == 3) {
                byKey(token);
                return;
            }
            String path = "/order-numbers?checkout=" + run + "-" + checkout;
            HttpResponse<String> issued = until(Set.of(200), "issue", "GET", path, token, Map.of(), "");
            Matcher matcher = issued == null ? null : NUMBER.matcher(issued.body());
            if (matcher == null || !matcher.find()) {
                return;
            }
            String body = basketUnder(matcher.group(1));
            place(token, Map.of(), body);
            replay(token, Map.of(), body);
        }

        private void byKey(String token) throws InterruptedException {
            Map<String, String> key = newKey();
            String body = basket();
            place(token, key, body);
            replay(token, key, body);
        }

        private void place(String token, Map<String, String> headers, String body) throws InterruptedException {
            // 200: the proxy repeated it, or this program did; it is the requested order, as its content matches.
            HttpResponse<String> answer = until(Set.of(201, 200), "place", "POST", "/orders", token, headers, body);
            if (answer != null) {
                placed.incrementAndGet();
                keep(answer, token);
            }
        }

        private void replay(String token, Map<String, String> headers, String body) throws InterruptedException {
            HttpResponse<String> answer = until(Set.of(200), "replay", "POST", "/orders", token, headers, body);
            if (answer != null) {
                replayed.incrementAndGet();
                keep(answer, token);
            }
        }

        private void keep(HttpResponse<String> answer, String token) {
            Matcher matcher = NUMBER.matcher(answer.body());
            if (matcher.find()) {
                ordersWithTokens.put(matcher.group(1), token);
            }
        }

        /** Sends once, and without a correct response again until there is one; null if there is none in time. */
        private HttpResponse<String> until(
                Set<Integer> right,
                String what,
                String method,
                String path,
                String token,
                Map<String, String> headers,
                String body)
                throws InterruptedException {
            for (int attempt = 0; attempt < 20; attempt++) {
                long begunAt = System.nanoTime();
                String seen;
                try {
                    HttpResponse<String> answer = send(address, method, path, token, headers, body);
                    requests.incrementAndGet();
                    long took = TimeUnit.NANOSECONDS.toMicros(System.nanoTime() - begunAt);
                    micros.add(took);
                    slowest.accumulateAndGet(took, Math::max);
                    if (right.contains(answer.statusCode())
                            || attempt > 0 && Set.of(200, 201).contains(answer.statusCode())) {
                        return answer;
                    }
                    seen = what + " " + answer.statusCode();
                } catch (IOException silence) {
                    requests.incrementAndGet();
                    seen = what + " " + silence;
                }
                wrong.computeIfAbsent(seen, same -> new AtomicInteger()).incrementAndGet();
                Thread.sleep(250);
            }
            unsettled.add(what);
            return null;
        }

        /** The number of orders that were answered with 201 or 200 and cannot be found. */
        private int missing() throws Exception {
            int missing = 0;
            for (Map.Entry<String, String> order : ordersWithTokens.entrySet()) {
                HttpResponse<String> found = find(order.getKey(), order.getValue());
                // The proxy limits the requests of one address; this asks for every order, one after the other.
                for (int i = 0; found.statusCode() == 429 && i < 60; i++) {
                    Thread.sleep(1000 * found.headers().firstValueAsLong("Retry-After").orElse(1));
                    found = find(order.getKey(), order.getValue());
                }
                if (found.statusCode() != 200) {
                    missing++;
                }
            }
            return missing;
        }

        private HttpResponse<String> find(String order, String token) throws IOException, InterruptedException {
            return send(address, "GET", "/orders/" + order, token, Map.of(), "");
        }

        private void report(int missing) {
            List<Long> sorted = new ArrayList<>(micros);
            Collections.sort(sorted);
            System.out.printf(
                    "%d requests, %d orders placed, %d repeats answered, %d of %d orders missing afterwards%n",
                    requests.get(), placed.get(), replayed.get(), missing, ordersWithTokens.size());
            if (!sorted.isEmpty()) {
                System.out.printf(
                        "latency: median %.1f ms, 99th percentile %.1f ms, longest %.0f ms%n",
                        sorted.get(sorted.size() / 2) / 1000.0,
                        sorted.get(sorted.size() * 99 / 100) / 1000.0,
                        slowest.get() / 1000.0);
            }
            System.out.printf(
                    "not answered as they should be: %s%s%n",
                    wrong.isEmpty() ? "none" : new TreeMap<>(wrong),
                    unsettled.isEmpty() ? "" : "; never answered: " + unsettled);
        }
    }

    // --- shared by all commands ----------------------------------------------------------------------------------------

    /** Signs tokens as the shop's issuer does (RS256). */
    private record Issuer(PrivateKey key, String issuer, String audience) {
        static Issuer given() {
            try {
                return of(Path.of(System.getenv("ISSUER_KEY")), System.getenv());
            } catch (IOException | GeneralSecurityException unusable) {
                throw new IllegalStateException("ISSUER_KEY is not a private key (PKCS #8, PEM)", unusable);
            }
        }

        private static Issuer of(Path file, Map<String, String> environment)
                throws IOException, GeneralSecurityException {
            String text = Files.readString(file).replaceAll("-----[A-Z ]+-----|\\s", "");
            PrivateKey key =
                    KeyFactory.getInstance("RSA")
                            .generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(text)));
            return new Issuer(key, environment.get("IDENTITY_ISSUER"), environment.get("IDENTITY_AUDIENCE"));
        }

        /** The given key, or a new one with every other secret that the service needs. */
        static Issuer givenOrMade(Map<String, String> environment) throws IOException, GeneralSecurityException {
            environment.putIfAbsent("IDENTITY_ISSUER", "https://issuer.example");
            environment.putIfAbsent("IDENTITY_AUDIENCE", "shop");
            if (environment.containsKey("ISSUER_KEY")) {
                return of(Path.of(environment.get("ISSUER_KEY")), environment);
            }
            KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(2048);
            KeyPair pair = generator.generateKeyPair();
            Path publicKey = Files.createTempFile("issuer", ".pem");
            Files.writeString(
                    publicKey,
                    "-----BEGIN PUBLIC KEY-----\n%s\n-----END PUBLIC KEY-----\n"
                            .formatted(Base64.getMimeEncoder().encodeToString(pair.getPublic().getEncoded())));
            environment.put("IDENTITY_KEYS", publicKey.toString());
            environment.put("NUMBERS_SIGNING_KEY", Base64.getEncoder().encodeToString(new byte[32]));
            environment.put("PAYMENTS_NOTIFICATION_SECRET", "of-this-run-only");
            return new Issuer(
                    pair.getPrivate(), environment.get("IDENTITY_ISSUER"), environment.get("IDENTITY_AUDIENCE"));
        }

        String token(String subject, List<String> roles) {
            long now = Instant.now().getEpochSecond();
            String header = encode("{\"alg\":\"RS256\",\"typ\":\"JWT\"}".getBytes(StandardCharsets.UTF_8));
            String claims =
                    "{\"iss\":\"%s\",\"aud\":\"%s\",\"sub\":\"%s\",\"groups\":[%s],\"iat\":%d,\"exp\":%d}"
                            .formatted(
                                    issuer,
                                    audience,
                                    subject,
                                    String.join(",", roles.stream().map(role -> '"' + role + '"').toList()),
                                    now,
                                    now + 3600);
            String signed = header + '.' + encode(claims.getBytes(StandardCharsets.UTF_8));
            try {
                Signature signature = Signature.getInstance("SHA256withRSA");
                signature.initSign(key);
                signature.update(signed.getBytes(StandardCharsets.US_ASCII));
                return signed + '.' + encode(signature.sign());
            } catch (GeneralSecurityException impossible) {
                throw new IllegalStateException(impossible);
            }
        }

        private static String encode(byte[] bytes) {
            return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
        }
    }

    private static HttpResponse<String> send(
            String address, String method, String path, String token, Map<String, String> headers, String body)
            throws IOException, InterruptedException {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(address + path))
                        .timeout(ANSWER_WITHIN)
                        .method(
                                method,
                                body.isEmpty()
                                        ? HttpRequest.BodyPublishers.noBody()
                                        : HttpRequest.BodyPublishers.ofString(body));
        if (!body.isEmpty()) {
            request.header("Content-Type", "application/json");
        }
        if (!token.isEmpty()) {
            request.header("Authorization", "Bearer " + token);
        }
        headers.forEach(request::header);
        return HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private static String basketUnder(String number) {
        return "{\"orderNumber\":\"" + number + "\"," + basketLike(number).substring(1);
    }

    /** No two have the same content: a possible duplicate would require a confirmation. */
    private static String basket() {
        return basketLike(UUID.randomUUID().toString());
    }

    private static String basketLike(String product) {
        return """
               {"currency":"EUR","total":4200,"lines":[{"productCode":"%s","name":"Tea","quantity":2,"unitPrice":2100}]}"""
                .formatted(product);
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}
