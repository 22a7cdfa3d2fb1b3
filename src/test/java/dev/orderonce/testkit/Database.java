package dev.orderonce.testkit;

import dev.orderonce.embedded.Standalone;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Reads and changes PostgreSQL directly, without the service. */
public final class Database {
    private Database() {}

    /** Opens a separate connection. */
    public static Connection connect() throws SQLException {
        return connect(Stores.standalone());
    }

    /** Opens a connection to other stores than the shared ones of the tests. */
    public static Connection connect(Standalone stores) throws SQLException {
        return DriverManager.getConnection(
                "jdbc:" + stores.postgreSql().url(),
                stores.postgreSql().username(),
                stores.postgreSql().password());
    }

    /** The number of rows with this order number: 0 or 1. */
    public static long rows(String number) {
        return count("SELECT count(*) FROM orders WHERE number = ?", number);
    }

    /** The number of a buyer's orders. */
    public static long ordersOf(String buyer) {
        return Long.parseLong(text("SELECT count(*) FROM orders WHERE state <> 'VOIDED' AND buyer = ?", buyer));
    }

    /** The number of the order's events. */
    public static long events(String number) {
        return count("SELECT count(*) FROM order_events WHERE number = ?", number);
    }

    /** CREATED, VOIDED or another state; "none" without a row. */
    public static String state(String number) {
        return text("SELECT state FROM orders WHERE number = ?", number.replace("-", ""));
    }

    /** Why the number was voided; "none" if it was not. */
    public static String voidReason(String number) {
        return text(
                "SELECT void_reason FROM orders WHERE number = ? AND void_reason IS NOT NULL", number.replace("-", ""));
    }

    /** Runs any statement. */
    public static void execute(String sql) {
        try (Connection connection = connect();
                PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.execute();
        } catch (SQLException failure) {
            throw new IllegalStateException(failure);
        }
    }

    /** The first column of the first row as text. */
    public static String value(String sql) {
        return String.valueOf(text(sql));
    }

    /** Puts an order into a state, as if this payment had led to it. */
    public static void setState(String number, String state, String payment) {
        try (Connection connection = connect();
                PreparedStatement statement =
                        connection.prepareStatement("UPDATE orders SET state = ?, payment = ? WHERE number = ?")) {
            statement.setString(1, state);
            statement.setString(2, payment);
            statement.setString(3, number.replace("-", ""));
            statement.executeUpdate();
        } catch (SQLException failure) {
            throw new IllegalStateException(failure);
        }
    }

    /** The number of payments begun for an order. */
    public static long payments(String number) {
        return count("SELECT count(*) FROM payments WHERE number = ?", number);
    }

    /** The states of an order's payments, the oldest first. */
    public static List<String> paymentStates(String number) {
        String states = text(
                "SELECT string_agg(state, ' ' ORDER BY begun_at) FROM payments WHERE number = ?",
                number.replace("-", ""));
        return states == null ? List.of() : List.of(states.split(" ", -1));
    }

    /** Inserts an order that this replica did not place. */
    public static void insertOrder(String number, String buyer, @Nullable String clientKey) {
        String sql = """
                INSERT INTO orders (number, buyer, state, decided_at, currency, total, lines, acknowledgements,
                                    fingerprint, client_key)
                VALUES (?, ?, 'CREATED', now(), 'EUR', 1, '[]', '[]', decode(md5('x'), 'hex'), ?)
                """;
        try (Connection connection = connect();
                PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, number);
            statement.setString(2, buyer);
            statement.setString(3, clientKey);
            statement.executeUpdate();
        } catch (SQLException failure) {
            throw new IllegalStateException(failure);
        }
    }

    /** The number of rows of the scope and key, expired or not: 0 or 1. */
    public static long records(String scope, String key) {
        return Long.parseLong(text("SELECT count(*) FROM once_records WHERE scope = ? AND key = ?", scope, key));
    }

    private static long count(String sql, String number) {
        return Long.parseLong(text(sql, number.replace("-", "")));
    }

    private static String text(String sql, String... values) {
        try (Connection connection = connect();
                PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < values.length; i++) {
                statement.setString(i + 1, values[i]);
            }
            try (ResultSet rows = statement.executeQuery()) {
                return rows.next() ? rows.getString(1) : "none";
            }
        } catch (SQLException failure) {
            throw new IllegalStateException(failure);
        }
    }

    /** Suspends all processes of PostgreSQL: it accepts connections and answers none. */
    public static Stalled stall() {
        ProcessHandle postmaster = postmaster();
        signal("-STOP", postmaster);
        return () -> signal("-CONT", postmaster);
    }

    private static ProcessHandle postmaster() {
        String data = Objects.requireNonNull(Stores.standalone().settings().get("standalone.data"));
        Path file = Path.of(data, "postgresql", "postmaster.pid");
        try {
            return ProcessHandle.of(Long.parseLong(Files.readAllLines(file).getFirst()))
                    .orElseThrow();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** Resumes the processes when it is closed. */
    public interface Stalled extends AutoCloseable {
        @Override
        void close();
    }

    private static void signal(String signal, ProcessHandle postmaster) {
        List<String> command = new ArrayList<>(List.of("kill", signal));
        Stream.concat(Stream.of(postmaster), postmaster.descendants())
                .map(ProcessHandle::pid)
                .map(String::valueOf)
                .forEach(command::add);
        try {
            // A process that has ended meanwhile cannot be signalled.
            new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(interrupted);
        }
    }
}
