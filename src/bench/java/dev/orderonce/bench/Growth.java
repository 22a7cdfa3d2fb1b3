package dev.orderonce.bench;

import dev.orderonce.embedded.Standalone;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Compares the service on a large database with the service on an empty one: two services with PostgreSQL and Redis
 * each, measured in turn in one run.
 *
 * <p>Each order is another buyer's: one of ten million, whose entry in the index by buyer is anywhere. A program places
 * for them, with one token.
 *
 * <p>The large database stays in {@code large} of the build's directory for the next run; a row takes about 410 bytes
 * with its index entries. Delete the directory to be rid of it.
 */
final class Growth {
    private static final int CONNECTIONS = 256;
    private static final long WARM_UP_MILLIS = 1000;
    private static final long WARM_UP_SECONDS = Long.getLong("bench.warmup", 300);
    private static final long PAUSE_MILLIS = 1000;

    /** The settings that both have, beside those of every standalone service: a small server's. */
    private static final List<String> TUNED = List.of("shared_buffers = '2GB'", "max_wal_size = '4GB'");

    private final Report report;
    private final int rounds;
    private final long millis;
    private final Side empty;
    private final Side large;

    /** Numbers of old orders, from pages all over the table. */
    private final List<String> sought;

    /** A service with its stores. */
    private static final class Side implements AutoCloseable {
        final String name;
        final Path directory;
        final Standalone stores;
        final Service service;
        final HttpLoad load;
        final Requests program;
        final Requests merchant;

        Side(String name, Path build, List<String> options, Vertx vertx, long orders) throws Exception {
            this.name = name;
            this.directory = build.resolve("large").resolve(name);
            stores = Standalone.start(new SmallRyeConfigBuilder().build(), directory);
            for (String setting : TUNED) {
                sql("ALTER SYSTEM SET " + setting);
            }
            restart();
            Service.Packaged packaged = Service.Packaged.onJvm(build, options, settings());
            try (Service migrating = packaged.start()) {
                migrating.awaitReady();
            }
            if (number("SELECT count(*) FROM (SELECT FROM orders LIMIT 1) AS found") == 0 && orders > 0) {
                sql("ALTER SYSTEM SET wal_level = minimal", "ALTER SYSTEM SET max_wal_senders = 0");
                restart();
                try (Connection connection = connect()) {
                    new OldOrders(orders).load(connection, directory);
                }
                sql("ALTER SYSTEM RESET wal_level", "ALTER SYSTEM RESET max_wal_senders");
                restart();
            }
            service = packaged.start();
            service.awaitReady();
            load = new HttpLoad(vertx, service.port());
            program = new Requests(service.signIn("bench-program", "service"));
            merchant = new Requests(service.signIn("bench-merchant", "merchant"));
        }

        private void restart() {
            stores.postgreSql().stop();
            stores.postgreSql().restart();
        }

        private Map<String, String> settings() {
            Map<String, String> settings = new HashMap<>(stores.settings());
            // What a program may do for all buyers together is not what is measured.
            for (String limit : List.of("numbers-issued", "numbers-outstanding", "orders-placed")) {
                settings.put("limits." + limit, "100000000/1m");
            }
            // The old tombstones and unpaid orders would be deleted and cancelled meanwhile.
            for (String job : List.of("purge-tombstones", "cancel-unpaid")) {
                settings.put("jobs.interval." + job, "off");
            }
            return settings;
        }

        /** As the superuser, who may change settings. */
        Connection connect() throws SQLException, IOException {
            return DriverManager.getConnection(
                    "jdbc:" + stores.postgreSql().url(),
                    "postgres",
                    Files.readString(directory.resolve("postgresql-superuser.password")));
        }

        void sql(String... statements) throws SQLException, IOException {
            try (Connection connection = connect();
                    Statement statement = connection.createStatement()) {
                for (String sql : statements) {
                    statement.execute(sql);
                }
            }
        }

        long number(String query) throws SQLException, IOException {
            return Long.parseLong(texts(query).getFirst());
        }

        List<String> texts(String query) throws SQLException, IOException {
            try (Connection connection = connect();
                    Statement statement = connection.createStatement();
                    ResultSet rows = statement.executeQuery(query)) {
                List<String> texts = new ArrayList<>();
                while (rows.next()) {
                    texts.add(rows.getString(1));
                }
                return texts;
            }
        }

        ProcessHandle postgreSql() throws IOException {
            return ProcessHandle.of(Long.parseLong(Files.readAllLines(directory.resolve("postgresql/postmaster.pid"))
                            .getFirst()))
                    .orElseThrow();
        }

        @Override
        public void close() {
            load.close();
            service.close();
            stores.close();
        }
    }

    Growth(Vertx vertx, Path build, List<String> options, Report report, long orders, int rounds, long millis)
            throws Exception {
        this.report = report;
        this.rounds = rounds;
        this.millis = millis;
        large = new Side("orders", build, options, vertx, orders);
        empty = new Side("empty", build, options, vertx, 0);
        empty.sql("TRUNCATE orders, order_events");
        // On neither side during the measurement: on one of them it would read and write the whole table.
        empty.sql("ALTER TABLE orders SET (autovacuum_enabled = false)");
        large.sql("ALTER TABLE orders SET (autovacuum_enabled = false)", "CHECKPOINT");
        sought = large.texts("SELECT number FROM orders TABLESAMPLE SYSTEM (5) WHERE " + OldOrders.READABLE);
    }

    void measure() throws Exception {
        try (empty;
                large) {
            warmUp();
            for (int i = 0; i < rounds; i++) {
                System.out.printf("round %d of %d%n", i + 1, rounds);
                for (Side side : i % 2 == 0 ? List.of(empty, large) : List.of(large, empty)) {
                    round(side, millis, true);
                }
            }
        }
        for (String what : List.of("issue", "place", "replay", "lookup")) {
            report.ratio(what + ", " + large.name, what + ", " + empty.name, 0.95);
        }
        report.ratio("lookup of any, " + large.name, "lookup, " + empty.name, 0.95);
    }

    /** Until the JIT compilers of both services and of the load generator are quiet. */
    private void warmUp() throws Exception {
        List<ProcessorTime> all = Stream.of(large.service.process(), empty.service.process(), ProcessHandle.current())
                .map(ProcessorTime::new)
                .toList();
        long begun = System.nanoTime();
        double share;
        do {
            ProcessorTime.compilerShare(all);
            round(empty, WARM_UP_MILLIS, false);
            round(large, WARM_UP_MILLIS, false);
            share = ProcessorTime.compilerShare(all);
        } while (share >= ProcessorTime.QUIET
                && TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begun) < WARM_UP_SECONDS);
        report.fact(
                "warm-up",
                String.format(
                        Locale.ROOT,
                        "%d s; compilation was then %.1f %% of the processor time of a service or of the load",
                        TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begun),
                        100 * share));
    }

    /** A number and the buyer that it was issued to. */
    private record Issued(String number, String buyer) {
        String header() {
            return "On-Behalf-Of: " + buyer + "\r\n";
        }
    }

    private void round(Side side, long during, boolean isReported) throws Exception {
        Queue<Issued> issued = new ConcurrentLinkedQueue<>();
        Queue<Issued> placed = new ConcurrentLinkedQueue<>();
        run(side, "issue", during, isReported, () -> script(Growth::anybody, side, issued, Growth::issue));
        run(side, "place", during, isReported, () -> script(issued::poll, side, placed, Growth::place));
        run(side, "replay", during, isReported, () -> script(turn(placed), side, null, Growth::place));
        run(side, "lookup", during, isReported, () -> script(turn(placed), side, null, Growth::find));
        if (side == large) {
            run(side, "lookup of any", during, isReported, () -> script(this::any, side, null, Growth::find));
        }
    }

    private static Issued anybody() {
        return new Issued("", OldOrders.buyer(ThreadLocalRandom.current().nextInt()));
    }

    private Issued any() {
        return new Issued(sought.get(ThreadLocalRandom.current().nextInt(sought.size())), "");
    }

    private static Supplier<@Nullable Issued> turn(Queue<Issued> placed) {
        return () -> {
            Issued next = placed.poll();
            if (next != null) {
                placed.add(next);
            }
            return next;
        };
    }

    private interface Request {
        Buffer of(Side side, Issued issued);
    }

    private static Buffer issue(Side side, Issued issued) {
        return side.program.request("GET", "/order-numbers", "", issued.header());
    }

    private static Buffer place(Side side, Issued issued) {
        return side.program.request("POST", "/orders", Requests.order(issued.number()), issued.header());
    }

    private static Buffer find(Side side, Issued issued) {
        return side.merchant.request("GET", "/orders/" + issued.number(), "", "");
    }

    /** @param done receives the numbers that were answered, with their buyers */
    private static HttpLoad.Script script(
            Supplier<@Nullable Issued> each, Side side, @Nullable Queue<Issued> done, Request request) {
        return new HttpLoad.Script() {
            private String buyer = "";

            @Override
            public @Nullable Buffer next() {
                Issued next = each.get();
                if (next == null) {
                    return null;
                }
                buyer = next.buyer();
                return request.of(side, next);
            }

            @Override
            public void answered(int status, @Nullable String number) {
                if (done != null && number != null) {
                    done.add(new Issued(number, buyer));
                }
            }
        };
    }

    private void run(Side side, String what, long during, boolean isReported, Supplier<HttpLoad.Script> script)
            throws Exception {
        if (isReported) {
            Thread.sleep(PAUSE_MILLIS);
        }
        long walBefore = side.number("SELECT pg_current_wal_insert_lsn() - '0/0'");
        long imagesBefore = side.number("SELECT wal_fpi FROM pg_stat_wal");
        long[] before = processorMicros(side);
        HttpLoad.Result result =
                side.load.closedLoop(Stream.generate(script).limit(CONNECTIONS).toList(), during);
        long[] after = processorMicros(side);
        if (!isReported) {
            return;
        }
        if (result.failures() > 0) {
            report.fact(what + ", " + side.name + ", refused", result.failures());
        }
        String name = what + ", " + side.name;
        report.add(name, result.perSecond());
        report.cost(
                name,
                new Report.Cost(
                        (double) (after[0] - before[0]) / result.answers(),
                        0,
                        (double) (after[1] - before[1]) / result.answers(),
                        0));
        if (what.equals("place")) {
            Thread.sleep(PAUSE_MILLIS); // what the sessions counted is published once a second
            report.fact(
                    name + ", WAL",
                    String.format(
                            Locale.ROOT,
                            "%,.0f bytes and %.3f full-page images per order",
                            (double) (side.number("SELECT pg_current_wal_insert_lsn() - '0/0'") - walBefore)
                                    / result.answers(),
                            (double) (side.number("SELECT wal_fpi FROM pg_stat_wal") - imagesBefore)
                                    / result.answers()));
        }
    }

    private static long[] processorMicros(Side side) throws IOException {
        return new long[] {ProcessorTime.micros(side.service.process()), ProcessorTime.micros(side.postgreSql())};
    }
}
