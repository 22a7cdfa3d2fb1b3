package dev.orderonce.bench;

import io.smallrye.jwt.build.Jwt;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A process of the packaged service, which runs until it is closed. */
final class Service implements AutoCloseable {
    private static final Duration START_TIMEOUT = Duration.ofMinutes(1);

    /** Longer than any measurement takes. */
    private static final Duration TOKEN_TTL = Duration.ofHours(12);

    /**
     * How to start processes of the service.
     *
     * @param directory of the build; the log is written there
     * @param program the first words of the command: a JVM or an executable, with its options
     * @param arguments its last words
     */
    record Packaged(Path directory, List<String> program, List<String> arguments, Map<String, String> settings) {
        /** A JVM with these options. */
        static Packaged onJvm(Path directory, List<String> options, Map<String, String> settings) {
            List<String> program = new ArrayList<>();
            program.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
            program.addAll(options);
            String jar = directory.resolve("quarkus-app/quarkus-run.jar").toString();
            return new Packaged(directory, program, List.of("-jar", jar), settings);
        }

        /** A native executable with these options. */
        static Packaged executable(Path file, List<String> options, Map<String, String> settings) {
            List<String> program = new ArrayList<>();
            program.add(file.toString());
            program.addAll(options);
            return new Packaged(file.resolveSibling(""), program, List.of(), settings);
        }

        Path log() {
            return directory.resolve("service.log");
        }

        /** Starts one on free ports, with more options of the JVM. */
        Service start(String... more) throws IOException {
            return new Service(this, freePort(), freePort(), more);
        }
    }

    private final Packaged packaged;
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final long startedAt = System.nanoTime();
    private final Process process;
    private final int port;
    private final int managementPort;
    private String token = "";

    private Service(Packaged packaged, int port, int managementPort, String... more) throws IOException {
        this.packaged = packaged;
        this.port = port;
        this.managementPort = managementPort;
        List<String> command = new ArrayList<>(packaged.program());
        command.addAll(List.of(more));
        packaged.settings().forEach((name, value) -> command.add("-D" + name + "=" + value));
        command.add("-Dquarkus.http.port=" + port);
        command.add("-Dquarkus.management.port=" + managementPort);
        command.addAll(packaged.arguments());
        process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(packaged.log().toFile()))
                .start();
    }

    /** Ends this one and starts another one on the same ports. */
    Service restart(String... more) throws IOException {
        close();
        return new Service(packaged, port, managementPort, more);
    }

    static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    int port() {
        return port;
    }

    int managementPort() {
        return managementPort;
    }

    ProcessHandle process() {
        return process.toHandle();
    }

    /** Milliseconds since its start. */
    double millis() {
        return (System.nanoTime() - startedAt) / 1e6;
    }

    void awaitReady() throws IOException, InterruptedException {
        HttpRequest ready = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + managementPort + "/q/health/ready"))
                .build();
        poll(
                "ready",
                () -> http.send(ready, HttpResponse.BodyHandlers.discarding()).statusCode() == 200);
    }

    /** Polls until an order is placed. */
    void order() throws IOException, InterruptedException {
        poll("order", () -> {
            if (token.isEmpty()) {
                token = signIn("start-buyer");
            }
            return place(issue()) == 201;
        });
    }

    /** A number, its order, and the order again. */
    void checkout() throws IOException, InterruptedException {
        String number = issue();
        place(number);
        place(number);
    }

    /** Signs a buyer's token as the demo sign-in does, which the server build does not have. */
    String signIn(String subject) {
        return signIn(subject, "buyer");
    }

    String signIn(String subject, String role) {
        Map<String, String> settings = packaged.settings();
        return Jwt.issuer(settings.get("identity.issuer"))
                .audience(settings.get("identity.audience"))
                .subject(subject)
                .groups(role)
                .expiresAt(Instant.now().plus(TOKEN_TTL))
                .sign(key(settings.get("demo.sign-in.key")));
    }

    private static PrivateKey key(@Nullable String base64) {
        try {
            return KeyFactory.getInstance("RSA")
                    .generatePrivate(
                            new PKCS8EncodedKeySpec(Base64.getDecoder().decode(Objects.requireNonNull(base64))));
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private String issue() throws IOException, InterruptedException {
        return new JsonObject(send("/order-numbers", "").body()).getString("number");
    }

    private int place(String number) throws IOException, InterruptedException {
        return send("/orders", Requests.order(number)).statusCode();
    }

    private HttpResponse<String> send(String path, String body) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .header("Authorization", "Bearer " + token);
        if (body.isEmpty()) {
            request.POST(HttpRequest.BodyPublishers.noBody());
        } else {
            request.header("Content-Type", "application/json").POST(HttpRequest.BodyPublishers.ofString(body));
        }
        return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    /** What the metrics say. */
    String metrics() throws IOException, InterruptedException {
        HttpRequest metrics = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + managementPort + "/q/metrics"))
                .build();
        return http.send(metrics, HttpResponse.BodyHandlers.ofString()).body();
    }

    private interface Attempt {
        boolean succeeds() throws IOException, InterruptedException;
    }

    private void poll(String what, Attempt attempt) throws IOException, InterruptedException {
        while (millis() < START_TIMEOUT.toMillis() && process.isAlive()) {
            try {
                if (attempt.succeeds()) {
                    return;
                }
            } catch (IOException notYet) {
                // it is still starting
            }
            Thread.sleep(1);
        }
        throw new IllegalStateException("not %s within %s; see %s".formatted(what, START_TIMEOUT, packaged.log()));
    }

    /** Resident memory, where the system reports it; −1 elsewhere. */
    long residentMiB() throws IOException {
        Path status = Path.of("/proc", Long.toString(process.pid()), "status");
        if (!Files.exists(status)) {
            return -1;
        }
        return Files.readAllLines(status).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) / 1024)
                .findFirst()
                .orElse(-1);
    }

    @Override
    public void close() {
        process.destroy();
        process.onExit().join();
    }
}
