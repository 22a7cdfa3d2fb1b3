package dev.orderonce.bench;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
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

/**
 * Measures the time of the packaged service from its start to its first order, and its memory then: with the JVM's AOT
 * cache (JEP 514) of a training run, and without.
 */
final class Starts {
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    /** One buyer may place 30 at once. */
    private static final int TRAINING_ORDERS = 25;

    private final Path jar;
    private final Path log;
    private final List<String> options;
    private final Map<String, String> settings;
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    /** The measurements of one start. */
    record Start(double millis, long residentMiB) {}

    Starts(Path directory, List<String> options, Map<String, String> settings) {
        this.jar = directory.resolve("quarkus-app/quarkus-run.jar");
        this.log = directory.resolve("starts.log");
        this.options = options;
        this.settings = settings;
    }

    /** A run that places some orders and ends: its cache is written at its end. */
    void train(Path cache) throws IOException, InterruptedException {
        Files.deleteIfExists(cache);
        try (Running service = new Running("-XX:AOTCacheOutput=" + cache)) {
            service.order();
            for (int i = 1; i < TRAINING_ORDERS; i++) {
                service.order();
            }
        }
    }

    /** One start, to its first order. */
    Start measure(String option) throws IOException, InterruptedException {
        long begun = System.nanoTime();
        try (Running service = new Running(option)) {
            service.order();
            return new Start((System.nanoTime() - begun) / 1e6, service.residentMiB());
        }
    }

    /** A service that runs until it is closed. */
    private final class Running implements AutoCloseable {
        private final Process process;
        private final String url;
        private String token = "";

        Running(String option) throws IOException {
            int port = freePort();
            url = "http://127.0.0.1:" + port;
            List<String> command = new ArrayList<>();
            command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
            command.addAll(options);
            command.add(option);
            settings.forEach((name, value) -> command.add("-D" + name + "=" + value));
            command.add("-Dquarkus.http.port=" + port);
            command.add("-Dquarkus.management.port=" + freePort());
            command.add("-jar");
            command.add(jar.toString());
            process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                    .start();
        }

        private static int freePort() throws IOException {
            try (ServerSocket socket = new ServerSocket(0)) {
                return socket.getLocalPort();
            }
        }

        /** Polls until an order is placed. */
        void order() throws IOException, InterruptedException {
            long giveUpAt = System.nanoTime() + PATIENCE.toNanos();
            while (System.nanoTime() < giveUpAt) {
                try {
                    if (token.isEmpty()) {
                        token = new JsonObject(send("/demo/sign-in", "{\"subject\":\"start-buyer\"}")
                                        .body())
                                .getString("token");
                    }
                    String number = new JsonObject(send("/order-numbers", "").body()).getString("number");
                    String body = Requests.order(number);
                    if (send("/orders", body).statusCode() == 201) {
                        return;
                    }
                } catch (IOException notYet) {
                    Thread.sleep(5);
                }
            }
            throw new IllegalStateException("no order within " + PATIENCE + "; see " + log);
        }

        private HttpResponse<String> send(String path, String body) throws IOException, InterruptedException {
            HttpRequest.Builder request =
                    HttpRequest.newBuilder(URI.create(url + path)).header("Authorization", "Bearer " + token);
            if (body.isEmpty()) {
                request.POST(HttpRequest.BodyPublishers.noBody());
            } else {
                request.header("Content-Type", "application/json").POST(HttpRequest.BodyPublishers.ofString(body));
            }
            return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
        }

        long residentMiB() throws IOException {
            return Bench.residentMiB(process);
        }

        @Override
        public void close() {
            process.destroy();
            process.onExit().join();
        }
    }
}
