package dev.orderonce.embedded;

import redis.embedded.RedisExecProvider;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** One Redis that keeps what it knows over a restart. */
public final class EmbeddedRedis {
    /** It starts in milliseconds; reading back a long log takes seconds. */
    private static final Duration START_WITHIN = Duration.ofMinutes(5);

    private static final String PROGRAM = "redis-server";

    private final Path data;
    private final int port;
    private Process server;

    private EmbeddedRedis(Path data, int port) {
        this.data = data;
        this.port = port;
        this.server = launch();
    }

    /**
     * Starts it on a free port.
     *
     * @param data its data; made if it is not there
     */
    public static EmbeddedRedis start(Path data) {
        return new EmbeddedRedis(data, Processes.freePort());
    }

    private Process launch() {
        Path pid = data.resolve("redis.pid");
        Processes.reap(pid, PROGRAM);
        try {
            Files.createDirectories(data);
            // The library is used for its executables; running them here lets a restart keep its
            // port and its data.
            Process process =
                    new ProcessBuilder(command())
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()))
                            .start();
            Files.writeString(pid, Long.toString(process.pid()));
            awaitAnswer(process);
            return process;
        } catch (IOException failure) {
            throw new UncheckedIOException("Redis did not start; its log is " + log(), failure);
        }
    }

    private List<String> command() throws IOException {
        return List.of(
                RedisExecProvider.defaultProvider().get().getAbsolutePath(),
                "--port",
                Integer.toString(port),
                "--bind",
                "127.0.0.1",
                "--dir",
                data.toString(),
                "--appendonly",
                "yes",
                // Losing the last second of numbers costs a buyer a new number, never an order.
                "--appendfsync",
                "everysec",
                "--save",
                "");
    }

    private Path log() {
        return data.resolveSibling("redis.log");
    }

    private void awaitAnswer(Process process) throws IOException {
        long deadline = System.nanoTime() + START_WITHIN.toNanos();
        while (!answers()) {
            if (!process.isAlive() || System.nanoTime() > deadline) {
                process.destroyForcibly();
                throw new IOException("Redis does not answer on port " + port);
            }
            Processes.pause();
        }
    }

    private boolean answers() {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            OutputStream out = socket.getOutputStream();
            out.write("PING\r\n".getBytes(StandardCharsets.US_ASCII));
            out.flush();
            BufferedReader in =
                    new BufferedReader(
                            new InputStreamReader(
                                    socket.getInputStream(), StandardCharsets.US_ASCII));
            return "+PONG".equals(in.readLine());
        } catch (IOException notYet) {
            return false;
        }
    }

    public String url() {
        return "redis://127.0.0.1:" + port;
    }

    public int port() {
        return port;
    }

    /** Starts it again, on the same port and data, after {@link #stop()}. */
    public void restart() {
        server = launch();
    }

    public void stop() {
        Processes.stop(server.toHandle(), PROGRAM);
    }
}
