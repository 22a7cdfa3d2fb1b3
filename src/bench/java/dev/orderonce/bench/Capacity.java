package dev.orderonce.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * What one request costs the service, PostgreSQL and Redis: processor time, statements, bytes written, stored and sent.
 * It has in it what the request causes afterwards (its events are published, its order is scanned), and not what all
 * three do without requests.
 */
final class Capacity {
    private static final int CONNECTIONS = 256;

    /** Of requests with several statements off the hot path, whose connections a replica has eight of. */
    private static final int FEW_CONNECTIONS = 64;

    /** As many tokens as a replica caches, less some hundred: verifying a token is measured by itself. */
    private static final int BUYERS = 4000;

    /** Among the million buyers of the old orders of {@link Bench#fill}. */
    private static final int BUYERS_APART = 250;

    private static final long OLD_ORDERS = 1_000_000;

    private static final long WARM_UP_SECONDS = Long.getLong("bench.warmup", 300);
    private static final long WARM_UP_MILLIS = 1000;
    private static final long IDLE_MILLIS = 10_000;

    /** PostgreSQL's sessions add to its statistics once a second, and each session of the service is used as often. */
    private static final long STATISTICS_MILLIS = 2000;

    private static final double[] LOWER_RATES = {0.5, 0.1};

    private static final String PER_SECOND = "per second";
    private static final String SERVICE_READ = "service reads, bytes";
    private static final String SERVICE_WRITTEN = "service writes, bytes";
    private static final String CLIENT_READ = "client receives, bytes";
    private static final String CLIENT_WRITTEN = "client sends, bytes";
    private static final String REDIS_READ = "Redis receives, bytes";
    private static final String REDIS_WRITTEN = "Redis sends, bytes";

    private static final String STATISTICS = """
            SELECT pg_current_wal_insert_lsn() - '0/0' AS "WAL, bytes",
                   (SELECT wal_fpi FROM pg_stat_wal) AS "WAL, full-page images",
                   (SELECT sum(fsyncs) FROM pg_stat_io WHERE object = 'wal') AS "WAL, fsyncs",
                   (SELECT xact_commit FROM pg_stat_database WHERE datname = current_database()) AS "transactions",
                   pg_snapshot_xmax(pg_current_snapshot())::text::bigint AS "transaction ids",
                   sum(pg_table_size(oid)) AS "tables, bytes",
                   sum(pg_indexes_size(oid)) AS "indexes, bytes"
            FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
            """;

    private static final Pattern READ = Pattern.compile("rchar: ([0-9]+)");
    private static final Pattern WRITTEN = Pattern.compile("wchar: ([0-9]+)");

    private static final Map<String, Pattern> INFO = Map.of(
            REDIS_READ,
            Pattern.compile("total_net_input_bytes:([0-9]+)"),
            REDIS_WRITTEN,
            Pattern.compile("total_net_output_bytes:([0-9]+)"),
            "Redis, commands",
            Pattern.compile("total_commands_processed:([0-9]+)"),
            "Redis, bytes of memory",
            Pattern.compile("used_memory:([0-9]+)"));

    private final Bench bench;
    private final Service service;
    private final HttpLoad load;
    private final ProcessHandle postgreSql;
    private final ProcessHandle redis;
    private final Report report;
    private final Checkouts checkouts;
    private final Map<String, Map<String, List<Double>>> figures = new LinkedHashMap<>();
    private Map<String, Double> idle = Map.of();
    private boolean isMeasuring;

    Capacity(
            Bench bench, Service service, HttpLoad load, ProcessHandle postgreSql, ProcessHandle redis, Report report) {
        this.bench = bench;
        this.service = service;
        this.load = load;
        this.postgreSql = postgreSql;
        this.redis = redis;
        this.report = report;
        List<Requests> buyers = IntStream.range(0, BUYERS)
                .parallel()
                .mapToObj(i -> new Requests(service.signIn("buyer-" + i * BUYERS_APART)))
                .toList();
        this.checkouts = new Checkouts(buyers, new Requests(service.signIn("bench-merchant", "merchant")));
    }

    void measure(int rounds, long millis) throws Exception {
        warmUp();
        isMeasuring = true;
        for (int i = 1; i <= rounds; i++) {
            System.out.printf("capacity, round %d of %d%n", i, rounds);
            begin();
            idle = idle();
            round(millis);
        }
        afterCheckpoint(millis);
        print();
    }

    /** Until the service's compilers are quiet. */
    private void warmUp() throws Exception {
        ProcessorTime compiling = new ProcessorTime(service.process());
        long begun = System.nanoTime();
        long seconds;
        double share;
        do {
            begin();
            compiling.compilerShare();
            round(WARM_UP_MILLIS);
            share = compiling.compilerShare();
            seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begun);
            System.out.printf(
                    Locale.ROOT, "after %d s: %.1f %% of the processor time is compilation%n", seconds, 100 * share);
        } while (share >= ProcessorTime.QUIET && seconds < WARM_UP_SECONDS);
        report.fact(
                "warm-up for capacity",
                String.format(Locale.ROOT, "%d s; compilation was then %.1f %%", seconds, 100 * share));
    }

    /** A round begins with an empty Redis, and with statistics of the tables: the first rows of all change plans. */
    private void begin() throws Exception {
        bench.awaitIdle();
        bench.sql("VACUUM ANALYZE orders, order_events, payments");
        bench.checkpoint();
        bench.deleteNumbers();
    }

    private void round(long millis) throws Exception {
        Queue<Checkouts.Checkout> opened = new ConcurrentLinkedQueue<>();
        Queue<Checkouts.Checkout> issued = new ConcurrentLinkedQueue<>();
        Queue<Checkouts.Checkout> placed = new ConcurrentLinkedQueue<>();
        Queue<Checkouts.Checkout> replayed = new ConcurrentLinkedQueue<>();
        Queue<Checkouts.Checkout> paid = new ConcurrentLinkedQueue<>();
        each("do nothing, signed in", millis, () -> Checkouts.each(checkouts::open, checkouts::nothing, _ -> {}));
        each("issue, no checkout", millis, () -> Checkouts.each(checkouts::open, checkouts::issueAny, _ -> {}));
        each("issue, new checkout", millis, () -> Checkouts.each(checkouts::open, checkouts::issue, opened::add));
        each("issue, again", millis, () -> Checkouts.each(opened::poll, checkouts::issue, issued::add));
        issued.addAll(opened);
        each("place", millis, () -> Checkouts.each(issued::poll, checkouts::place, placed::add));
        each("replay", millis, () -> Checkouts.each(placed::poll, checkouts::place, replayed::add));
        replayed.addAll(placed);
        each("find", millis, () -> Checkouts.each(Checkouts.cycle(replayed), checkouts::find, _ -> {}));
        requests(
                "pay",
                scripts(FEW_CONNECTIONS, () -> Checkouts.each(replayed::poll, checkouts::pay, paid::add)),
                millis,
                0);
        requests(
                "ship",
                scripts(FEW_CONNECTIONS, () -> Checkouts.each(paid::poll, checkouts::ship, _ -> {})),
                millis,
                0);
        requests("place, one at a time", List.of(Checkouts.each(issued::poll, checkouts::place, _ -> {})), millis, 0);
        each("first request of a token", millis, this::newTokens);
        mix(millis);
    }

    /** The mix in a closed loop, and then at parts of its rate, by as many fewer clients. */
    private void mix(long millis) throws Exception {
        double top = mix("order of the mix", FEW_CONNECTIONS, millis, 0);
        if (isMeasuring) {
            for (double part : LOWER_RATES) {
                mix(
                        String.format(Locale.ROOT, "order of the mix, at %.0f %%", 100 * part),
                        (int) (part * FEW_CONNECTIONS),
                        millis,
                        part * top);
            }
        }
    }

    /** Signs a token for each request. */
    private HttpLoad.Script newTokens() {
        return Checkouts.each(
                checkouts::open,
                _ -> new Requests(service.signIn("bench-buyer")).request("GET", "/obvious/nothing", ""),
                _ -> {});
    }

    private void each(String what, long millis, Supplier<HttpLoad.Script> script) throws Exception {
        requests(what, scripts(CONNECTIONS, script), millis, 0);
    }

    private void requests(String what, List<HttpLoad.Script> scripts, long millis, double perSecond) throws Exception {
        measure(what, scripts, millis, perSecond, 1);
    }

    /** @return requests per second */
    private double mix(String what, int connections, long millis, double perSecond) throws Exception {
        return measure(what, scripts(connections, checkouts::mix), millis, perSecond, Checkouts.REQUESTS_OF_THE_MIX);
    }

    private static List<HttpLoad.Script> scripts(int connections, Supplier<HttpLoad.Script> script) {
        return Stream.generate(script).limit(connections).toList();
    }

    /**
     * Sends requests to an idle service and waits until nothing is left to be done.
     *
     * @param perSecond of an open loop; 0: a closed one
     * @param together as many requests as the figures are to be of
     * @return responses per second
     */
    private double measure(String what, List<HttpLoad.Script> scripts, long millis, double perSecond, double together)
            throws Exception {
        Map<String, Double> before = new LinkedHashMap<>();
        if (isMeasuring) {
            before.putAll(stores());
            before.putAll(processes());
        }
        long begun = System.nanoTime();
        HttpLoad.Result result =
                perSecond == 0 ? load.closedLoop(scripts, millis) : load.openLoop(scripts, 2 * millis, perSecond);
        if (isMeasuring) {
            settle();
            double seconds = (System.nanoTime() - begun) / 1e9;
            Map<String, Double> after = new LinkedHashMap<>(processes());
            after.putAll(stores());
            after.put(CLIENT_READ, (double) result.bytes());
            after.put("refused", (double) result.failures());
            add(what, result.perSecond(), costs(before, after, seconds, result.answers() / together));
        }
        return result.perSecond();
    }

    private Map<String, Double> costs(
            Map<String, Double> before, Map<String, Double> after, double seconds, double divisor) {
        Map<String, Double> costs = new LinkedHashMap<>();
        after.forEach((name, value) -> costs.put(
                name, (value - before.getOrDefault(name, 0.0) - seconds * idle.getOrDefault(name, 0.0)) / divisor));
        return costs;
    }

    private void settle() throws InterruptedException {
        bench.awaitIdle();
        Thread.sleep(STATISTICS_MILLIS);
    }

    /** What each counter gains in a second without requests. */
    private Map<String, Double> idle() throws Exception {
        idle = Map.of();
        settle();
        Map<String, Double> before = new LinkedHashMap<>(stores());
        before.putAll(processes());
        long begun = System.nanoTime();
        Thread.sleep(IDLE_MILLIS);
        double seconds = (System.nanoTime() - begun) / 1e9;
        Map<String, Double> after = new LinkedHashMap<>(processes());
        after.putAll(stores());
        Map<String, Double> rates = costs(before, after, seconds, 1);
        rates.replaceAll((_, value) -> value / seconds);
        add("nothing, for a second", 0, rates);
        return rates;
    }

    /** Processor time and bytes of the processes; reading them costs none of them anything. */
    private Map<String, Double> processes() throws IOException {
        Map<String, Double> counters = new LinkedHashMap<>();
        counters.put("service, µs", (double) ProcessorTime.micros(service.process()));
        counters.put("PostgreSQL, µs", (double) ProcessorTime.micros(postgreSql));
        counters.put("Redis, µs", (double) ProcessorTime.micros(redis));
        counters.put("Redis, µs of its main thread", (double) ProcessorTime.firstThread(redis));
        counters.put(CLIENT_WRITTEN, systemCalls(ProcessHandle.current(), WRITTEN));
        counters.put(SERVICE_READ, systemCalls(service.process(), READ));
        counters.put(SERVICE_WRITTEN, systemCalls(service.process(), WRITTEN));
        return counters;
    }

    /** The bytes of a process' system calls that read or write: on a JVM above all those of its sockets. */
    private static double systemCalls(ProcessHandle process, Pattern bytes) throws IOException {
        Path io = Path.of("/proc", Long.toString(process.pid()), "io");
        return Files.exists(io) ? number(bytes, Files.readString(io)) : 0;
    }

    private static double number(Pattern pattern, String text) {
        Matcher found = pattern.matcher(text);
        return found.find() ? Double.parseDouble(found.group(1)) : 0;
    }

    /** What the stores count themselves, and the service of its statements. */
    private Map<String, Double> stores() throws IOException, InterruptedException, SQLException {
        Map<String, Double> counters = new LinkedHashMap<>();
        String metrics = service.metrics();
        for (String statement : List.of("insert", "find")) {
            counters.put(
                    "statements: " + statement,
                    number(
                            Pattern.compile(
                                    "orderonce_batch_size_count\\{statement=\"" + statement + "\",?\\} ([0-9.E]+)"),
                            metrics));
        }
        try (Connection connection = bench.connect();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(STATISTICS)) {
            row.next();
            for (int i = 1; i <= row.getMetaData().getColumnCount(); i++) {
                counters.put(row.getMetaData().getColumnLabel(i), row.getDouble(i));
            }
        }
        String info = bench.redis("INFO");
        INFO.forEach((name, pattern) -> counters.put(name, number(pattern, info)));
        return counters;
    }

    /**
     * Orders right after a checkpoint, when every first change of a page is written whole, with old orders of as many
     * buyers as there are: each buyer's entries are on another page of the index.
     */
    private void afterCheckpoint(long millis) throws Exception {
        begin();
        bench.fill(OLD_ORDERS);
        Queue<Checkouts.Checkout> issued = new ConcurrentLinkedQueue<>();
        load.closedLoop(
                scripts(CONNECTIONS, () -> Checkouts.each(checkouts::open, checkouts::issue, issued::add)), millis);
        settle();
        bench.checkpoint();
        each(
                String.format(Locale.ROOT, "place after a checkpoint, %,d orders", OLD_ORDERS),
                millis,
                () -> Checkouts.each(issued::poll, checkouts::place, _ -> {}));
    }

    private void add(String what, double perSecond, Map<String, Double> costs) {
        Map<String, List<Double>> of = figures.computeIfAbsent(what, _ -> new LinkedHashMap<>());
        of.computeIfAbsent(PER_SECOND, _ -> new ArrayList<>()).add(perSecond);
        costs.forEach((name, value) ->
                of.computeIfAbsent(name, _ -> new ArrayList<>()).add(value));
        // What is neither the client's nor Redis' is PostgreSQL's.
        of.computeIfAbsent("PostgreSQL receives, bytes", _ -> new ArrayList<>())
                .add(costs.getOrDefault(SERVICE_WRITTEN, 0.0)
                        - costs.getOrDefault(CLIENT_READ, 0.0)
                        - costs.getOrDefault(REDIS_READ, 0.0));
        of.computeIfAbsent("PostgreSQL sends, bytes", _ -> new ArrayList<>())
                .add(costs.getOrDefault(SERVICE_READ, 0.0)
                        - costs.getOrDefault(CLIENT_WRITTEN, 0.0)
                        - costs.getOrDefault(REDIS_WRITTEN, 0.0));
        System.out.printf(
                Locale.ROOT,
                "  %-40s %,8.0f /s  %.1f us of the service, %.1f of Redis, %.1f of PostgreSQL%n",
                what,
                perSecond,
                costs.get("service, µs"),
                costs.get("Redis, µs"),
                costs.get("PostgreSQL, µs"));
    }

    /** A table for each kind of request, with the median of each figure and its spread. */
    private void print() {
        figures.forEach((what, of) -> {
            System.out.printf("%n%s%n", what);
            of.forEach((name, values) -> {
                List<Double> sorted = values.stream().sorted().toList();
                System.out.printf(
                        Locale.ROOT,
                        "  %-34s %,14.2f   %,.2f – %,.2f%n",
                        name,
                        sorted.get(sorted.size() / 2),
                        sorted.getFirst(),
                        sorted.getLast());
            });
        });
        report.detail("capacity", figures);
    }
}
