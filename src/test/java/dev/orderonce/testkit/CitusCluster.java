package dev.orderonce.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
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
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.opentest4j.TestAbortedException;

/**
 * A distributed PostgreSQL: a coordinator and two workers with the Citus extension, each a server with its own data. It
 * needs a PostgreSQL with Citus on this machine, whose programs are in the directory {@code -Dcitus.postgresql=…}, or
 * where Debian puts those of PostgreSQL 15.
 */
public final class CitusCluster implements AutoCloseable {
    private static final Path PROGRAMS = Path.of(System.getProperty("citus.postgresql", "/usr/lib/postgresql/15/bin"));

    private static final Path DIRECTORIES = Path.of("target", "citus");

    /** A server starts in a second, and initdb takes some; this allows for a busy machine. */
    private static final Duration START_WITHIN = Duration.ofMinutes(1);

    private static final int ANSWER_SECONDS = 30;

    /** The shell kills the server when its standard input ends, and so also when the JVM of the tests ends. */
    private static final String UNTIL_INPUT_ENDS = "\"$@\" >>server.log 2>&1 & read end; kill -9 $!; wait $!";

    private static final Pattern WITHOUT_CITUS =
            Pattern.compile("could not (load library|access file)|incompatible library");

    private final Path directory;
    private final Server coordinator;
    private final List<Server> workers;

    /** One server with its own data. */
    public static final class Server {
        private final Path directory;
        private final int port = RedisNode.freePort();
        private @Nullable Process shell;

        private Server(Path directory) {
            this.directory = directory;
        }

        public int port() {
            return port;
        }

        /** Opens a connection. */
        public Connection connect() throws SQLException {
            return DriverManager.getConnection(
                    "jdbc:postgresql://127.0.0.1:%d/postgres?user=postgres&connectTimeout=%d&socketTimeout=%d"
                            .formatted(port, ANSWER_SECONDS, ANSWER_SECONDS));
        }

        /** Runs any statement. */
        public void execute(String sql) throws SQLException {
            try (Connection connection = connect();
                    Statement statement = connection.createStatement()) {
                statement.execute(sql);
            }
        }

        /** The first column of all rows as text, one row in a line. */
        public String text(String sql) throws SQLException {
            try (Connection connection = connect();
                    Statement statement = connection.createStatement();
                    ResultSet rows = statement.executeQuery(sql)) {
                List<String> lines = new ArrayList<>();
                while (rows.next()) {
                    lines.add(rows.getString(1));
                }
                return String.join("\n", lines);
            }
        }

        private void create() throws IOException {
            Path data = Files.createDirectories(directory).resolve("data");
            Process initdb = new ProcessBuilder(unprivileged(
                            "initdb",
                            "-D",
                            data.toString(),
                            "-U",
                            "postgres",
                            "-A",
                            "trust",
                            "--locale=C",
                            "-E",
                            "UTF8"))
                    .redirectErrorStream(true)
                    .redirectOutput(directory.resolve("initdb.log").toFile())
                    .start();
            if (initdb.onExit().join().exitValue() != 0) {
                throw new IOException("initdb failed; its log is in " + directory);
            }
            Files.writeString(data.resolve("postgresql.conf"), """
                    port = %d
                    listen_addresses = '127.0.0.1'
                    unix_socket_directories = ''
                    shared_preload_libraries = 'citus'
                    max_prepared_transactions = 200
                    # A test that kills a server does not want to wait for its disk.
                    fsync = off
                    # In the data directory: a killed server leaves nothing in the shared memory of the machine.
                    dynamic_shared_memory_type = mmap
                    """.formatted(port));
        }

        /** Starts the server, on the same port and data as before. */
        public void start() throws IOException {
            shell = launch();
            Path log = directory.resolve("server.log");
            Awaitility.await("PostgreSQL in " + directory)
                    .atMost(START_WITHIN)
                    .pollInterval(Duration.ofMillis(50))
                    .ignoreExceptionsInstanceOf(SQLException.class)
                    .until(() -> {
                        String written = Files.exists(log) ? Files.readString(log) : "";
                        if (WITHOUT_CITUS.matcher(written).find()) {
                            throw skipped("the PostgreSQL in " + PROGRAMS + " has no Citus that it can load");
                        }
                        // It ends at once while processes of a killed server still use the same data.
                        if (!Objects.requireNonNull(shell).isAlive()) {
                            shell = launch();
                        }
                        return text("SELECT 1").equals("1");
                    });
        }

        private Process launch() throws IOException {
            List<String> command = new ArrayList<>(List.of("sh", "-c", UNTIL_INPUT_ENDS, "citus"));
            command.addAll(
                    unprivileged("postgres", "-D", directory.resolve("data").toString()));
            return new ProcessBuilder(command).directory(directory.toFile()).start();
        }

        /** Ends the server with SIGKILL. */
        public void kill() {
            Process running = shell;
            if (running == null) {
                return;
            }
            try {
                running.getOutputStream().close();
                if (!running.waitFor(START_WITHIN.toSeconds(), TimeUnit.SECONDS)) {
                    throw new IllegalStateException("the server in " + directory + " does not end");
                }
            } catch (IOException failure) {
                throw new UncheckedIOException(failure);
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(interrupted);
            }
            shell = null;
        }
    }

    private CitusCluster(Path directory) {
        this.directory = directory;
        this.coordinator = new Server(directory.resolve("coordinator"));
        this.workers = List.of(new Server(directory.resolve("worker-1")), new Server(directory.resolve("worker-2")));
    }

    /** Starts all servers; the test is skipped, and says so, if this machine has no PostgreSQL with Citus. */
    public static CitusCluster start() throws IOException, SQLException {
        if (!Files.isExecutable(PROGRAMS.resolve("initdb"))) {
            throw skipped("there is no PostgreSQL 15 here (-Dcitus.postgresql=…)");
        }
        CitusCluster cluster =
                new CitusCluster(Files.createTempDirectory(Files.createDirectories(DIRECTORIES), "cluster-")
                        .toAbsolutePath());
        try {
            cluster.startAll();
            return cluster;
        } catch (IOException | SQLException | RuntimeException failure) {
            cluster.close();
            throw failure;
        }
    }

    /** The report of the tests does not have a class that is skipped before its first test. */
    private static TestAbortedException skipped(String why) {
        System.out.println("CitusCluster: " + why + ", so a distributed PostgreSQL is NOT tested");
        return new TestAbortedException(why);
    }

    private void startAll() throws IOException, SQLException {
        for (Server server : servers()) {
            server.create();
            server.start();
            server.execute("CREATE EXTENSION citus");
        }
        coordinator.execute("SELECT citus_set_coordinator_host('127.0.0.1', %d)".formatted(coordinator.port()));
        for (Server worker : workers) {
            coordinator.execute("SELECT citus_add_node('127.0.0.1', %d)".formatted(worker.port()));
        }
    }

    private List<Server> servers() {
        return Stream.concat(Stream.of(coordinator), workers.stream()).toList();
    }

    public Server coordinator() {
        return coordinator;
    }

    public List<Server> workers() {
        return workers;
    }

    /** A command of PostgreSQL; its programs refuse to run as root, so root runs them in a user namespace. */
    private static List<String> unprivileged(String program, String... arguments) {
        List<String> command = new ArrayList<>();
        if (ProcessHandle.current().info().user().orElse("").equals("root")) {
            command.addAll(List.of("unshare", "-U"));
        }
        command.add(PROGRAMS.resolve(program).toString());
        command.addAll(List.of(arguments));
        return command;
    }

    @Override
    public void close() {
        servers().forEach(Server::kill);
        // Processes of a killed server end, and write, a moment after it.
        Awaitility.await("the end of the servers in " + directory)
                .atMost(START_WITHIN)
                .pollInterval(Duration.ofMillis(50))
                .ignoreExceptionsMatching(
                        failure -> failure instanceof IOException || failure instanceof UncheckedIOException)
                .until(this::delete);
    }

    private boolean delete() throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
        return true;
    }
}
