package dev.orderonce.packaged;

import dev.orderonce.identity.Role;
import dev.orderonce.testkit.Baskets;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;

/** A packaged service that runs as a separate process, as an operator would run it. */
final class Service implements AutoCloseable {
    /** {@code -Dnative}: the tests run the native executable, which is a server build. */
    private static final boolean NATIVE = System.getProperty("native") != null;

    static final Path STANDALONE = Path.of("target/quarkus-app/quarkus-run.jar").toAbsolutePath();
    static final Path SERVER = Path.of(
                    NATIVE ? "target/server/order-once-1.0.0-runner" : "target/server/quarkus-app/quarkus-run.jar")
            .toAbsolutePath();

    /** Longer than on the slowest machine; {@link Progress} fails long before. */
    private static final Duration NEVER = Duration.ofMinutes(30);

    private static final Duration ANSWER_WITHIN = Duration.ofSeconds(20);

    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(ANSWER_WITHIN)
            .build();
    private final Process process;
    private final Path log;
    private final int port;
    private final int managementPort;
    private final Optional<Surroundings> surroundings;
    private final Map<String, String> tokens = new ConcurrentHashMap<>();

    private Service(Process process, Path log, int port, int managementPort, Optional<Surroundings> surroundings) {
        this.process = process;
        this.log = log;
        this.port = port;
        this.managementPort = managementPort;
        this.surroundings = surroundings;
    }

    /**
     * Starts a service with these settings and what it needs besides them: the standalone build, or the native
     * executable ({@code -Dnative}) in its {@link Surroundings}.
     */
    static Service launch(Path directory, Map<String, String> environment) {
        if (!NATIVE) {
            return launch(STANDALONE, directory, environment);
        }
        Surroundings made = Surroundings.of(directory, environment);
        return launch(SERVER, directory, made.settings(), Optional.of(made), List.of());
    }

    /** Starts a build in a directory of its own with nothing but these settings. */
    static Service launch(Path build, Path directory, Map<String, String> environment, String... arguments) {
        return launch(build, directory, environment, Optional.empty(), List.of(), arguments);
    }

    /** Starts the standalone build on a terminal, which {@code script} makes. */
    static Service onTerminal(Path script, Path directory) {
        return launch(STANDALONE, directory, Map.of(), Optional.empty(), List.of(script.toString(), "-qefc"));
    }

    private static Service launch(
            Path build,
            Path directory,
            Map<String, String> environment,
            Optional<Surroundings> surroundings,
            List<String> terminal,
            String... arguments) {
        try {
            Files.createDirectories(directory);
            Path log = Files.createTempFile(directory, "service", ".log");
            int port = freePort();
            int managementPort = freePort();
            List<String> command = new ArrayList<>();
            if (build.toString().endsWith(".jar")) {
                command.add(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString());
                command.addAll(List.of("-Xmx256m", "-jar", build.toString()));
            } else {
                command.addAll(List.of(build.toString(), "-Xmx256m"));
            }
            command.addAll(List.of(arguments));
            if (!terminal.isEmpty()) {
                List<String> within = new ArrayList<>(terminal);
                within.addAll(List.of(String.join(" ", command), "/dev/null"));
                command = within;
            }
            ProcessBuilder builder = new ProcessBuilder(command)
                    .directory(directory.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile());
            builder.environment().keySet().removeIf(name -> name.startsWith("QUARKUS_"));
            builder.environment().put("QUARKUS_HTTP_PORT", Integer.toString(port));
            builder.environment().put("QUARKUS_MANAGEMENT_PORT", Integer.toString(managementPort));
            // A load test places more than a person does.
            for (String limit : List.of("NUMBERS_ISSUED", "NUMBERS_OUTSTANDING", "ORDERS_PLACED")) {
                builder.environment().put("LIMITS_" + limit, "1000000/1m");
            }
            builder.environment().put("PAYMENTS_DECLINES_PER_ORDER_LIMIT", "1000000/10m");
            builder.environment().put("PAYMENTS_DECLINES_PER_BUYER_LIMIT", "1000000/1h");
            builder.environment().putAll(environment);
            return new Service(builder.start(), log, port, managementPort, surroundings);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    /** Waits until it is ready to take orders. */
    Service ready() {
        awaitProgress(() -> {
            if (!process.isAlive()) {
                throw new IllegalStateException("the service ended: " + log());
            }
            return isReady();
        });
        return this;
    }

    private void awaitProgress(Callable<Boolean> condition) {
        Progress progress = new Progress(process);
        Awaitility.await().atMost(NEVER).until(() -> {
            boolean isDone = condition.call();
            if (!isDone) {
                progress.check();
            }
            return isDone;
        });
    }

    private boolean isReady() {
        try {
            return send("GET", "/q/health/ready", Optional.empty(), "").statusCode() == 200;
        } catch (UncheckedIOException notYet) {
            return false;
        }
    }

    Process process() {
        return process;
    }

    int port() {
        return port;
    }

    String log() {
        try {
            return Files.readString(log);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** Waits for its end and returns its exit code. */
    int exitCode() {
        awaitProgress(() -> !process.isAlive());
        return process.exitValue();
    }

    HttpResponse<String> send(String method, String path, Optional<String> token, String body) {
        return sendWith(Map.of(), method, path, token, body);
    }

    private int portOf(String path) {
        return path.startsWith("/q/") ? managementPort : port;
    }

    HttpResponse<String> sendWith(
            Map<String, String> headers, String method, String path, Optional<String> token, String body) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + portOf(path) + path))
                .timeout(ANSWER_WITHIN)
                .method(
                        method,
                        body.isEmpty()
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofString(body));
        if (!body.isEmpty()) {
            request.header("Content-Type", "application/json");
        }
        headers.forEach(request::header);
        token.ifPresent(bearer -> request.header("Authorization", "Bearer " + bearer));
        try {
            return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(interrupted);
        }
    }

    /** Signs in with one role. */
    String signIn(String subject, String role) {
        return tokens.computeIfAbsent(subject + ' ' + role, _ -> newToken(subject, Set.of(role)));
    }

    /** Returns a token of a guest's session. */
    String signInGuest(String subject) {
        return tokens.computeIfAbsent(subject, _ -> newToken(subject, Set.of(Role.BUYER, Role.GUEST)));
    }

    /** Signs in as a buyer. */
    String signIn(String subject) {
        return newToken(subject, Set.of(Role.BUYER));
    }

    private String newToken(String subject, Set<String> roles) {
        if (surroundings.isPresent()) {
            return Issuer.token(subject, roles);
        }
        HttpResponse<String> response = send(
                "POST",
                "/demo/sign-in",
                Optional.empty(),
                new JsonObject()
                        .put("subject", subject)
                        .put("roles", List.copyOf(roles))
                        .encode());
        return new JsonObject(response.body()).getString("token");
    }

    String newNumber(String token) {
        HttpResponse<String> response = send("POST", "/order-numbers", Optional.of(token), "");
        return new JsonObject(response.body()).getString("number");
    }

    HttpResponse<String> place(String token, String number) {
        return place(Map.of(), token, number);
    }

    HttpResponse<String> place(Map<String, String> headers, String token, String number) {
        String body = new JsonObject(Baskets.under(number, Baskets.onlyFor(number))).encode();
        return sendWith(headers, "POST", "/orders", Optional.of(token), body);
    }

    /** Places under an idempotency key. */
    HttpResponse<String> placeByKey(String token, String key) {
        return sendWith(
                Map.of("Idempotency-Key", key),
                "POST",
                "/orders",
                Optional.of(token),
                new JsonObject(Baskets.onlyFor(key)).encode());
    }

    HttpResponse<String> find(String token, String number) {
        return send("GET", "/orders/" + number, Optional.of(token), "");
    }

    /**
     * Opens the stream of the buyer's events; returns when it is open.
     *
     * @return its lines, once it has ended as a stream ends and not by a cut
     */
    CompletableFuture<List<String>> listen(String token) {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/events"))
                .header("Authorization", "Bearer " + token)
                .build();
        HttpResponse<Stream<String>> opened = http.sendAsync(request, HttpResponse.BodyHandlers.ofLines())
                .orTimeout(ANSWER_WITHIN.toSeconds(), TimeUnit.SECONDS)
                .join();
        return CompletableFuture.supplyAsync(() -> opened.body().toList());
    }

    /** Stops it as an operator would. */
    @Override
    public void close() {
        process.destroy();
        exitCode();
        surroundings.ifPresent(Surroundings::close);
    }
}
