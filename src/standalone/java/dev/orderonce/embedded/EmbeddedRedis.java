package dev.orderonce.embedded;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import redis.embedded.RedisExecProvider;

/**
 * One Redis whose data survives a restart.
 *
 * <p>It listens on the loopback interface, where every user of the machine can connect, so every connection needs a
 * password. The password is kept in a file beside the data that only its owner can read.
 */
public final class EmbeddedRedis {
    /** It starts in milliseconds; reading back a long log takes seconds. */
    private static final Duration START_WITHIN = Duration.ofMinutes(5);

    private static final String PROGRAM = "redis-server";

    private final Path data;
    private final int port;
    private final String password;
    private Process server;

    private EmbeddedRedis(Path data, int port) {
        this.data = data;
        this.port = port;
        this.password = Secrets.kept(data.resolveSibling("redis.password"), Secrets::newPassword);
        this.server = launch();
    }

    /**
     * Starts it on a free port.
     *
     * @param data its data; created if it does not exist. The password is kept beside it.
     */
    public static EmbeddedRedis start(Path data) {
        return new EmbeddedRedis(data, Processes.freePort());
    }

    private Process launch() {
        Path pid = data.resolve("redis.pid");
        Processes.reap(pid, PROGRAM);
        try {
            Files.createDirectories(data);
            Path configuration = data.resolveSibling("redis.conf");
            Secrets.write(configuration, "requirepass " + password + '\n');
            // The library is used for its executables; running them here lets a restart keep its
            // port and its data.
            Process process = new ProcessBuilder(command())
                    .redirectInput(configuration.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()))
                    .start();
            Files.writeString(pid, Long.toString(process.pid()));
            awaitAnswer(process);
            return process;
        } catch (IOException failure) {
            throw new IllegalStateException(
                    "Redis did not start (%s); its log is %s".formatted(failure.getMessage(), log()), failure);
        }
    }

    private List<String> command() throws IOException {
        return List.of(
                RedisExecProvider.defaultProvider().get().getAbsolutePath(),
                // The password comes from standard input, a file: everybody on the machine can read
                // this command.
                "-",
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
            out.write("AUTH %s\r\nPING\r\n".formatted(password).getBytes(StandardCharsets.US_ASCII));
            out.flush();
            BufferedReader in =
                    new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
            return "+OK".equals(in.readLine()) && "+PONG".equals(in.readLine());
        } catch (IOException notYet) {
            return false;
        }
    }

    /** Where it is, with the password. */
    public String url() {
        return "redis://:" + password + "@127.0.0.1:" + port;
    }

    public int port() {
        return port;
    }

    public String password() {
        return password;
    }

    /** Starts it again, on the same port and data, after {@link #stop()}. */
    public void restart() {
        server = launch();
    }

    /** The process that runs now. */
    ProcessHandle process() {
        return server.toHandle();
    }

    public void stop() {
        Processes.stop(server.toHandle(), PROGRAM);
    }
}
