package dev.orderonce.campaign;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/** A process of the server build, which is stopped and started again on the same ports. */
final class Replica implements AutoCloseable {
    /** Of a start on a busy machine. */
    private static final Duration READY_WITHIN = Duration.ofMinutes(3);

    /** The time for requests in progress, the shutdown delay, and a margin. */
    private static final long STOP_SECONDS = 60;

    /** The options of the image. */
    private static final Path OPTIONS = Path.of("docker", "java.options");

    private final HttpClient http = HttpClient.newHttpClient();
    private final Path directory;
    private final Map<String, String> settings;
    private final int port = Ports.free();
    private final int managementPort = Ports.free();
    private Path build;
    private @Nullable Process process;
    private boolean frozen;

    Replica(Path directory, Path build, Map<String, String> settings) {
        this.directory = directory;
        this.build = build;
        this.settings = new HashMap<>(settings);
    }

    int port() {
        return port;
    }

    int managementPort() {
        return managementPort;
    }

    /** From the next start on. */
    void set(Map<String, String> more) {
        settings.putAll(more);
    }

    /** From the next start on without these. */
    void unset(Iterable<String> names) {
        names.forEach(settings::remove);
    }

    /** From the next start on another build: the directory of its archives. */
    void use(Path other) {
        build = other;
    }

    void start() {
        try {
            Files.createDirectories(directory);
            List<String> command = new ArrayList<>();
            command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
            Files.readAllLines(OPTIONS).stream()
                    .filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .forEach(command::add);
            command.addAll(List.of("-jar", build.resolve("quarkus-run.jar").toString()));
            ProcessBuilder builder = new ProcessBuilder(command)
                    .directory(directory.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(
                            directory.resolve("service.log").toFile()));
            builder.environment().keySet().removeIf(name -> name.startsWith("QUARKUS_"));
            builder.environment().putAll(settings);
            builder.environment().put("QUARKUS_HTTP_PORT", Integer.toString(port));
            builder.environment().put("QUARKUS_MANAGEMENT_PORT", Integer.toString(managementPort));
            process = builder.start();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** Returns when it is ready to place orders; starts it again if it ends, as orchestrators do. */
    void awaitReady() {
        Awaitility.await("a replica; its log is " + directory.resolve("service.log"))
                .atMost(READY_WITHIN)
                .pollInterval(Duration.ofMillis(100))
                .until(this::isReady);
    }

    private boolean isReady() throws InterruptedException {
        HttpRequest ready = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + managementPort + "/q/health/ready"))
                .timeout(Duration.ofSeconds(5))
                .build();
        try {
            return http.send(ready, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
        } catch (IOException notYet) {
            if (!running().isAlive()) {
                start();
            }
            return false;
        }
    }

    private Process running() {
        return Objects.requireNonNull(process, "it was never started");
    }

    /** As a power loss does. */
    void kill() {
        running().destroyForcibly();
        running().onExit().join();
        frozen = false;
    }

    /** As an operator does; returns when it has ended. */
    void stop() {
        running().destroy();
        try {
            if (!running().waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
                throw new IllegalStateException("a replica does not stop; its log is " + directory);
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(interrupted);
        }
    }

    /** Stops it, starts it again, and waits until it is ready. */
    void restart() {
        stop();
        start();
        awaitReady();
    }

    void freeze() {
        Signals.send("STOP", List.of(running().pid()));
        frozen = true;
    }

    void thaw() {
        Signals.send("CONT", List.of(running().pid()));
        frozen = false;
    }

    /** Makes it run again. */
    void heal() {
        if (frozen) {
            thaw();
        }
        if (!running().isAlive()) {
            start();
        }
        awaitReady();
    }

    @Override
    public void close() {
        if (process != null) {
            kill();
        }
    }
}
