package dev.orderonce.campaign;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/**
 * A primary and its synchronous standby. Only a standby that was synchronous when the primary vanished is promoted. It
 * trusts every user of this machine.
 */
final class PostgreSqlPair implements AutoCloseable {
    /** The name that the primary knows the standby by. */
    private static final String STANDBY = "standby";

    private static final Duration BOUND = Duration.ofMinutes(2);
    private static final Duration POLL = Duration.ofMillis(20);

    /** A server that does not answer for so long is tried again. */
    private static final int ANSWER_SECONDS = 3;

    private final Programs programs;
    private final Path directory;
    private final Edge replication;
    private Server primary;
    private Server standby;

    /** One server with its own data. */
    private final class Server {
        private final Path data;
        private final int port = Ports.free();
        private @Nullable Process process;
        private boolean frozen;

        Server(String name) {
            data = directory.resolve(name);
        }

        private void start() {
            try {
                process = new ProcessBuilder(programs.postgreSql(
                                "postgres",
                                "-D",
                                data.toString(),
                                "-p",
                                Integer.toString(port),
                                "-c",
                                "listen_addresses=127.0.0.1",
                                "-c",
                                "unix_socket_directories=",
                                "-c",
                                "max_wal_size=256MB",
                                // In files of its data: a server that is killed leaves others in /dev/shm for good.
                                "-c",
                                "dynamic_shared_memory_type=mmap",
                                // By default a standby connects again after five seconds, and notices a dead
                                // connection after a minute.
                                "-c",
                                "wal_retrieve_retry_interval=500ms",
                                "-c",
                                "wal_receiver_timeout=5s",
                                "-c",
                                "wal_sender_timeout=5s"))
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.appendTo(
                                directory.resolve(data.getFileName() + ".log").toFile()))
                        .start();
            } catch (IOException failure) {
                throw new UncheckedIOException(failure);
            }
        }

        private void awaitAnswer() {
            Awaitility.await("PostgreSQL in " + data)
                    .atMost(BOUND)
                    .pollInterval(POLL)
                    .until(() -> {
                        // Another start: after a kill its shared memory may be in use for a moment.
                        if (!running().isAlive()) {
                            start();
                        }
                        try {
                            return text("SELECT 1").equals("1");
                        } catch (SQLException notYet) {
                            return false;
                        }
                    });
        }

        private Process running() {
            return Objects.requireNonNull(process, "it was never started");
        }

        private Connection connect() throws SQLException {
            return DriverManager.getConnection(
                    "jdbc:postgresql://127.0.0.1:%d/postgres?user=postgres&connectTimeout=%d&socketTimeout=%d"
                            .formatted(port, ANSWER_SECONDS, ANSWER_SECONDS));
        }

        private String text(String sql) throws SQLException {
            try (Connection connection = connect();
                    Statement statement = connection.createStatement();
                    ResultSet rows = statement.executeQuery(sql)) {
                return rows.next() ? String.valueOf(rows.getString(1)) : "";
            }
        }

        private void execute(String... statements) throws SQLException {
            try (Connection connection = connect();
                    Statement statement = connection.createStatement()) {
                for (String sql : statements) {
                    statement.execute(sql);
                }
            }
        }

        private void signal(String signal) {
            Signals.send(signal, Signals.family(running()));
        }

        private void kill() {
            if (process != null) {
                signal("KILL");
                running().onExit().join();
                frozen = false;
            }
        }
    }

    private PostgreSqlPair(Programs programs, Path directory) {
        this.programs = programs;
        this.directory = directory;
        primary = new Server("one");
        standby = new Server("two");
        replication = Edge.to(primary.port);
    }

    /** Creates both, with a database and a role of the service. */
    static PostgreSqlPair start(Programs programs, Path directory) throws IOException, SQLException {
        Files.createDirectories(directory);
        PostgreSqlPair pair = new PostgreSqlPair(programs, directory);
        try {
            pair.run(
                    "initdb",
                    "-D",
                    pair.primary.data.toString(),
                    "-U",
                    "postgres",
                    "-A",
                    "trust",
                    "--locale=C",
                    "-E",
                    "UTF8");
            pair.primary.start();
            pair.primary.awaitAnswer();
            pair.primary.execute("CREATE ROLE orders LOGIN", "CREATE DATABASE orders OWNER orders");
            pair.addStandby();
            return pair;
        } catch (IOException | SQLException | RuntimeException failure) {
            pair.close();
            throw failure;
        }
    }

    private void run(String program, String... arguments) throws IOException {
        Path log = directory.resolve(program + ".log");
        Process process = new ProcessBuilder(programs.postgreSql(program, arguments))
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        if (process.onExit().join().exitValue() != 0) {
            throw new IOException("%s failed; its log is %s".formatted(program, log));
        }
    }

    /** Makes a standby from the data of the primary, and makes the primary wait for it from then on. */
    private void addStandby() throws IOException, SQLException {
        delete(standby.data);
        replication.moveTo(primary.port);
        run(
                "pg_basebackup",
                "-D",
                standby.data.toString(),
                "-d",
                "host=127.0.0.1 port=%d user=postgres application_name=%s".formatted(replication.port(), STANDBY),
                "-X",
                "stream",
                "-c",
                "fast",
                "-R");
        // The backup has the primary's settings. Once it is promoted, the standby has nobody to wait for.
        Files.writeString(
                standby.data.resolve("postgresql.auto.conf"),
                "synchronous_standby_names = ''\n",
                StandardOpenOption.APPEND);
        standby.start();
        standby.awaitAnswer();
        primary.execute(
                "ALTER SYSTEM SET synchronous_standby_names = '%s'".formatted(STANDBY), "SELECT pg_reload_conf()");
        awaitSynchronous();
    }

    /** Returns when everything that the primary has committed is on the standby, too. */
    private void awaitSynchronous() {
        Awaitility.await("the synchronous standby")
                .atMost(BOUND)
                .pollInterval(Duration.ofMillis(100))
                .ignoreExceptions()
                .until(() -> primary.text(("SELECT sync_state FROM pg_stat_replication"
                                        + " WHERE application_name = '%s' AND state = 'streaming'")
                                .formatted(STANDBY))
                        .equals("sync"));
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

    /** The port of the server that accepts writes. */
    int port() {
        return primary.port;
    }

    /** The way from the standby to the primary. */
    Edge replication() {
        return replication;
    }

    /** Connects to the service's database, without any edge. */
    Connection connect() throws SQLException {
        return DriverManager.getConnection("jdbc:postgresql://127.0.0.1:%d/orders?user=orders".formatted(primary.port));
    }

    /** Kills one of the service's sessions with SIGKILL, upon which PostgreSQL ends all of them and recovers. */
    void killBackend() throws SQLException {
        Signals.send(
                "KILL",
                List.of(Long.parseLong(
                        primary.text("SELECT pid FROM pg_stat_activity WHERE usename = 'orders' LIMIT 1"))));
    }

    /** Ends every process of the primary with SIGKILL. */
    void killPrimary() {
        primary.kill();
    }

    /** Ends it as {@code pg_ctl stop -m immediate} does. */
    void stopPrimary() {
        Signals.send("QUIT", List.of(primary.running().pid()));
        primary.running().onExit().join();
    }

    /** Starts the primary again; returns when it answers. */
    void startPrimary() {
        primary.start();
        primary.awaitAnswer();
    }

    void freezePrimary() {
        primary.signal("STOP");
        primary.frozen = true;
    }

    void thawPrimary() {
        primary.signal("CONT");
        primary.frozen = false;
    }

    void freezeStandby() {
        standby.signal("STOP");
        standby.frozen = true;
    }

    void thawStandby() {
        standby.signal("CONT");
        standby.frozen = false;
    }

    /** Returns when the server at {@link #port()} has recovered. */
    void awaitPrimary() {
        primary.awaitAnswer();
    }

    /** Returns when both servers answer; one that has ended is started again. */
    void awaitBoth() {
        primary.awaitAnswer();
        standby.awaitAnswer();
    }

    /** Makes the standby the primary; returns when it accepts writes. {@link #heal()} makes a standby of the other. */
    void promote() {
        try {
            standby.execute("SELECT pg_promote(true, 60)");
        } catch (SQLException failure) {
            throw new IllegalStateException("the standby cannot be promoted", failure);
        }
        Server former = primary;
        primary = standby;
        standby = former;
    }

    /** Makes both run, the one as the synchronous standby of the other. */
    void heal() throws IOException, SQLException {
        if (primary.frozen) {
            thawPrimary();
        }
        primary.awaitAnswer();
        boolean wasPromoted = !primary.text("SHOW synchronous_standby_names").equals(STANDBY);
        if (wasPromoted) {
            standby.kill();
            addStandby();
            return;
        }
        if (standby.frozen) {
            thawStandby();
        }
        standby.awaitAnswer();
        awaitSynchronous();
    }

    @Override
    public void close() {
        primary.kill();
        standby.kill();
        replication.close();
    }
}
