package dev.orderonce.bench;

import dev.orderonce.embedded.Standalone;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.HdrHistogram.Histogram;

/**
 * Measures the packaged service and its alternatives, alternating, in one run.
 *
 * <p>Settings: {@code bench.seconds} of each measurement (5), {@code bench.rounds} (3), {@code bench.growth}, sizes of
 * the table to measure at (1000000), {@code bench.soak}, minutes of the mix at the end (0).
 */
public final class Bench {
    private static final int CONNECTIONS = 256;
    private static final int STARTS = 5;

    /** More tombstones and events than can be purged within one measurement. */
    private static final int TO_REMOVE = 100_000;

    private static final String DURING_REMOVAL = "place during housekeeping";
    private static final String WITHOUT_REMOVAL = "place without housekeeping";
    private static final long MILLIS = 1000 * Long.getLong("bench.seconds", 5);
    private static final int ROUNDS = Integer.getInteger("bench.rounds", 3);
    private static final String GROWTH = System.getProperty("bench.growth", "1000000");
    private static final String SERVICE_OPTIONS = System.getProperty("bench.service", "");
    private static final int SOAK_MINUTES = Integer.getInteger("bench.soak", 0);

    private final Vertx vertx = Vertx.vertx();
    private final Report report = new Report();
    private final Standalone stores;
    private final Process service;
    private final ProcessHandle redis;
    private final HttpLoad load;
    private final Requests requests;
    private final BareInserts inserts;
    private final BareSets sets;
    private final Path directory;

    private Bench(Path directory) throws IOException, InterruptedException, SQLException {
        this.directory = directory;
        // "At none" means none: rows that an earlier run left would distort the figures.
        delete(directory.resolve("stores"));
        stores = Standalone.start(new SmallRyeConfigBuilder().build(), directory.resolve("stores"));
        int port = freePort();
        redis = ProcessHandle.current()
                .children()
                .filter(child -> child.info().command().orElse("").contains("redis"))
                .findFirst()
                .orElseThrow();
        service = launch(port);
        String token = signIn(port);
        load = new HttpLoad(vertx, port);
        requests = new Requests(token);
        inserts = new BareInserts(vertx, stores.postgreSql());
        sets = new BareSets(vertx, stores.redis());
        sql(
                "CREATE SEQUENCE IF NOT EXISTS bench_numbers START 100000000000000000",
                // The obvious order has the same columns and indexes; text for json, as Hibernate
                // would write it.
                "CREATE TABLE IF NOT EXISTS obvious_orders (number text COLLATE \"C\" PRIMARY KEY, buyer text, state text,"
                        + " decided_at timestamptz, currency text, total bigint, lines text, acknowledgements text)",
                "CREATE INDEX IF NOT EXISTS obvious_orders_of_buyer ON obvious_orders (buyer, decided_at DESC, number DESC)");
    }

    private static void delete(Path directory) throws IOException {
        if (Files.exists(directory)) {
            try (Stream<Path> files = Files.walk(directory)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }

    public static void main(String... arguments) throws Exception {
        Path directory = Path.of(arguments[0]).toAbsolutePath();
        Bench bench = new Bench(directory);
        try {
            bench.run();
        } finally {
            bench.stop();
        }
    }

    private void run() throws Exception {
        report.fact("machine", machine());
        report.fact("resident memory idle, MiB", residentMiB());
        System.out.println("warming up");
        Report warmUp = new Report();
        for (int i = 0; i < 2; i++) {
            round(warmUp);
        }
        for (int i = 1; i <= ROUNDS; i++) {
            System.out.printf("round %d of %d%n", i, ROUNDS);
            round(report);
        }
        report.fact("resident memory under load, MiB", residentMiB());
        latency();
        housekeeping();
        growth();
        soak();
        starts();
        ratios();
        report.print();
        report.write(directory);
    }

    private void round(Report to) throws Exception {
        deleteNumbers();
        Queue<String> issued = new ConcurrentLinkedQueue<>();
        Queue<String> obvious = new ConcurrentLinkedQueue<>();
        Queue<String> placed = new ConcurrentLinkedQueue<>();
        to.add("bare INSERT, same driver", inserts.byDriver(MILLIS));
        double pgbench = inserts.byPgbench(MILLIS, directory);
        if (pgbench > 0) {
            to.add("bare INSERT, pgbench", pgbench);
        }
        to.add("bare SET NX EX", sets.perSecond(MILLIS));
        closed(to, "do nothing", requests::pings);
        closed(to, "do nothing, signed in", requests::nothings);
        closed(to, "issue", () -> requests.issues(issued));
        for (int i = issued.size() / 4; i > 0; i--) {
            obvious.add(issued.remove());
        }
        closed(to, "obvious place", () -> requests.places("/obvious/orders", obvious, null));
        closed(to, "place", () -> requests.places("/orders", issued, placed));
        closed(to, "place by key", requests::keys);
        closed(to, "replay", () -> requests.replays(placed));
        closed(to, "checkout mix", requests::checkouts);
    }

    /**
     * A round begins with an empty cache. With the numbers of all earlier rounds in it, tens of millions, Redis would
     * be rewriting its file most of the time, on one of two cores; no shop's two hours of numbers come to that.
     */
    private void deleteNumbers() throws IOException, InterruptedException {
        redis("FLUSHALL");
        redis("BGREWRITEAOF");
        for (int i = 0; !redis("INFO persistence").contains("aof_rewrite_in_progress:0"); i++) {
            if (i == 600) { // a minute, for a file with nothing in it
                throw new IllegalStateException("Redis does not end rewriting its file");
            }
            Thread.sleep(100);
        }
    }

    private String redis(String command) throws IOException {
        try (Socket socket =
                new Socket(InetAddress.getLoopbackAddress(), stores.redis().port())) {
            socket.getOutputStream()
                    .write("AUTH %s\r\n%s\r\nQUIT\r\n"
                            .formatted(stores.redis().password(), command)
                            .getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        }
    }

    /** The throughput of each request in a closed loop, with its processor time per process. */
    private void closed(Report to, String what, Supplier<HttpLoad.Script> script) {
        long serviceBefore = processorMicros(service.toHandle());
        long redisBefore = processorMicros(redis);
        HttpLoad.Result result = load.closedLoop(scripts(script), MILLIS);
        if (result.failures() > 0) {
            throw new IllegalStateException(result.failures() + " of " + result.answers() + " requests were refused");
        }
        to.add(what, result.perSecond());
        to.cost(
                what,
                (double) (processorMicros(service.toHandle()) - serviceBefore) / result.answers(),
                (double) (processorMicros(redis) - redisBefore) / result.answers());
    }

    private static long processorMicros(ProcessHandle process) {
        return process.info().totalCpuDuration().orElse(Duration.ZERO).toNanos() / 1000;
    }

    private static List<HttpLoad.Script> scripts(Supplier<HttpLoad.Script> script) {
        return Stream.generate(script).limit(CONNECTIONS).toList();
    }

    /** The mix at fixed rates, in an open loop; each rate several times; the median is reported. */
    private void latency() throws IOException, InterruptedException {
        double top = report.median("checkout mix");
        for (double share : new double[] {0.25, 0.5, 0.75}) {
            deleteNumbers();
            List<Histogram> runs = new ArrayList<>();
            for (int i = 0; i < ROUNDS; i++) {
                HttpLoad.Result result = load.openLoop(scripts(requests::checkouts), 2 * MILLIS, share * top);
                runs.add(result.micros());
            }
            runs.sort(Comparator.comparing(run -> run.getValueAtPercentile(99)));
            Histogram micros = runs.get(runs.size() / 2);
            double p50 = micros.getValueAtPercentile(50) / 1000.0;
            double p99 = micros.getValueAtPercentile(99) / 1000.0;
            report.fact(
                    "mix, open loop at %.0f %% of its top rate".formatted(100 * share),
                    String.format(
                            Locale.ROOT,
                            "%,.0f/s  p50 %.2f ms  p99 %.2f ms (%.1f x p50; runs: %s)  p99.9 %.2f ms  max %.1f ms",
                            share * top,
                            p50,
                            p99,
                            p99 / p50,
                            runs.stream()
                                    .map(run ->
                                            String.format(Locale.ROOT, "%.2f", run.getValueAtPercentile(99) / 1000.0))
                                    .collect(Collectors.joining(", ")),
                            micros.getValueAtPercentile(99.9) / 1000.0,
                            micros.getMaxValue() / 1000.0));
        }
    }

    /** The same figures with a growing number of orders in the table. */
    private void growth() throws Exception {
        for (String size : GROWTH.isEmpty() ? new String[0] : GROWTH.split(",", -1)) {
            long orders = Long.parseLong(size.strip());
            System.out.printf("filling up to %,d orders%n", orders);
            fill(orders);
            deleteNumbers();
            // Measured in the same minutes as the figures at none, so that the machine's own
            // variation is the same.
            for (int i = 0; i < ROUNDS; i++) {
                Queue<String> issued = new ConcurrentLinkedQueue<>();
                Queue<String> placed = new ConcurrentLinkedQueue<>();
                String at = String.format(Locale.ROOT, " at %,d orders", orders);
                closed(report, "issue" + at, () -> requests.issues(issued));
                closed(report, "place" + at, () -> requests.places("/orders", issued, placed));
                closed(report, "replay" + at, () -> requests.replays(placed));
            }
        }
    }

    /**
     * Placing while expired tombstones and events are purged, and without; each run begins with more to purge than can
     * be purged in that time.
     */
    private void housekeeping() throws Exception {
        for (int i = 0; i < ROUNDS; i++) {
            deleteNumbers();
            Queue<String> issued = new ConcurrentLinkedQueue<>();
            closed(new Report(), "issue", () -> requests.issues(issued));
            Queue<String> half = new ConcurrentLinkedQueue<>();
            for (int n = issued.size() / 2; n > 0; n--) {
                half.add(issued.remove());
            }
            closed(report, WITHOUT_REMOVAL, () -> requests.places("/orders", half, null));
            sql("""
                    INSERT INTO orders (number, buyer, state, decided_at, void_reason)
                    SELECT '00Z' || lpad(to_hex(n), 15, '0'), 'buyer-' || n, 'VOIDED', timestamptz '2026-01-01', 'EXPIRED'
                    FROM generate_series(1, %d) AS n ON CONFLICT DO NOTHING
                    """.formatted(TO_REMOVE), """
                    INSERT INTO order_events (id, number, buyer, sequence, kind, at) OVERRIDING SYSTEM VALUE
                    SELECT -n, '00Z' || lpad(to_hex(n), 15, '0'), 'buyer-' || n, 1, 'PLACED', timestamptz '2026-01-01'
                    FROM generate_series(1, %d) AS n ON CONFLICT DO NOTHING
                    """.formatted(TO_REMOVE));
            checkpoint();
            long before = left();
            closed(report, DURING_REMOVAL, () -> requests.places("/orders", issued, null));
            long after = left();
            if (before == after || after == 0) {
                throw new IllegalStateException(
                        "not removed all the while: %d rows at first, %d in the end".formatted(before, after));
            }
            report.add("rows removed meanwhile", (before - after) * 1000.0 / MILLIS);
            sql(
                    "DELETE FROM orders WHERE number BETWEEN '00Z' AND '00ZZ'",
                    "DELETE FROM order_events WHERE id < 0",
                    "VACUUM orders",
                    "VACUUM order_events");
            checkpoint();
        }
    }

    private long left() throws SQLException {
        try (Connection connection = connect();
                Statement statement = connection.createStatement();
                ResultSet counted = statement.executeQuery("SELECT (SELECT count(*) FROM orders WHERE state = 'VOIDED')"
                        + " + (SELECT count(*) FROM order_events WHERE id < 0)")) {
            counted.next();
            return counted.getLong(1);
        }
    }

    /** Old orders of many buyers: their numbers sort before all that are issued now. */
    private void fill(long orders) throws SQLException, IOException {
        sql("""
                INSERT INTO orders (number, buyer, state, decided_at, currency, total, lines, acknowledgements, fingerprint)
                SELECT '00' || lpad(to_hex(i), 16, '0'), 'buyer-' || (i * 7919) %% 1000003, 'CREATED',
                       timestamptz '2026-01-01' + i * interval '1 second', 'EUR', 4200,
                       '[{"productCode":"tea-1","name":"Green tea","quantity":2,"unitPrice":2100}]', '[]',
                       decode(md5(i::text), 'hex')
                FROM generate_series((SELECT count(*) FROM orders WHERE number < '01') + 1, %d) AS i
                ON CONFLICT DO NOTHING
                """.formatted(orders), "VACUUM ANALYZE orders");
        checkpoint();
    }

    private void soak() throws IOException {
        for (int minute = 1; minute <= SOAK_MINUTES; minute++) {
            double perSecond =
                    load.closedLoop(scripts(requests::checkouts), 60_000).perSecond();
            report.fact(
                    "soak, minute " + minute,
                    String.format(Locale.ROOT, "%,.0f/s, resident %d MiB", perSecond, residentMiB()));
        }
    }

    private void ratios() {
        report.ratio("place", "bare INSERT, same driver", 1.0);
        report.ratio("place", "bare INSERT, pgbench", 1.0);
        report.ratio("place", "obvious place", 3.0);
        report.ratio("place by key", "place", 1 / 1.3);
        report.ratio("issue", "do nothing", 0.7);
        report.ratio("issue", "do nothing, signed in", 0.7);
        report.ratio("replay", "place", 1.2);
        report.ratio(DURING_REMOVAL, WITHOUT_REMOVAL, 0.95);
        for (String size : GROWTH.isEmpty() ? new String[0] : GROWTH.split(",", -1)) {
            report.ratio(String.format(Locale.ROOT, "place at %,d orders", Long.parseLong(size.strip())), "place", 0.9);
        }
    }

    /** Alternating, while the other one is idle; the median of each. */
    private void starts() throws IOException, InterruptedException {
        Starts starts = new Starts(directory, options(), stores.settings());
        Path cache = directory.resolve("order-once.aot");
        starts.train(cache);
        List<Starts.Start> without = new ArrayList<>();
        List<Starts.Start> with = new ArrayList<>();
        for (int i = 0; i < STARTS; i++) {
            without.add(starts.measure("-XX:AOTMode=off"));
            with.add(starts.measure("-XX:AOTCache=" + cache));
        }
        Starts.Start plain = median(without);
        Starts.Start cached = median(with);
        report.fact(
                "start to first order",
                String.format(
                        Locale.ROOT,
                        "%.0f ms and %d MiB; with an AOT cache %.0f ms and %d MiB: %.2f of the time (target 0.60)",
                        plain.millis(),
                        plain.residentMiB(),
                        cached.millis(),
                        cached.residentMiB(),
                        cached.millis() / plain.millis()));
    }

    private static Starts.Start median(List<Starts.Start> starts) {
        return starts.stream()
                .sorted(Comparator.comparingDouble(Starts.Start::millis))
                .skip(starts.size() / 2)
                .findFirst()
                .orElseThrow();
    }

    /** Options of the JVM of every measured service. */
    private static List<String> options() {
        List<String> options = new ArrayList<>();
        options.add("-Xmx256m");
        Stream.of(SERVICE_OPTIONS.split(" ", -1))
                .filter(option -> !option.isBlank())
                .forEach(options::add);
        return options;
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    private Process launch(int port) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options());
        stores.settings().forEach((name, value) -> command.add("-D" + name + "=" + value));
        command.add("-Dquarkus.http.port=" + port);
        int managementPort = freePort();
        command.add("-Dquarkus.management.port=" + managementPort);
        // Only the case that measures purging inserts rows to purge.
        command.add("-Devents.ttl=1h");
        command.add("-Djobs.interval.purge-events=1s");
        command.add("-Djobs.interval.purge-tombstones=1s");
        // All requests belong to one buyer. The limits are checked, and never reached.
        for (String limit : List.of("numbers-issued", "numbers-outstanding", "orders-placed")) {
            command.add("-Dlimits." + limit + "=100000000/1m");
        }
        command.add("-jar");
        command.add(directory.resolve("quarkus-app/quarkus-run.jar").toString());
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("service.log").toFile())
                .start();
        HttpClient http = HttpClient.newHttpClient();
        HttpRequest ready = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + managementPort + "/q/health/ready"))
                .build();
        for (int i = 0; i < 300; i++) {
            try {
                if (http.send(ready, HttpResponse.BodyHandlers.discarding()).statusCode() == 200) {
                    return process;
                }
            } catch (IOException notYet) {
                // it is still starting
            }
            Thread.sleep(100);
        }
        throw new IllegalStateException("the service did not start; its log is in " + directory);
    }

    private static String signIn(int port) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/demo/sign-in"))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString("{\"subject\":\"bench-buyer\"}"))
                .build();
        String body = HttpClient.newHttpClient()
                .send(request, HttpResponse.BodyHandlers.ofString())
                .body();
        return new JsonObject(body).getString("token");
    }

    private void sql(String... statements) throws SQLException {
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    /** The role of the service is not allowed to do this. */
    private void checkpoint() throws SQLException, IOException {
        Path password = directory.resolve("stores/postgresql-superuser.password");
        try (Connection connection = DriverManager.getConnection(
                        "jdbc:" + stores.postgreSql().url(), "postgres", Files.readString(password));
                Statement statement = connection.createStatement()) {
            statement.execute("CHECKPOINT");
        }
    }

    private Connection connect() throws SQLException {
        return DriverManager.getConnection(
                "jdbc:" + stores.postgreSql().url(),
                stores.postgreSql().username(),
                stores.postgreSql().password());
    }

    /** Resident memory of the service, where the system reports it; −1 elsewhere. */
    private long residentMiB() throws IOException {
        return residentMiB(service);
    }

    static long residentMiB(Process process) throws IOException {
        Path status = Path.of("/proc", Long.toString(process.pid()), "status");
        if (!Files.exists(status)) {
            return -1;
        }
        return Files.readAllLines(status).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) / 1024)
                .findFirst()
                .orElse(-1);
    }

    private static String machine() {
        return "%d cores, %s %s, Java %s"
                .formatted(
                        Runtime.getRuntime().availableProcessors(),
                        System.getProperty("os.name"),
                        System.getProperty("os.arch"),
                        System.getProperty("java.version"));
    }

    private void stop() throws InterruptedException {
        load.close();
        service.destroy();
        service.waitFor();
        stores.close();
        vertx.close();
    }
}
