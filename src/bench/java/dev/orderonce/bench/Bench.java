package dev.orderonce.bench;

import dev.orderonce.embedded.Standalone;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.HdrHistogram.Histogram;

/**
 * Measures the packaged service and its alternatives, alternating, in one run.
 *
 * <p>Settings: {@code bench.seconds} of each measurement (5), {@code bench.rounds} (3; with 0 only what other settings
 * name is measured), {@code bench.warmup}, seconds that the warm-up may take (300), {@code bench.growth}, sizes of the
 * table to measure at (1000000), {@code bench.large}, orders of the large database to compare with an empty one, which
 * is then all that is measured (0), {@code bench.profile}, of {@code issue,place,replay} those to profile (none),
 * {@code bench.soak}, minutes of the mix (0), {@code bench.training}, orders of the training run for the AOT cache
 * (360), {@code bench.capacity}, rounds in which to measure what each request costs each component (0),
 * {@code bench.firstminutes}, seconds from a replica's start to observe it (0), and {@code bench.executable}, a native
 * executable to compare with the JVM (none).
 */
public final class Bench {
    private static final int CONNECTIONS = 256;

    /** Of each request, in turn. */
    private static final long WARM_UP_MILLIS = 1000;

    private static final long WARM_UP_SECONDS = Long.getLong("bench.warmup", 300);

    private static final long IDLE_MILLIS = 500;

    /** A minute. */
    private static final int MOST_IDLE_WAITS = 120;

    /** More tombstones and events than can be purged within one measurement. */
    private static final int TO_REMOVE = 100_000;

    private static final String DURING_REMOVAL = "place during housekeeping";
    private static final String WITHOUT_REMOVAL = "place without housekeeping";
    private static final long MILLIS = 1000 * Long.getLong("bench.seconds", 5);
    private static final int ROUNDS = Integer.getInteger("bench.rounds", 3);
    private static final String GROWTH = System.getProperty("bench.growth", "1000000");
    private static final long LARGE = Long.getLong("bench.large", 0);
    private static final String SERVICE_OPTIONS = System.getProperty("bench.service", "");
    private static final int SOAK_MINUTES = Integer.getInteger("bench.soak", 0);
    private static final String PROFILED = System.getProperty("bench.profile", "");
    private static final int CAPACITY = Integer.getInteger("bench.capacity", 0);
    private static final int FIRST_MINUTES = Integer.getInteger("bench.firstminutes", 0);
    private static final String EXECUTABLE = System.getProperty("bench.executable", "");

    private final Vertx vertx = Vertx.vertx();
    private final Report report = new Report();
    private final Standalone stores;
    private final Service.Packaged packaged;
    private final Service service;
    private final ProcessHandle postgreSql;
    private final ProcessHandle redis;
    private final ProcessorTime compiling;
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
        Files.deleteIfExists(directory.resolve("service.log"));
        postgreSql = ProcessHandle.of(
                        Long.parseLong(Files.readAllLines(directory.resolve("stores/postgresql/postmaster.pid"))
                                .getFirst()))
                .orElseThrow();
        redis = ProcessHandle.current()
                .children()
                .filter(child -> child.info().command().orElse("").contains("redis"))
                .findFirst()
                .orElseThrow();
        packaged = Service.Packaged.onJvm(directory, options(), settings());
        service = packaged.start();
        service.awaitReady();
        compiling = new ProcessorTime(service.process());
        load = new HttpLoad(vertx, service.port());
        String token = service.signIn("bench-buyer");
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
        if (LARGE > 0) {
            growth(directory);
            return;
        }
        Bench bench = new Bench(directory);
        try {
            bench.run();
        } finally {
            bench.stop();
        }
    }

    private static void growth(Path directory) throws Exception {
        Vertx vertx = Vertx.vertx();
        Report report = new Report();
        report.fact("machine", machine());
        new Growth(vertx, directory, options(), report, LARGE, ROUNDS, MILLIS).measure();
        report.print();
        vertx.close();
    }

    private void run() throws Exception {
        report.fact("machine", machine());
        report.fact("resident memory idle, MiB", service.residentMiB());
        if (ROUNDS > 0 || !PROFILED.isEmpty()) {
            warmUp();
        }
        for (int i = 1; i <= ROUNDS; i++) {
            System.out.printf("round %d of %d%n", i, ROUNDS);
            round();
        }
        long residentMiB = service.residentMiB();
        if (ROUNDS > 0) {
            report.fact("resident memory under load, MiB", residentMiB);
            ratios();
            latency();
            report.atMost("resident memory under load, MiB", (double) residentMiB, 320);
            housekeeping();
            growth();
        }
        profiles();
        soak();
        if (CAPACITY > 0) {
            new Capacity(this, service, load, postgreSql, redis, report).measure(CAPACITY, MILLIS);
        }
        service.close();
        if (ROUNDS > 0) {
            new Starts(packaged).measure(report);
        }
        if (FIRST_MINUTES > 0) {
            new FirstMinutes(vertx, packaged, report, FIRST_MINUTES).measure();
        }
        if (!EXECUTABLE.isEmpty()) {
            new Packagings(vertx, Path.of(EXECUTABLE), options(), settings(), report, ROUNDS, MILLIS).measure();
        }
        report.print();
        report.write(directory);
    }

    /**
     * Until the JIT compilers of the service and of the load generator are quiet: until their threads need less than 2
     * % of the processor time of either while every request is sent in turn.
     */
    private void warmUp() throws Exception {
        System.out.println("warming up");
        long begun = System.nanoTime();
        List<ProcessorTime> both =
                List.of(new ProcessorTime(service.process()), new ProcessorTime(ProcessHandle.current()));
        double share;
        long seconds;
        do {
            deleteNumbers();
            ProcessorTime.compilerShare(both);
            inserts.byDriver(WARM_UP_MILLIS);
            sets.perSecond(WARM_UP_MILLIS);
            requests((what, script) -> load.closedLoop(scripts(script), WARM_UP_MILLIS));
            share = ProcessorTime.compilerShare(both);
            seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begun);
            System.out.printf(
                    Locale.ROOT, "after %d s: %.1f %% of the processor time is compilation%n", seconds, 100 * share);
        } while (share >= ProcessorTime.QUIET && seconds < WARM_UP_SECONDS);
        report.fact(
                "warm-up",
                String.format(
                        Locale.ROOT,
                        "%d s; compilation was then %.1f %% of the processor time of the service or of the load%s",
                        seconds,
                        100 * share,
                        share < ProcessorTime.QUIET ? "" : ", not yet below 2 %"));
    }

    private void round() throws Exception {
        deleteNumbers();
        report.add("bare INSERT, same driver", inserts.byDriver(MILLIS));
        double pgbench = inserts.byPgbench(MILLIS, directory);
        if (pgbench > 0) {
            report.add("bare INSERT, pgbench", pgbench);
        }
        report.add("bare SET NX EX", sets.perSecond(MILLIS));
        requests(this::closed);
    }

    /** Measures or warms up one kind of request. */
    private interface Measured {
        void of(String what, Supplier<HttpLoad.Script> script) throws InterruptedException;
    }

    private void requests(Measured measured) throws InterruptedException {
        Queue<String> issued = new ConcurrentLinkedQueue<>();
        Queue<String> obvious = new ConcurrentLinkedQueue<>();
        Queue<String> placed = new ConcurrentLinkedQueue<>();
        measured.of("do nothing", requests::pings);
        measured.of("do nothing, signed in", requests::nothings);
        measured.of("issue", () -> requests.issues(issued));
        for (int i = issued.size() / 4; i > 0; i--) {
            obvious.add(issued.remove());
        }
        measured.of("obvious place", () -> requests.places("/obvious/orders", obvious, null));
        measured.of("place", () -> requests.places("/orders", issued, placed));
        measured.of("place by key", requests::keys);
        measured.of("replay", () -> requests.replays(placed));
        measured.of("checkout mix", requests::checkouts);
    }

    /**
     * A round begins with an empty cache. With the numbers of all earlier rounds in it, tens of millions, Redis would
     * be rewriting its file most of the time, on one of two cores; no shop's two hours of numbers come to that.
     */
    void deleteNumbers() throws IOException, InterruptedException {
        redis("FLUSHALL");
        redis("BGREWRITEAOF");
        for (int i = 0; !redis("INFO persistence").contains("aof_rewrite_in_progress:0"); i++) {
            if (i == 600) { // a minute, for a file with nothing in it
                throw new IllegalStateException("Redis does not end rewriting its file");
            }
            Thread.sleep(100);
        }
    }

    String redis(String command) throws IOException {
        try (Socket socket =
                new Socket(InetAddress.getLoopbackAddress(), stores.redis().port())) {
            socket.getOutputStream()
                    .write("AUTH %s\r\n%s\r\nQUIT\r\n"
                            .formatted(stores.redis().password(), command)
                            .getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        }
    }

    private void closed(String what, Supplier<HttpLoad.Script> script) throws InterruptedException {
        awaitIdle();
        measure(what, script);
    }

    /** The throughput of a request in a closed loop, with its processor time per process. */
    private void measure(String what, Supplier<HttpLoad.Script> script) {
        long[] before = processorMicros();
        compiling.compilerShare();
        HttpLoad.Result result = load.closedLoop(scripts(script), MILLIS);
        long[] after = processorMicros();
        if (result.failures() > 0) {
            throw new IllegalStateException(result.failures() + " of " + result.answers() + " requests were refused");
        }
        report.add(what, result.perSecond());
        report.cost(
                what,
                new Report.Cost(
                        (double) (after[0] - before[0]) / result.answers(),
                        (double) (after[1] - before[1]) / result.answers(),
                        (double) (after[2] - before[2]) / result.answers(),
                        compiling.compilerShare()));
    }

    /** Of the service, of Redis and of PostgreSQL. */
    private long[] processorMicros() {
        return Stream.of(service.process(), redis, postgreSql)
                .mapToLong(ProcessorTime::micros)
                .toArray();
    }

    /**
     * Until the service and its stores have finished what the last requests left to be done, above all the publication
     * of their events: until they use less than a tenth of a core.
     */
    void awaitIdle() throws InterruptedException {
        long before = LongStream.of(processorMicros()).sum();
        for (int i = 0; i < MOST_IDLE_WAITS; i++) {
            Thread.sleep(IDLE_MILLIS);
            long now = LongStream.of(processorMicros()).sum();
            if (now - before < 100 * IDLE_MILLIS) {
                return;
            }
            before = now;
        }
        System.out.println("  the service and its stores are still at work after a minute");
    }

    private static List<HttpLoad.Script> scripts(Supplier<HttpLoad.Script> script) {
        return Stream.generate(script).limit(CONNECTIONS).toList();
    }

    /**
     * The mix at fixed rates, in an open loop, each rate several times; and at half its top rate requests that do
     * nothing, whose latency is that of the machine. The run with the median p99 is reported.
     */
    private void latency() throws IOException, InterruptedException {
        double top = report.median("checkout mix");
        openLoop("mix, open loop at 25 % of its top rate", requests::checkouts, 0.25 * top);
        double half = 0.5 * top;
        double nothing = openLoop("do nothing, open loop at the same rate as the next", requests::pings, half);
        double worst = openLoop("mix, open loop at 50 % of its top rate", requests::checkouts, half);
        report.atMost("p99 of the mix at half its top rate, worst run, ms", worst, 10);
        report.fact("p99 of doing nothing at that rate, worst run, ms", String.format(Locale.ROOT, "%.2f", nothing));
        openLoop("mix, open loop at 75 % of its top rate", requests::checkouts, 0.75 * top);
    }

    /** @return the p99 of the worst run in milliseconds */
    private double openLoop(String what, Supplier<HttpLoad.Script> script, double perSecond)
            throws IOException, InterruptedException {
        deleteNumbers();
        List<Histogram> runs = new ArrayList<>();
        for (int i = 0; i < ROUNDS; i++) {
            runs.add(load.openLoop(scripts(script), 2 * MILLIS, perSecond).micros());
        }
        runs.sort(Comparator.comparing(run -> run.getValueAtPercentile(99)));
        Histogram median = runs.get(runs.size() / 2);
        double p50 = millis(median, 50);
        double p99 = millis(median, 99);
        report.fact(
                what,
                String.format(
                        Locale.ROOT,
                        "%,.0f/s  p50 %.2f ms  p99 %.2f ms (%.1f x p50; runs: %s)  p99.9 %.2f ms  max %.1f ms",
                        perSecond,
                        p50,
                        p99,
                        p99 / p50,
                        runs.stream()
                                .map(run -> String.format(Locale.ROOT, "%.2f", millis(run, 99)))
                                .collect(Collectors.joining(", ")),
                        millis(median, 99.9),
                        millis(median, 100)));
        return millis(runs.getLast(), 99);
    }

    private static double millis(Histogram micros, double percentile) {
        return micros.getValueAtPercentile(percentile) / 1000.0;
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
                closed("issue" + at, () -> requests.issues(issued));
                closed("place" + at, () -> requests.places("/orders", issued, placed));
                closed("replay" + at, () -> requests.replays(placed));
            }
            report.ratio(String.format(Locale.ROOT, "place at %,d orders", orders), "place", 0.95);
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
            load.closedLoop(scripts(() -> requests.issues(issued)), MILLIS);
            Queue<String> half = new ConcurrentLinkedQueue<>();
            for (int n = issued.size() / 2; n > 0; n--) {
                half.add(issued.remove());
            }
            closed(WITHOUT_REMOVAL, () -> requests.places("/orders", half, null));
            awaitIdle();
            sql("""
                    INSERT INTO orders (number, buyer, state, decided_at, void_reason)
                    SELECT '00Z' || lpad(to_hex(n), 15, '0'), 'buyer-' || n, 'VOIDED', timestamptz '2026-01-01', 'EXPIRED'
                    FROM generate_series(1, %d) AS n ON CONFLICT DO NOTHING
                    """.formatted(TO_REMOVE), """
                    INSERT INTO order_events (id, number, buyer, sequence, kind, at)
                    SELECT -n, '00Z' || lpad(to_hex(n), 15, '0'), 'buyer-' || n, 1, 'PLACED', timestamptz '2026-01-01'
                    FROM generate_series(1, %d) AS n ON CONFLICT DO NOTHING
                    """.formatted(TO_REMOVE));
            checkpoint();
            long before = left();
            measure(DURING_REMOVAL, () -> requests.places("/orders", issued, null));
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
        report.ratio(DURING_REMOVAL, WITHOUT_REMOVAL, 0.95);
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
    void fill(long orders) throws SQLException, IOException {
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
                    String.format(Locale.ROOT, "%,.0f/s, resident %d MiB", perSecond, service.residentMiB()));
        }
    }

    /** An extra measurement of each named request, with a profiler. */
    private void profiles() throws Exception {
        for (String what : PROFILED.isEmpty() ? new String[0] : PROFILED.split(",", -1)) {
            deleteNumbers();
            Queue<String> issued = new ConcurrentLinkedQueue<>();
            Queue<String> placed = new ConcurrentLinkedQueue<>();
            if (!what.equals("issue")) {
                load.closedLoop(scripts(() -> requests.issues(issued)), MILLIS);
            }
            if (what.equals("replay")) {
                load.closedLoop(scripts(() -> requests.places("/orders", issued, placed)), MILLIS);
            }
            Supplier<HttpLoad.Script> script = switch (what) {
                case "issue" -> () -> requests.issues(null);
                case "place" -> () -> requests.places("/orders", issued, null);
                case "replay" -> () -> requests.replays(placed);
                default -> throw new IllegalArgumentException("cannot profile " + what);
            };
            awaitIdle();
            Profile.of(what, service.process(), () -> load.closedLoop(scripts(script), MILLIS), directory, report);
        }
    }

    private void ratios() {
        report.ratio("place", "bare INSERT, pgbench", 1.5);
        report.ratio("place", "bare INSERT, same driver", 1.0);
        report.ratio("place", "obvious place", 3.0);
        report.ratio("issue", "do nothing", 0.65);
        report.ratio("issue", "do nothing, signed in", 0.85);
        report.ratio("replay", "place", 1.6);
        report.ratio("place by key", "place", 0.85);
    }

    /** Of every process of the service. */
    private Map<String, String> settings() {
        Map<String, String> settings = new HashMap<>(stores.settings());
        // Only the case that measures purging inserts rows to purge.
        settings.put("events.ttl", "1h");
        settings.put("jobs.interval.purge-events", "1s");
        settings.put("jobs.interval.purge-tombstones", "1s");
        // All requests belong to one buyer. The limits are checked, and never reached.
        for (String limit : List.of("numbers-issued", "numbers-outstanding", "orders-placed")) {
            settings.put("limits." + limit, "100000000/1m");
        }
        if (CAPACITY > 0) {
            // Verifying a token is measured by itself.
            settings.put("identity.token-cache-ttl", "1h");
        }
        return settings;
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

    void sql(String... statements) throws SQLException {
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    /** The role of the service is not allowed to do this. */
    void checkpoint() throws SQLException, IOException {
        Path password = directory.resolve("stores/postgresql-superuser.password");
        try (Connection connection = DriverManager.getConnection(
                        "jdbc:" + stores.postgreSql().url(), "postgres", Files.readString(password));
                Statement statement = connection.createStatement()) {
            statement.execute("CHECKPOINT");
        }
    }

    Connection connect() throws SQLException {
        return DriverManager.getConnection(
                "jdbc:" + stores.postgreSql().url(),
                stores.postgreSql().username(),
                stores.postgreSql().password());
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
        service.close();
        stores.close();
        vertx.close();
    }
}
