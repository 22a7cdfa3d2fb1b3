package dev.orderonce.packaged;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import dev.orderonce.embedded.Standalone;
import dev.orderonce.testkit.Stores;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.ServerSocket;
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
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The standalone jar without any configuration: it starts, keeps its data, survives being killed. */
class StandaloneBuildIT {
    private static final int WRITERS = 16;
    private static final int ORDERS_BEFORE_THE_KILL = 300;

    @TempDir
    Path directory;

    @Test
    void nothingConfigured_startsLogsItsAddressesAndKeepsItsDataOverARestart() throws IOException {
        // Given
        String number;
        try (Service service =
                Service.launch(Service.STANDALONE, directory, Map.of()).ready()) {
            String token = service.signIn("alice");
            number = service.newNumber(token);
            assertThat(service.place(token, number).statusCode()).isEqualTo(201);
            assertThat(lastLines(service))
                    .satisfiesExactly(
                            shop -> assertThat(shop).contains("http://localhost:" + service.port() + "/"),
                            support -> assertThat(support).contains("/support.html"),
                            documentation -> assertThat(documentation).contains("/docs"),
                            data -> assertThat(data)
                                    .contains(directory.resolve(".order-once").toString()));
            assertThat(service.log())
                    .doesNotContain(secret("postgresql-orders.password"))
                    .doesNotContain(secret("redis.password"));
            assertThat(service.log().lines().filter(line -> line.startsWith("{")))
                    .isNotEmpty()
                    .allMatch(line -> line.contains("\"version\":\"1.0.0\""));
            assertThat(service.send("GET", "/q/metrics", Optional.empty(), "").body())
                    .contains("orderonce_build_info{version=\"1.0.0\"");
            assertThat(List.of(
                            "/", "/support.html", "/merchant.html", "/order-once.js", "/openapi", "/docs/index.html"))
                    .allSatisfy(path -> assertThat(service.send("GET", path, Optional.empty(), "")
                                    .statusCode())
                            .isEqualTo(200));
        }
        // When
        try (Service service =
                Service.launch(Service.STANDALONE, directory, Map.of()).ready()) {
            String token = service.signIn("alice");
            // Then
            assertThat(service.place(token, number).statusCode()).isEqualTo(200);
        }
        assertThat(processesOf(directory)).isEmpty();
    }

    @Test
    void settingsThatCannotBeUsed_endTheStartBeforeAnythingStarts() throws IOException {
        // Given
        Path file = Files.writeString(directory.resolve("file"), "in the way");
        try (ServerSocket other = new ServerSocket(0)) {
            // When
            Service service = Service.launch(
                    Service.STANDALONE,
                    directory,
                    Map.of(
                            "NUMBERS_TTL", "2 hours",
                            "STANDALONE_DATA", file.toString(),
                            "QUARKUS_HTTP_PORT", Integer.toString(other.getLocalPort())));
            // Then
            assertThat(service.exitCode()).isEqualTo(78);
            assertThat(service.log().lines().filter(line -> !line.startsWith("WARNING: "))) // of the JVM
                    .hasSize(3)
                    .allMatch(line -> line.startsWith("order-once 1.0.0 cannot start: "))
                    .anyMatch(line -> line.contains("numbers.ttl: \"2 hours\" is not a duration; write 2h."))
                    .anyMatch(line -> line.contains("the data directory " + file + " cannot be used"))
                    .anyMatch(
                            line -> line.contains("quarkus.http.port: cannot listen on port " + other.getLocalPort()));
        }
    }

    @Test
    void olderJava_isRefusedWithASentence() throws IOException {
        // Given
        Path java = Path.of("/usr/lib/jvm/java-17-openjdk-amd64/bin/java");
        assumeThat(java).as("SKIPPED, because this machine has no Java 17").isExecutable();
        // When
        Process process = new ProcessBuilder(java.toString(), "-jar", Service.STANDALONE.toString())
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        // Then
        assertThat(output.strip())
                .isEqualTo("order-once cannot start: it needs Java 25 or newer, and this is Java 17.");
        assertThat(process.onExit().join().exitValue()).isEqualTo(78);
    }

    @ParameterizedTest
    @CsvSource({"--version,order-once 1.0.0", "--help,order-once 1.0.0: one number"})
    void commandThatPrints_startsNothing(String argument, String output) {
        // When
        Service service = Service.launch(Service.STANDALONE, directory, Map.of(), argument);
        // Then
        assertThat(service.exitCode()).isZero();
        assertThat(service.log()).startsWith(output);
        assertThat(directory.resolve(".order-once")).doesNotExist();
    }

    @Test
    void argumentThatDoesNotExist_isRefused() {
        // When
        Service service = Service.launch(Service.STANDALONE, directory, Map.of(), "--hlep");
        // Then
        assertThat(service.exitCode()).isEqualTo(78);
        assertThat(service.log()).contains("--hlep: there is no such argument; --help prints all.");
    }

    @Test
    void startOnATerminal_printsItsProgressAndACardInsteadOfJson() throws IOException {
        // Given
        Path script = Path.of("/usr/bin/script");
        assumeThat(script)
                .as("SKIPPED, because this machine cannot make a terminal")
                .isExecutable();
        // When
        try (Service service = Service.onTerminal(script, directory).ready()) {
            await().until(() -> service.log().contains("Ctrl-C"));
            // Then
            assertThat(service.log().lines().map(String::strip))
                    .contains("Starting Redis …", "Starting the service …")
                    .anyMatch(line -> line.startsWith("Starting PostgreSQL (the first start"))
                    .contains("Shop               http://localhost:" + service.port() + "/")
                    .contains("Support            http://localhost:" + service.port() + "/support.html")
                    .contains("API documentation  http://localhost:" + service.port() + "/docs")
                    .contains("Data               " + directory.resolve(".order-once"))
                    .noneMatch(line -> line.startsWith("{"));
        }
    }

    @Test
    void storeKilledTwice_endsTheServiceWithASentence() {
        // Given
        Service service =
                Service.launch(Service.STANDALONE, directory, Map.of()).ready();
        ProcessHandle first = redisOf(directory).orElseThrow();
        first.destroyForcibly();
        await().atMost(1, TimeUnit.MINUTES)
                .until(() ->
                        redisOf(directory).filter(again -> !again.equals(first)).isPresent());
        await().atMost(1, TimeUnit.MINUTES).until(() -> service.log().contains("Redis runs again"));
        // When
        redisOf(directory).orElseThrow().destroyForcibly();
        // Then
        assertThat(service.exitCode()).isEqualTo(1);
        assertThat(service.log()).contains("order-once 1.0.0 ends: Redis ended twice within a minute.");
        assertThat(processesOf(directory)).isEmpty();
    }

    private static Optional<ProcessHandle> redisOf(Path directory) {
        return processesOf(directory).stream()
                .filter(process -> process.info().command().orElse("").contains("redis-server"))
                .findFirst();
    }

    private static List<String> lastLines(Service service) {
        List<String> messages = service.log()
                .lines()
                .filter(line -> line.contains("\"loggerName\":\"dev.orderonce.Main\""))
                .toList();
        return messages.subList(messages.size() - 4, messages.size());
    }

    @Test
    void nothingConfigured_listensOnTheLoopbackInterfaceOnly() throws IOException {
        try (Service service =
                Service.launch(Service.STANDALONE, directory, Map.of()).ready()) {
            List<InetAddress> others = NetworkInterface.networkInterfaces()
                    .flatMap(NetworkInterface::inetAddresses)
                    .filter(address -> !address.isLoopbackAddress())
                    .toList();
            assertThat(others).noneMatch(address -> accepts(address, service.port()));
            assertThat(accepts(InetAddress.getLoopbackAddress(), service.port()))
                    .isTrue();
        }
    }

    private static boolean accepts(InetAddress address, int port) {
        try (Socket socket = new Socket(address, port)) {
            return socket.isConnected();
        } catch (IOException refused) {
            return false;
        }
    }

    @Test
    void storesConfigured_startsNoEmbeddedOnes() {
        // Given
        try (Standalone stores = Standalone.start(new SmallRyeConfigBuilder().build(), directory.resolve("stores"))) {
            // When
            try (Service service = Service.launch(Service.STANDALONE, directory, Stores.environment(stores))
                    .ready()) {
                String token = service.signIn("alice");
                // Then
                assertThat(service.place(token, service.newNumber(token)).statusCode())
                        .isEqualTo(201);
                assertThat(directory.resolve(".order-once/numbers.key")).exists();
                assertThat(directory.resolve(".order-once/postgresql")).doesNotExist();
                assertThat(directory.resolve(".order-once/redis")).doesNotExist();
            }
        }
    }

    @Test
    void secondServiceOnTheSameData_isRefusedWithAMessage() {
        try (Service first =
                Service.launch(Service.STANDALONE, directory, Map.of()).ready()) {
            // When
            Service second = Service.launch(Service.STANDALONE, directory, Map.of());
            // Then
            assertThat(second.exitCode()).isEqualTo(78);
            assertThat(second.log()).contains("another order-once is running with the data in");
            assertThat(first.process().isAlive()).isTrue();
        }
    }

    @Test
    void serviceKilled_leavesNoOrphanThatBlocksTheNextStart() {
        // Given
        Service killed = Service.launch(Service.STANDALONE, directory, Map.of()).ready();
        String token = killed.signIn("alice");
        String number = killed.newNumber(token);
        assertThat(killed.place(token, number).statusCode()).isEqualTo(201);
        // When
        killed.process().destroyForcibly();
        killed.process().onExit().join();
        // Then
        try (Service service =
                Service.launch(Service.STANDALONE, directory, Map.of()).ready()) {
            assertThat(service.place(service.signIn("alice"), number).statusCode())
                    .isEqualTo(200);
        }
        assertThat(processesOf(directory)).isEmpty();
    }

    @Test
    void serviceAndStoresKilledUnderLoad_keepEveryOrderTheyAcknowledged() throws Exception {
        // Given
        Queue<String> acknowledged = new ConcurrentLinkedQueue<>();
        AtomicBoolean killed = new AtomicBoolean();
        Service service =
                Service.launch(Service.STANDALONE, directory, Map.of()).ready();
        String token = service.signIn("alice");
        // When
        try (ExecutorService writers = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> writing = new ArrayList<>();
            for (int i = 0; i < WRITERS; i++) {
                writing.add(writers.submit(() -> placeUntilKilled(service, token, acknowledged, killed)));
            }
            Awaitility.await().until(() -> acknowledged.size() >= ORDERS_BEFORE_THE_KILL);
            List<ProcessHandle> stores = processesOf(directory);
            service.process().destroyForcibly();
            stores.forEach(ProcessHandle::destroyForcibly);
            killed.set(true);
            for (Future<?> writer : writing) {
                writer.get();
            }
        }
        // Then
        try (Service restarted =
                Service.launch(Service.STANDALONE, directory, Map.of()).ready()) {
            String again = restarted.signIn("alice");
            assertThat(acknowledged)
                    .hasSizeGreaterThanOrEqualTo(ORDERS_BEFORE_THE_KILL)
                    .allSatisfy(
                            number -> assertThat(restarted.find(again, number).statusCode())
                                    .isEqualTo(200));
            System.out.printf("killed under load: %d orders acknowledged, all found%n", acknowledged.size());
        }
    }

    private static void placeUntilKilled(
            Service service, String token, Queue<String> acknowledged, AtomicBoolean killed) {
        while (!killed.get()) {
            try {
                String number = service.newNumber(token);
                if (service.place(token, number).statusCode() == 201) {
                    acknowledged.add(number);
                }
            } catch (UncheckedIOException cutOff) {
                return; // killed: this request was not acknowledged
            }
        }
    }

    @Test
    void serviceStopped_answersTheRequestInFlightFirst() throws Exception {
        // Given
        Service service =
                Service.launch(Service.STANDALONE, directory, Map.of()).ready();
        String token = service.signIn("alice");
        String number = service.newNumber(token);
        CompletableFuture<Integer> status;
        try (Connection operator = DriverManager.getConnection(
                "jdbc:" + databaseOf(service), "orders", secret("postgresql-orders.password"))) {
            operator.setAutoCommit(false);
            try (Statement statement = operator.createStatement()) {
                statement.execute("LOCK TABLE orders IN ACCESS EXCLUSIVE MODE");
                status = CompletableFuture.supplyAsync(
                        () -> service.place(token, number).statusCode());
                Awaitility.await().until(() -> isAnyStatementWaiting(statement));
                // When
                service.process().destroy();
            }
            operator.commit();
        }
        // Then
        assertThat(status.get()).isEqualTo(201);
        assertThat(service.process().onExit().get(1, TimeUnit.MINUTES).isAlive())
                .isFalse();
        assertThat(processesOf(directory)).isEmpty();
    }

    private static String databaseOf(Service service) {
        Matcher url = Pattern.compile("PostgreSQL (postgresql://[^ ,]+)").matcher(service.log());
        assertThat(url.find()).isTrue();
        return url.group(1);
    }

    private String secret(String file) throws IOException {
        return Files.readString(directory.resolve(".order-once").resolve(file));
    }

    private static boolean isAnyStatementWaiting(Statement statement) throws SQLException {
        try (ResultSet waiting = statement.executeQuery("SELECT count(*) FROM pg_locks WHERE NOT granted")) {
            return waiting.next() && waiting.getInt(1) > 0;
        }
    }

    /** PostgreSQL and Redis processes that work in this directory. */
    private static List<ProcessHandle> processesOf(Path directory) {
        return ProcessHandle.allProcesses()
                .filter(process -> worksIn(process, directory))
                .toList();
    }

    private static boolean worksIn(ProcessHandle process, Path directory) {
        Path commandLine = Path.of("/proc", Long.toString(process.pid()), "cmdline");
        Path workingDirectory = Path.of("/proc", Long.toString(process.pid()), "cwd");
        try {
            String command = Files.readString(commandLine);
            return Stream.of("postgres", "redis-server").anyMatch(command::contains)
                    && Files.readSymbolicLink(workingDirectory).startsWith(directory.resolve(".order-once"));
        } catch (IOException gone) {
            return false;
        }
    }
}
