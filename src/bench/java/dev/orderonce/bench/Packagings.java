package dev.orderonce.bench;

import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Compares the server build on a JVM, without and with an AOT cache, and as a native executable: its start, its memory,
 * its first minute, and then, warm, its rates and latencies. The three alternate; all of them use the same stores.
 */
final class Packagings {
    private static final int STARTS = 7;

    /** If nothing else is measured. */
    private static final int ROUNDS = 3;

    private static final int CONNECTIONS = 256;
    private static final int FIRST_MINUTE_WINDOWS = 6;
    private static final long WINDOW_MILLIS = 10_000;
    private static final long WARM_UP_SECONDS = Long.getLong("bench.warmup", 300);
    private static final List<String> EXECUTABLE_OPTIONS = Stream.of(
                    System.getProperty("bench.executable-options", "-Xmx192m -Xmn32m")
                            .split(" ", -1))
            .filter(option -> !option.isBlank())
            .toList();

    private final Vertx vertx;
    private final Report report;
    private final int rounds;
    private final long millis;
    private final List<Packaging> packagings;

    /** One way to run the service, and what was measured of it. */
    private record Packaging(String name, Service.Packaged packaged, String option, Map<String, List<Double>> figures) {
        Packaging(String name, Service.Packaged packaged, String option) {
            this(name, packaged, option, new LinkedHashMap<>());
        }

        Service start() throws IOException {
            return option.isEmpty() ? packaged.start() : packaged.start(option);
        }

        void add(String figure, double value) {
            figures.computeIfAbsent(figure, _ -> new ArrayList<>()).add(value);
        }

        double median(String figure) {
            List<Double> sorted =
                    figures.getOrDefault(figure, List.of()).stream().sorted().toList();
            return sorted.get(sorted.size() / 2);
        }
    }

    /** A packaging whose process runs. */
    private record Running(Packaging packaging, Service service, HttpLoad load, Requests requests)
            implements AutoCloseable {
        @Override
        public void close() {
            load.close();
            service.close();
        }
    }

    Packagings(
            Vertx vertx,
            Path executable,
            List<String> jvmOptions,
            Map<String, String> standaloneSettings,
            Report report,
            int rounds,
            long millis)
            throws IOException, InterruptedException {
        this.vertx = vertx;
        this.report = report;
        this.rounds = rounds == 0 ? ROUNDS : rounds;
        this.millis = millis;
        Map<String, String> settings = new HashMap<>(standaloneSettings);
        // The server build has no simulated provider; no request of the measurements reaches one.
        settings.put("payments.provider-url", "https://provider.example");
        Path directory = executable.toAbsolutePath().resolveSibling("");
        Service.Packaged onJvm = Service.Packaged.onJvm(directory, jvmOptions, settings);
        this.packagings = List.of(
                new Packaging("JVM", onJvm, Starts.WITHOUT_CACHE),
                new Packaging("JVM, AOT cache", onJvm, new Starts(onJvm).train()),
                new Packaging(
                        "native",
                        Service.Packaged.executable(executable.toAbsolutePath(), EXECUTABLE_OPTIONS, settings),
                        ""));
    }

    void measure() throws IOException, InterruptedException {
        for (int i = 0; i < STARTS; i++) {
            for (Packaging packaging : packagings) {
                start(packaging);
            }
        }
        List<Running> running = new ArrayList<>();
        try {
            for (Packaging packaging : packagings) {
                running.add(firstMinute(packaging));
            }
            for (Running each : running) {
                warmUp(each);
            }
            for (int i = 0; i < rounds; i++) {
                for (Running each : running) {
                    rates(each);
                }
            }
            double slowest = packagings.stream()
                    .mapToDouble(packaging -> packaging.median("mix /s"))
                    .min()
                    .orElseThrow();
            for (int i = 0; i < rounds; i++) {
                for (Running each : running) {
                    HttpLoad.Result result =
                            each.load().openLoop(scripts(each.requests()::checkouts), 2 * millis, slowest / 2);
                    each.packaging()
                            .add(
                                    "p99 ms at half the lowest mix",
                                    result.micros().getValueAtPercentile(99) / 1000.0);
                }
            }
        } finally {
            running.forEach(Running::close);
        }
        print();
    }

    private void start(Packaging packaging) throws IOException, InterruptedException {
        try (Service service = packaging.start()) {
            service.awaitReady();
            packaging.add("start to first response ms", service.millis());
            packaging.add("start processor ms", ProcessorTime.micros(service.process()) / 1000.0);
            service.order();
            packaging.add("start to first order ms", service.millis());
            packaging.add("resident idle MiB", (double) service.residentMiB());
        }
    }

    /** A closed loop of the mix from the moment the replica is ready. */
    private Running firstMinute(Packaging packaging) throws IOException, InterruptedException {
        Service service = packaging.start();
        service.awaitReady();
        Running running = new Running(
                packaging, service, new HttpLoad(vertx, service.port()), new Requests(service.signIn("packagings")));
        HttpLoad.Running load = running.load().start(scripts(running.requests()::checkouts), 0);
        double answers = 0;
        for (int i = 1; i <= FIRST_MINUTE_WINDOWS; i++) {
            Thread.sleep(WINDOW_MILLIS);
            HttpLoad.Result window = load.lap();
            answers += window.answers();
            packaging.add("mix /s, seconds %d to %d".formatted(10 * i - 10, 10 * i), window.perSecond());
        }
        load.end();
        packaging.add("mix /s, first minute", answers * 1000 / (FIRST_MINUTE_WINDOWS * WINDOW_MILLIS));
        return running;
    }

    /** Until the JIT compilers are quiet. */
    private void warmUp(Running running) {
        ProcessorTime compiling = new ProcessorTime(running.service().process());
        compiling.compilerShare();
        long begun = System.nanoTime();
        do {
            rates(running, (_, _) -> {});
        } while (compiling.compilerShare() >= ProcessorTime.QUIET
                && System.nanoTime() - begun < WARM_UP_SECONDS * 1_000_000_000);
    }

    private void rates(Running running) {
        rates(running, running.packaging()::add);
    }

    private interface Figures {
        void add(String figure, double value);
    }

    private void rates(Running running, Figures figures) {
        Queue<String> issued = new ConcurrentLinkedQueue<>();
        rate(running, "issue", () -> running.requests().issues(issued), figures);
        rate(running, "place", () -> running.requests().places("/orders", issued, null), figures);
        rate(running, "mix", running.requests()::checkouts, figures);
        try {
            figures.add("resident under load MiB", (double) running.service().residentMiB());
        } catch (IOException ended) {
            throw new IllegalStateException(ended);
        }
    }

    private void rate(Running running, String what, Supplier<HttpLoad.Script> script, Figures figures) {
        long before = ProcessorTime.micros(running.service().process());
        HttpLoad.Result result = running.load().closedLoop(scripts(script), millis);
        long after = ProcessorTime.micros(running.service().process());
        if (result.failures() > 0) {
            throw new IllegalStateException(result.failures() + " of " + result.answers() + " requests were refused");
        }
        figures.add(what + " /s", result.perSecond());
        figures.add(what + " µs", (double) (after - before) / result.answers());
    }

    private static List<HttpLoad.Script> scripts(Supplier<HttpLoad.Script> script) {
        return Stream.generate(script).limit(CONNECTIONS).toList();
    }

    /** A row for each figure: the medians, and each divided by that of the JVM without a cache. */
    private void print() {
        System.out.printf(
                "%n%-32s %s%n",
                "medians",
                packagings.stream()
                        .map(packaging -> "%22s".formatted(packaging.name()))
                        .collect(Collectors.joining()));
        Packaging jvm = packagings.getFirst();
        for (String figure : jvm.figures().keySet()) {
            System.out.printf(
                    "%-32s %s%n",
                    figure,
                    packagings.stream()
                            .map(packaging -> String.format(
                                    Locale.ROOT,
                                    "%,13.1f (%5.2f)",
                                    packaging.median(figure),
                                    packaging.median(figure) / jvm.median(figure)))
                            .collect(Collectors.joining()));
        }
        Map<String, Map<String, List<Double>>> all = new LinkedHashMap<>();
        packagings.forEach(packaging -> all.put(packaging.name(), packaging.figures()));
        report.detail("packagings", all);
    }
}
