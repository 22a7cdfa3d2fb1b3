package dev.orderonce.bench;

import dev.orderonce.identity.Buyer;
import dev.orderonce.numbers.OrderNumber;
import dev.orderonce.numbers.RandomNumbers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.UUID;

/**
 * Orders, events and payments of a shop that has sold since the epoch of the numbers, in the order in which they were
 * placed.
 *
 * <p>One order of twenty is sent to the server, which makes nineteen more of it: of other buyers, a moment later, under
 * numbers with another symbol, so their check symbols are wrong and the service cannot read them back. Before that the
 * constraints and the indexes with random access are dropped; they are created again afterwards, the constraints as not
 * validated. With {@code wal_level=minimal} the server writes no log of a table that is emptied in the same
 * transaction. A core loads 200,000 orders a second.
 */
final class OldOrders {
    private static final int BUYERS = 10_000_000;
    private static final int COPIES = 20;

    /** Rows. */
    private static final int CHUNK = 100_000;

    /** Of 100 rows: tombstones, orders under a key, orders of a checkout, cancelled ones. */
    private static final int TOMBSTONES = 5;

    private static final int KEYED = 5;
    private static final int CHECKOUTS = 20;
    private static final int CANCELLED = 10;

    /** The newest are not paid or not delivered yet. */
    private static final Duration OPEN = Duration.ofDays(3);

    private static final List<String> OPEN_STATES = List.of("CREATED", "PAID", "PAID", "SHIPPED");

    /** A buyer takes up to ten minutes from the number to the order. */
    private static final int MOST_SECONDS = 600;

    private static final int REFERENCE_BYTES = 15;

    private static final List<String> NAMES =
            List.of("Green tea", "Black tea, loose", "Teapot for four", "Strainer", "Gift box");

    private static final String NULL = "\\N";

    private static final String COPY = """
            COPY loaded (number, buyer, state, decided_at, currency, total, lines, acknowledgements, fingerprint,
                         void_reason, client_key, sequence, payment, checkout)
            """;

    /** The rows that were sent: the copies have other numbers in their payments. */
    static final String READABLE = "right(payment, 2) = '10'";

    /** The newest tenth of the rows. A subquery, because only a value that is stable leads to a scan of a part. */
    private static final String NEWEST =
            "ctid >= (SELECT ('(' || pg_relation_size('orders') / 8192 * 9 / 10 || ',0)')::tid)";

    private static final String EVENTS = """
            INSERT INTO order_events (number, buyer, sequence, kind, at)
            SELECT number, buyer, 1, 'PLACED', decided_at FROM orders WHERE state <> 'VOIDED' AND
            """ + NEWEST;

    private static final String PAYMENTS = """
            INSERT INTO payments (id, number, client_key, method, amount, currency, state, begun_at, buyer)
            SELECT payment, number, md5(payment), 'tok_' || left(md5(number), 20), total, currency, 'CAPTURED', decided_at,
                   buyer
            FROM orders WHERE payment IS NOT NULL AND
            """ + NEWEST;

    /** Constraints and indexes that do not exist while rows are loaded; the small partial indexes do. */
    private static final String LEFT_OUT = """
            SELECT format('ALTER TABLE %1$s DROP CONSTRAINT %2$I', conrelid::regclass, conname),
                   format('ALTER TABLE %1$s ADD CONSTRAINT %2$I %3$s', conrelid::regclass, conname,
                          pg_get_constraintdef(oid) || CASE WHEN contype = 'c' AND convalidated THEN ' NOT VALID' ELSE '' END)
            FROM pg_constraint
            WHERE conrelid = 'orders'::regclass AND contype IN ('c', 'p')
            UNION ALL
            SELECT format('DROP INDEX %1$s', indexrelid::regclass), pg_get_indexdef(indexrelid)
            FROM pg_index WHERE indexrelid::regclass::text IN ('orders_of_buyer', 'orders_checkout')
            """;

    private final long templates;
    private final Instant until = Instant.now();
    private final long stepMicros;

    /** @param orders how many, the last of them placed now and the first at the epoch of the numbers */
    OldOrders(long orders) {
        this.templates = orders / COPIES;
        this.stepMicros = Duration.between(OrderNumber.EPOCH, until).toNanos() / 1000 / templates;
    }

    static String buyer(int random) {
        return "buyer-" + (BUYERS + Math.floorMod(random, BUYERS));
    }

    /**
     * Loads them into tables that are empty.
     *
     * @param directory for a file of some megabytes, which the server reads
     */
    void load(Connection connection, Path directory) throws SQLException, IOException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("DROP TABLE IF EXISTS loaded");
            statement.execute("CREATE UNLOGGED TABLE loaded (LIKE orders INCLUDING DEFAULTS)");
            timed("templates", () -> copy(statement, directory.resolve("templates")));
            List<String> drops = new ArrayList<>();
            List<String> creations = new ArrayList<>();
            try (ResultSet definitions = statement.executeQuery(LEFT_OUT)) {
                while (definitions.next()) {
                    drops.add(definitions.getString(1));
                    creations.add(definitions.getString(2));
                }
            }
            for (String drop : drops) {
                statement.execute(drop);
            }
            filled(connection, "orders", multiply());
            statement.execute("DROP TABLE loaded");
            statement.execute("SET maintenance_work_mem = '1GB'");
            for (String creation : creations) {
                timed(creation, () -> statement.execute(creation));
            }
            filled(connection, "order_events", EVENTS);
            // The consumers have had them.
            statement.execute("""
                    UPDATE outbox_partitions AS o SET position = COALESCE(
                        (SELECT max(id) FROM order_events
                         WHERE id >= o.partition::bigint << 48 AND id < (o.partition + 1)::bigint << 48), position)
                    """);
            filled(connection, "payments, refunds", PAYMENTS);
            for (String table : List.of("orders", "order_events", "payments")) {
                timed("vacuum of " + table, () -> statement.execute("VACUUM (FREEZE, ANALYZE) " + table));
            }
        }
    }

    private String multiply() {
        return """
            INSERT INTO orders (number, buyer, state, decided_at, currency, total, lines, acknowledgements, fingerprint,
                                void_reason, client_key, sequence, payment, checkout)
            SELECT left(number, 9)
                     || substr('0123456789ABCDEFGHJKMNPQRSTVWXYZ0123456789ABCDEFGHJKMNPQRSTVWXYZ',
                               strpos('0123456789ABCDEFGHJKMNPQRSTVWXYZ', substr(number, 10, 1)) + copy.k, 1)
                     || substr(number, 11),
                   'buyer-' || 10000000 + (substr(buyer, 7)::int + copy.k * 7919137) %% 10000000,
                   state, decided_at + copy.later, currency, total, lines, acknowledgements, fingerprint, void_reason,
                   client_key, sequence, left(payment, 20) || copy.k + 10, checkout
            FROM loaded,
                 (SELECT k, k * %d::bigint * interval '1 microsecond' AS later FROM generate_series(0, %d) AS k OFFSET 0) AS copy
            """.formatted(stepMicros / COPIES, COPIES - 1);
    }

    private static void filled(Connection connection, String tables, String sql) throws SQLException, IOException {
        timed(tables, () -> {
            connection.setAutoCommit(false);
            try (Statement statement = connection.createStatement()) {
                statement.execute("TRUNCATE " + tables);
                statement.execute(sql);
            }
            connection.commit();
            connection.setAutoCommit(true);
        });
    }

    private interface Step {
        void run() throws SQLException, IOException;
    }

    private static void timed(String what, Step step) throws SQLException, IOException {
        long begun = System.nanoTime();
        step.run();
        System.out.printf(Locale.ROOT, "%.0f s: %s%n", (System.nanoTime() - begun) / 1e9, what);
    }

    /** The server reads a file of its own machine, chunk after chunk. */
    private void copy(Statement statement, Path file) throws SQLException, IOException {
        StringBuilder chunk = new StringBuilder();
        for (long n = 0; n < templates; n++) {
            write(n, chunk);
            if ((n + 1) % CHUNK == 0 || n == templates - 1) {
                Files.writeString(file, chunk);
                statement.execute(COPY + "FROM '" + file + "'");
                chunk.setLength(0);
            }
        }
        Files.deleteIfExists(file);
    }

    /** Appends the n-th row, the same in every run but for its time. */
    private void write(long n, StringBuilder to) {
        SplittableRandom random = new SplittableRandom(n);
        Instant at = OrderNumber.EPOCH.plusNanos(n * stepMicros * 1000);
        String buyer = buyer(random.nextInt());
        int kind = random.nextInt(100);
        boolean isTombstone = kind < TOMBSTONES;
        boolean isKeyed = !isTombstone && kind < TOMBSTONES + KEYED;
        boolean isOfCheckout = !isTombstone && !isKeyed && random.nextInt(100) < CHECKOUTS;
        String key = isKeyed ? uuid(random) : NULL;
        String state = isTombstone ? "VOIDED" : state(at, random);
        int sequence = sequence(state);
        Instant issuedAt = at.minusSeconds(random.nextInt(MOST_SECONDS));
        OrderNumber number = isKeyed
                ? OrderNumber.ofClientKey(new Buyer(buyer), key)
                : RandomNumbers.at(issuedAt.isBefore(OrderNumber.EPOCH) ? at : issuedAt, random);
        row(to, number.symbols(), buyer, state, at.toString());
        if (isTombstone) {
            row(to, NULL, NULL, NULL, NULL, NULL, "EXPIRED");
        } else {
            content(random, to);
        }
        row(
                to,
                key,
                Integer.toString(sequence),
                sequence > 2 ? reference(random) : NULL,
                isOfCheckout ? uuid(random) : NULL);
        to.setCharAt(to.length() - 1, '\n');
    }

    private static void row(StringBuilder to, String... columns) {
        for (String column : columns) {
            to.append(column).append('\t');
        }
    }

    private String state(Instant at, SplittableRandom random) {
        if (random.nextInt(100) < CANCELLED) {
            return "CANCELLED";
        }
        return at.isAfter(until.minus(OPEN)) ? OPEN_STATES.get(random.nextInt(OPEN_STATES.size())) : "COMPLETED";
    }

    private static int sequence(String state) {
        return switch (state) {
            case "CANCELLED" -> 2;
            case "PAID" -> 3;
            case "SHIPPED" -> 4;
            case "COMPLETED" -> 5;
            default -> 1;
        };
    }

    /** One line of ten orders in seven, two in two, three in one. */
    private static void content(SplittableRandom random, StringBuilder to) {
        int share = random.nextInt(10);
        int lines = share < 7 ? 1 : share < 9 ? 2 : 3;
        StringBuilder json = new StringBuilder();
        long total = 0;
        for (int i = 0; i < lines; i++) {
            int price = 100 + random.nextInt(9900);
            int quantity = 1 + random.nextInt(3);
            total += (long) price * quantity;
            json.append(i == 0 ? '[' : ',')
                    .append("{\"productCode\":\"tea-")
                    .append(random.nextInt(10_000))
                    .append("\",\"name\":\"")
                    .append(NAMES.get(random.nextInt(NAMES.size())))
                    .append("\",\"quantity\":")
                    .append(quantity)
                    .append(",\"unitPrice\":")
                    .append(price)
                    .append('}');
        }
        String fingerprint = "\\\\x%016x%016x".formatted(random.nextLong(), random.nextLong());
        row(to, "EUR", Long.toString(total), json.append(']').toString(), "[]", fingerprint, NULL);
    }

    /** As the service makes references of payments. */
    private static String reference(SplittableRandom random) {
        byte[] bytes = new byte[REFERENCE_BYTES];
        random.nextBytes(bytes);
        return "p-" + Base64.getUrlEncoder().encodeToString(bytes);
    }

    private static String uuid(SplittableRandom random) {
        return new UUID(random.nextLong(), random.nextLong()).toString();
    }
}
