package dev.orderonce.testkit;

import static org.awaitility.Awaitility.await;

import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import redis.embedded.RedisExecProvider;

/**
 * One process of a Redis topology (a primary, a replica or a sentinel) in its own directory and at its own port. Every
 * node accepts the same user.
 */
public final class RedisNode implements AutoCloseable {
    static final String USER = "shop";
    static final String PASSWORD = "topology";

    /** A process starts in milliseconds; this allows for a busy machine. */
    private static final Duration START_WITHIN = Duration.ofSeconds(20);

    private static final int REPLY_WITHIN_MILLIS = 1000;

    /** Below the range of outgoing connections, which would otherwise take the port of a node that does not run. */
    private static final int FIRST_PORT = 20_000;

    private static final int PORTS = 12_000;

    private static final Path DIRECTORIES = Path.of("target", "redis-nodes");

    /** The shell kills Redis when its standard input ends, and so also when the JVM of the tests ends. */
    private static final String UNTIL_INPUT_ENDS = "\"$@\" >>redis.log 2>&1 & echo $!; read end; kill -9 $!; wait $!";

    private final Path directory;
    private final int port;
    private final List<String> options;
    private @Nullable Process shell;
    private String pid = "";
    private volatile boolean frozen;

    private RedisNode(Path directory, int port, List<String> options) {
        this.directory = directory;
        this.port = port;
        this.options = options;
    }

    /** Starts a node that stores data, with these further lines of configuration. */
    static RedisNode startData(List<String> lines) {
        List<String> all = new ArrayList<>(List.of(
                "masteruser " + USER,
                "masterauth " + PASSWORD,
                "appendonly yes",
                "save \"\"",
                "repl-diskless-sync-delay 0",
                "repl-ping-replica-period 1"));
        all.addAll(lines);
        return start(all, List.of());
    }

    /** Starts a sentinel with these further lines of configuration. */
    static RedisNode startSentinel(List<String> lines) {
        return start(lines, List.of("--sentinel"));
    }

    private static RedisNode start(List<String> lines, List<String> options) {
        try {
            Path directory = Files.createTempDirectory(Files.createDirectories(DIRECTORIES), "node-")
                    .toAbsolutePath();
            int port = freePort();
            List<String> configuration = new ArrayList<>(List.of(
                    "port " + port,
                    "bind 127.0.0.1",
                    "protected-mode no",
                    "dir " + directory,
                    "requirepass " + PASSWORD,
                    "user " + USER + " on >" + PASSWORD + " ~* &* +@all"));
            configuration.addAll(lines);
            Files.write(directory.resolve("redis.conf"), configuration);
            RedisNode node = new RedisNode(directory, port, options);
            try {
                node.start();
            } catch (RuntimeException failure) {
                node.close();
                throw failure;
            }
            return node;
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** A free port of the loopback interface for a server. */
    static int freePort() {
        while (true) {
            int port = FIRST_PORT + ThreadLocalRandom.current().nextInt(PORTS);
            try (ServerSocket free = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                return free.getLocalPort();
            } catch (IOException taken) {
                // the next one
            }
        }
    }

    /** Starts the process, on the same port and data as before. */
    void start() {
        List<String> command = new ArrayList<>(List.of("sh", "-c", UNTIL_INPUT_ENDS, "redis"));
        try {
            command.add(RedisExecProvider.defaultProvider().get().getAbsolutePath());
            command.add("redis.conf");
            command.addAll(options);
            Process started = new ProcessBuilder(command)
                    .directory(directory.toFile())
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            shell = started;
            pid = Objects.requireNonNull(
                    new BufferedReader(new InputStreamReader(started.getInputStream(), StandardCharsets.US_ASCII))
                            .readLine());
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
        await("Redis in " + directory)
                .atMost(START_WITHIN)
                .pollInterval(Duration.ofMillis(20))
                .ignoreExceptions()
                .until(() -> "PONG".equals(send("PING")));
    }

    /** Ends the process with SIGKILL. */
    public void kill() {
        Process running = shell;
        if (running == null) {
            return;
        }
        try {
            running.getOutputStream().close();
            running.waitFor();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(interrupted);
        }
        shell = null;
        frozen = false;
    }

    /** Suspends the process: it accepts connections and answers none. */
    public void freeze() {
        signal("-STOP");
        frozen = true;
    }

    /** Continues the process after {@link #freeze()}. */
    public void resume() {
        signal("-CONT");
        frozen = false;
    }

    private void signal(String signal) {
        try {
            int failed = new ProcessBuilder("kill", signal, pid).start().waitFor();
            if (failed != 0) {
                throw new IllegalStateException("process " + pid + " does not run");
            }
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(interrupted);
        }
    }

    /** Whether the process runs and is not suspended. */
    public boolean answers() {
        return shell != null && !frozen;
    }

    /** Makes the process answer again: starts it or continues it. */
    void revive() {
        if (shell == null) {
            start();
        } else if (frozen) {
            resume();
        }
    }

    public int port() {
        return port;
    }

    /** The address of the node, with user and password. */
    public String url() {
        return "redis://%s:%s@127.0.0.1:%d".formatted(USER, PASSWORD, port);
    }

    /**
     * Sends one command.
     *
     * @return a string, a {@code Long}, a list of these, or null
     * @throws IllegalStateException with the text of an error reply
     * @throws UncheckedIOException without a reply within a second
     */
    public @Nullable Object send(String... words) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), REPLY_WITHIN_MILLIS);
            socket.setSoTimeout(REPLY_WITHIN_MILLIS);
            socket.getOutputStream()
                    .write((encoded("AUTH", USER, PASSWORD) + encoded(words)).getBytes(StandardCharsets.ISO_8859_1));
            DataInputStream in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
            read(in);
            return read(in);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private static String encoded(String... words) {
        return Stream.of(words)
                .map(word -> "$" + word.length() + "\r\n" + word + "\r\n")
                .collect(Collectors.joining("", "*" + words.length + "\r\n", ""));
    }

    private static @Nullable Object read(DataInputStream in) throws IOException {
        String line = line(in);
        String rest = line.substring(1);
        return switch (line.charAt(0)) {
            case '+' -> rest;
            case ':' -> Long.valueOf(rest);
            case '$' -> {
                int length = Integer.parseInt(rest);
                if (length < 0) {
                    yield null;
                }
                byte[] bytes = new byte[length];
                in.readFully(bytes);
                in.skipNBytes(2);
                yield new String(bytes, StandardCharsets.UTF_8);
            }
            case '*' -> {
                List<@Nullable Object> elements = new ArrayList<>();
                for (int left = Integer.parseInt(rest); left > 0; left--) {
                    elements.add(read(in));
                }
                yield elements;
            }
            default -> throw new IllegalStateException(rest);
        };
    }

    private static String line(DataInputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = in.readUnsignedByte(); c != '\r'; c = in.readUnsignedByte()) {
            line.append((char) c);
        }
        in.readUnsignedByte();
        return line.toString();
    }

    /** Sends one command whose reply is a string or a number. */
    public String text(String... words) {
        return String.valueOf(send(words));
    }

    /** A sentinel that changes the role of a node has it close the connections of all clients; reads again then. */
    private String section(String section) {
        try {
            return text("INFO", section);
        } catch (UncheckedIOException disconnected) {
            return text("INFO", section);
        }
    }

    /** One value of a section of INFO; empty if the section has none of this name. */
    public String info(String section, String name) {
        return section(section)
                .lines()
                .filter(line -> line.startsWith(name + ":"))
                .map(line -> line.substring(name.length() + 1))
                .findFirst()
                .orElse("");
    }

    /** How many errors of this code, such as MOVED, the node has replied with since its start. */
    public long errors(String code) {
        String count = info("errorstats", "errorstat_" + code);
        return count.isEmpty() ? 0 : Long.parseLong(count.substring("count=".length()));
    }

    /** Whether the node accepts writes. */
    public boolean isPrimary() {
        return answers() && info("replication", "role").equals("master");
    }

    /** Whether the node is a replica that has a connection to its primary and its data. */
    public boolean isReplica() {
        return answers() && info("replication", "master_link_status").equals("up");
    }

    /** Ends the process and deletes its directory. */
    @Override
    public void close() {
        kill();
        try (Stream<Path> tree = Files.walk(directory)) {
            for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    @Override
    public String toString() {
        return "Redis at port " + port;
    }
}
