package dev.orderonce.campaign;

import dev.orderonce.packaged.Issuer;
import dev.orderonce.testkit.Provider;
import dev.orderonce.testkit.RedisNode;
import dev.orderonce.testkit.RedisSentinels;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Clients, HAProxy, two replicas, PostgreSQL with a synchronous standby, Redis with a replica and three Sentinels, a
 * payment provider and a receiver of webhooks; between any two of them edges that a fault can break.
 */
final class Topology implements AutoCloseable {
    static final int REPLICAS = 2;

    private static final Path PROXY = Path.of("docker", "haproxy.cfg").toAbsolutePath();
    private static final String SECRET = "campaign";
    private static final int KEY_BYTES = 32;
    private static final Duration BOUND = Duration.ofMinutes(2);

    /** Of a hundred requests to the provider so many have a fault. */
    private static final int BAD_PAYMENTS = 6;

    /** The formation of Sentinels has a bound of its own, which a busy machine may exceed. */
    private static final int FORMATIONS = 4;

    /** The settings of each replica that differ from the defaults, with their reasons. */
    private static final Map<String, String> SETTINGS = Map.ofEntries(
            Map.entry("DATABASE_USERNAME", "orders"),
            Map.entry("PAYMENTS_NOTIFICATION_SECRET", SECRET),
            Map.entry("QUARKUS_REDIS_CLIENT_TYPE", "sentinel"),
            Map.entry("QUARKUS_REDIS_MASTER_NAME", RedisSentinels.MASTER_NAME),
            // Shorter than in production, and longer than the proxy needs to notice it.
            Map.entry("QUARKUS_SHUTDOWN_DELAY", "3S"),
            // Clients order more than people do.
            Map.entry("LIMITS_NUMBERS_ISSUED", "1000000/1m"),
            Map.entry("LIMITS_NUMBERS_OUTSTANDING", "1000000/1m"),
            Map.entry("LIMITS_ORDERS_PLACED", "1000000/1m"),
            Map.entry("PAYMENTS_DECLINES_PER_ORDER_LIMIT", "1000000/10m"),
            Map.entry("PAYMENTS_DECLINES_PER_BUYER_LIMIT", "1000000/1h"),
            // Payments settle before the run ends.
            Map.entry("PAYMENTS_PROVIDER_TIMEOUT", "1s"),
            Map.entry("PAYMENTS_RESUME_DELAY", "4s"),
            Map.entry("PAYMENTS_RETRY_DELAY", "100ms"),
            Map.entry("JOBS_INTERVAL_RESUME_PAYMENTS", "1s"),
            // The receiver of webhooks is on this machine.
            Map.entry("WEBHOOKS_ALLOW_LOOPBACK", "true"),
            // The consumer reads everything, however far behind it is.
            Map.entry("EVENTS_STREAM_SIZE", "100000000"));

    private final Programs programs;
    private final Path directory;
    private final List<Replica> replicas = new ArrayList<>();
    private final Map<String, List<Link>> links = new HashMap<>();
    private final List<Path> mounted = new ArrayList<>();
    private final List<String> signingKeys = new ArrayList<>();
    private final Random random;
    private @Nullable PostgreSqlPair postgreSql;
    private @Nullable RedisSentinels redis;
    private @Nullable Provider provider;
    private @Nullable WebhookReceiver receiver;
    private @Nullable Process proxy;
    private int entrance;

    private Topology(Programs programs, Path directory, long seed) {
        this.programs = programs;
        this.directory = directory;
        this.random = new Random(seed);
    }

    /**
     * Starts everything and waits until an order could be placed.
     *
     * @param build the directory of the server build's archives
     * @param diskMiB the size of PostgreSQL's own file system, which can be filled; 0 for none of its own
     */
    static Topology start(Programs programs, Path directory, Path build, int diskMiB, long seed)
            throws IOException, SQLException {
        Topology topology = new Topology(programs, directory, seed);
        try {
            topology.form(build, diskMiB);
            return topology;
        } catch (IOException | SQLException | RuntimeException failure) {
            topology.close();
            throw failure;
        }
    }

    private void form(Path build, int diskMiB) throws IOException, SQLException {
        Files.createDirectories(disk());
        if (diskMiB > 0) {
            run("mount", "-t", "tmpfs", "-o", "size=%dm".formatted(diskMiB), "tmpfs", disk().toString());
            mounted.add(disk());
        }
        postgreSql = PostgreSqlPair.start(programs, disk());
        redis = RedisSentinels.start();
        provider = Provider.start(random.nextLong(), BAD_PAYMENTS, SECRET);
        receiver = new WebhookReceiver(random.nextLong());
        add("primary–standby", postgreSql().replication());
        Map<String, String> common = new HashMap<>(SETTINGS);
        common.putAll(Issuer.settings(directory));
        addSigningKey();
        common.put("NUMBERS_SIGNING_KEY", signingKeys.getLast());
        List<Edge> fronts = new ArrayList<>();
        for (int i = 1; i <= REPLICAS; i++) {
            Replica replica = new Replica(directory.resolve("replica-" + i), build, common);
            replicas.add(replica);
            replica.set(edges());
            Edge front = Edge.to(replica.port());
            Edge health = Edge.to(replica.managementPort());
            add("proxy–replica", front, health);
            fronts.addAll(List.of(front, health));
            replica.start();
            // The first one migrates.
            replica.awaitReady();
        }
        startProxy(fronts);
        createWebhook();
    }

    private void createWebhook() throws IOException {
        Edge toReceiver = Edge.to(receiver().port());
        add("replica–receiver", toReceiver);
        HttpRequest request = HttpRequest.newBuilder(address().resolve("/webhooks"))
                .header("Authorization", "Bearer " + Issuer.token("integration", Set.of("service")))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(new JsonObject()
                        .put("url", "http://127.0.0.1:%d/".formatted(toReceiver.port()))
                        .encode()))
                .build();
        try (HttpClient http = HttpClient.newHttpClient()) {
            HttpResponse<String> created = http.send(request, HttpResponse.BodyHandlers.ofString());
            if (created.statusCode() != 201) {
                throw new IOException("no webhook endpoint: " + created.body());
            }
            receiver().signedWith(new JsonObject(created.body()).getString("secret"));
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(interrupted);
        }
    }

    /** The edges of one replica, and the settings with which it uses them. */
    private Map<String, String> edges() {
        Edge toPostgreSql = Edge.to(postgreSql().port());
        add("replica–PostgreSQL", toPostgreSql);
        List<Edge> toRedis = new ArrayList<>();
        Map<String, String> ports = new HashMap<>();
        for (RedisNode node : redis().nodes()) {
            Edge edge = Edge.to(node.port());
            toRedis.add(edge);
            ports.put(Integer.toString(node.port()), Integer.toString(edge.port()));
        }
        List<String> sentinels = new ArrayList<>();
        for (RedisNode sentinel : redis().sentinels()) {
            Edge edge = Edge.to(sentinel.port(), ports);
            toRedis.add(edge);
            sentinels.add(sentinel.url().replace(":" + sentinel.port(), ":" + edge.port()));
        }
        add("replica–Redis", toRedis.toArray(Edge[]::new));
        Edge toProvider = Edge.to(URI.create(provider().url()).getPort());
        add("replica–provider", toProvider);
        return Map.of(
                "DATABASE_URL", "postgresql://127.0.0.1:%d/orders".formatted(toPostgreSql.port()),
                "QUARKUS_REDIS_HOSTS", String.join(",", sentinels),
                "PAYMENTS_PROVIDER_URL", "http://127.0.0.1:" + toProvider.port());
    }

    private void add(String name, Edge... edges) {
        links.computeIfAbsent(name, _ -> new ArrayList<>()).add(new Link(name, List.of(edges)));
    }

    private void startProxy(List<Edge> fronts) throws IOException {
        int port = Ports.free();
        ProcessBuilder builder = new ProcessBuilder(programs.haproxy().toString(), "-db", "-f", PROXY.toString())
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("haproxy.log").toFile());
        Map<String, String> environment = builder.environment();
        environment.put("HTTP_PORT", Integer.toString(port));
        environment.put("METRICS_PORT", Integer.toString(Ports.free()));
        for (int i = 1; i <= REPLICAS; i++) {
            environment.put("REPLICA_" + i, "127.0.0.1:" + fronts.get(2 * i - 2).port());
            environment.put(
                    "HEALTH_" + i, Integer.toString(fronts.get(2 * i - 1).port()));
        }
        // All clients have one address.
        environment.put("SOURCE_CONNECTIONS", "100000");
        environment.put("SOURCE_REQUESTS", "100000000");
        proxy = builder.start();
        Edge toProxy = Edge.to(port);
        add("clients–proxy", toProxy);
        entrance = toProxy.port();
        provider().notifies("http://127.0.0.1:" + port);
        awaitEntrance();
    }

    private void awaitEntrance() {
        HttpRequest request = HttpRequest.newBuilder(address().resolve("/problems"))
                .timeout(Duration.ofSeconds(5))
                .build();
        try (HttpClient http = HttpClient.newHttpClient()) {
            Awaitility.await("HAProxy; its log is " + directory.resolve("haproxy.log"))
                    .atMost(BOUND)
                    .ignoreExceptionsInstanceOf(IOException.class)
                    .until(() -> http.send(request, HttpResponse.BodyHandlers.discarding())
                                    .statusCode()
                            == 200);
        }
    }

    private void run(String... command) throws IOException {
        Path log = directory.resolve(command[0] + ".log");
        int exit = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start()
                .onExit()
                .join()
                .exitValue();
        if (exit != 0) {
            throw new IOException("%s failed: %s".formatted(String.join(" ", command), Files.readString(log)));
        }
    }

    private static <T> T started(@Nullable T part) {
        if (part == null) {
            throw new IllegalStateException("it is not started");
        }
        return part;
    }

    /** Where clients send their requests. */
    URI address() {
        return URI.create("http://127.0.0.1:" + entrance);
    }

    PostgreSqlPair postgreSql() {
        return started(postgreSql);
    }

    RedisSentinels redis() {
        return started(redis);
    }

    Provider provider() {
        return started(provider);
    }

    WebhookReceiver receiver() {
        return started(receiver);
    }

    List<Replica> replicas() {
        return replicas;
    }

    /** The directory of both servers of PostgreSQL. */
    Path disk() {
        return directory.resolve("postgresql");
    }

    boolean hasOwnDisk() {
        return !mounted.isEmpty();
    }

    /** The links of a name, one for each replica where replicas have their own. */
    List<Link> links(String name) {
        return links.getOrDefault(name, List.of());
    }

    /** The names of all links. */
    List<String> linkNames() {
        return links.keySet().stream().sorted().toList();
    }

    /** The address of PostgreSQL moves to the server that is the primary now. */
    void followPrimary() {
        links("replica–PostgreSQL")
                .forEach(link -> link.each(edge -> edge.moveTo(postgreSql().port())));
    }

    /** Makes a new signing key; returns it. */
    String addSigningKey() {
        byte[] key = new byte[KEY_BYTES];
        random.nextBytes(key);
        signingKeys.add(Base64.getEncoder().encodeToString(key));
        return signingKeys.getLast();
    }

    /** The two keys before the newest one: a replica may have three besides its own, and one of them is the next. */
    List<String> olderSigningKeys() {
        int newest = signingKeys.size() - 1;
        return List.copyOf(signingKeys.subList(Math.max(0, newest - 2), newest));
    }

    /** The library that moves the clock of a process, if this machine has it. */
    Optional<Path> clock() {
        return programs.clock();
    }

    /** Makes everything work again, and waits until it does. */
    void heal() throws IOException, SQLException {
        links.values().forEach(all -> all.forEach(link -> link.each(Edge::heal)));
        postgreSql().heal();
        followPrimary();
        for (int i = 1; ; i++) {
            try {
                redis().heal();
                break;
            } catch (ConditionTimeoutException slow) {
                if (i == FORMATIONS) {
                    throw slow;
                }
            }
        }
        replicas.forEach(Replica::heal);
    }

    @Override
    public void close() {
        replicas.forEach(Replica::close);
        if (proxy != null) {
            proxy.destroyForcibly().onExit().join();
        }
        links.values().forEach(all -> all.forEach(Link::close));
        Stream.of(
                        Optional.ofNullable(redis),
                        Optional.ofNullable(provider),
                        Optional.ofNullable(receiver),
                        Optional.ofNullable(postgreSql))
                .flatMap(Optional::stream)
                .forEach(Topology::closeQuietly);
        try {
            for (Path path : mounted) {
                run("umount", path.toString());
            }
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** The others are closed, too. */
    private static void closeQuietly(AutoCloseable part) {
        try {
            part.close();
        } catch (Exception failure) {
            System.err.println("not closed: " + failure);
        }
    }
}
