package dev.orderonce.bench;

import dev.orderonce.embedded.EmbeddedPostgreSql;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.pgclient.PgConnection;
import io.vertx.sqlclient.Tuple;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The same rows written by single-row INSERTs, without the service: by the same driver, and by pgbench. */
final class BareInserts {
    static final int CONNECTIONS = 16;

    private static final String INSERT = """
            INSERT INTO orders (number, buyer, state, decided_at, currency, total, lines, acknowledgements, fingerprint)
            VALUES ($1, $2, 'CREATED', $3, 'EUR', 4200, CAST($4::text AS json), '[]', $5)
            """;

    private static final String LINES =
            "[{\"productCode\":\"tea-1\",\"name\":\"Green tea\",\"quantity\":2,\"unitPrice\":2100}]";

    private static final Pattern TPS = Pattern.compile("tps = ([0-9.]+) \\(without");

    private final Vertx vertx;
    private final EmbeddedPostgreSql store;
    private final AtomicLong numbers = new AtomicLong(System.currentTimeMillis() * 1_000_000);

    BareInserts(Vertx vertx, EmbeddedPostgreSql store) {
        this.vertx = vertx;
        this.store = store;
    }

    /** Rows per second by the driver that the service uses. */
    double byDriver(long millis) throws InterruptedException {
        LongAdder rows = new LongAdder();
        CountDownLatch done = new CountDownLatch(CONNECTIONS);
        long begin = System.nanoTime();
        long end = begin + TimeUnit.MILLISECONDS.toNanos(millis);
        PgConnectOptions options = PgConnectOptions.fromUri(store.url())
                .setUser(store.username())
                .setPassword(store.password())
                .setCachePreparedStatements(true);
        for (int i = 0; i < CONNECTIONS; i++) {
            PgConnection.connect(vertx, options)
                    .onSuccess(connection -> insertUntil(connection, end, rows, done))
                    .onFailure(failure -> done.countDown());
        }
        if (!done.await(millis + 20_000, TimeUnit.MILLISECONDS)) {
            throw new IllegalStateException("bare inserts did not end");
        }
        return rows.sum() / ((System.nanoTime() - begin) / 1e9);
    }

    private void insertUntil(PgConnection connection, long end, LongAdder rows, CountDownLatch done) {
        if (System.nanoTime() >= end) {
            connection.close();
            done.countDown();
            return;
        }
        Tuple row = Tuple.of(
                "%018d".formatted(numbers.incrementAndGet() % 1_000_000_000_000_000_000L),
                "bench-buyer",
                OffsetDateTime.now(ZoneOffset.UTC),
                LINES,
                Buffer.buffer(new byte[16]));
        connection
                .preparedQuery(INSERT)
                .execute(row)
                .onSuccess(written -> {
                    rows.increment();
                    insertUntil(connection, end, rows, done);
                })
                .onFailure(failure -> {
                    System.err.println("a bare insert failed: " + failure.getMessage());
                    done.countDown();
                });
    }

    /** Rows per second by pgbench; 0 if it is not installed. */
    double byPgbench(long millis, Path directory) throws IOException, InterruptedException {
        Path script = directory.resolve("insert.sql");
        Files.writeString(script, """
                INSERT INTO orders (number, buyer, state, decided_at, currency, total, lines, acknowledgements, fingerprint)
                VALUES (to_char(nextval('bench_numbers'), 'FM000000000000000000'), 'bench-buyer', 'CREATED', now(),
                        'EUR', 4200, '%s', '[]', '\\x00000000000000000000000000000000');
                """.formatted(LINES));
        ProcessBuilder builder = new ProcessBuilder(
                        "pgbench",
                        "-n",
                        "-M",
                        "prepared",
                        "-c",
                        Integer.toString(CONNECTIONS),
                        "-j",
                        "2",
                        "-T",
                        Long.toString(Math.max(1, millis / 1000)),
                        "-f",
                        script.toString(),
                        "-h",
                        "127.0.0.1",
                        "-p",
                        Integer.toString(store.port()),
                        "-U",
                        store.username(),
                        "postgres")
                .redirectErrorStream(true);
        builder.environment().put("PGPASSWORD", store.password());
        Process pgbench;
        try {
            pgbench = builder.start();
        } catch (IOException notThere) {
            return 0;
        }
        String output = new String(pgbench.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        pgbench.waitFor();
        Matcher tps = TPS.matcher(output);
        if (!tps.find()) {
            throw new IOException("pgbench said: " + output);
        }
        return Double.parseDouble(tps.group(1));
    }
}
