package dev.orderonce.bench;

import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Measures a new replica in each ten seconds from its start, with an AOT cache and without: first one replica alone in
 * a closed loop, then two behind HAProxy at a constant rate while one after the other is restarted.
 */
final class FirstMinutes {
    private static final int WINDOW_SECONDS = 10;
    private static final int CONNECTIONS = 256;

    /** Of the top rate of one replica: two replicas, the proxy, the stores and the load share the machine. */
    private static final double SHARE_OF_TOP_RATE = 1 / 3.0;

    /** Readiness is down for so long before a replica stops. */
    private static final String SHUTDOWN_DELAY = "-Dquarkus.shutdown.delay=5S";

    private static final Path PROXY_CONFIGURATION = Path.of("docker/haproxy.cfg");
    private static final Pattern RESPONSES = Pattern.compile(
            "(?m)^haproxy_server_http_responses_total\\{proxy=\"replicas\",server=\"replica-([12])\",code=\"2xx\"\\} (\\d+)");

    private final Vertx vertx;
    private final Service.Packaged packaged;
    private final Report report;
    private final int seconds;
    private final HttpClient http = HttpClient.newHttpClient();

    FirstMinutes(Vertx vertx, Service.Packaged packaged, Report report, int seconds) {
        this.vertx = vertx;
        this.packaged = packaged;
        this.report = report;
        this.seconds = seconds;
    }

    /**
     * Ten seconds: responses per second of all and of the observed replica, times as clients measure them, the cores
     * that the observed replica used, and the JIT compiler's share of them.
     */
    private record Window(HttpLoad.Result all, double ofReplica, double cores, double compiling) {
        double millis(double percentile) {
            return all.micros().getValueAtPercentile(percentile) / 1000.0;
        }

        @Override
        public String toString() {
            return String.format(
                    Locale.ROOT,
                    "%,8.0f %,8.0f %8.1f %8.1f %8.1f %6.2f %5.1f %%",
                    all.perSecond(),
                    ofReplica,
                    millis(50),
                    millis(99),
                    millis(100),
                    cores,
                    100 * compiling);
        }

        JsonObject toJson() {
            return new JsonObject()
                    .put("perSecond", all.perSecond())
                    .put("failures", all.failures())
                    .put("perSecondOfReplica", ofReplica)
                    .put("p50Millis", millis(50))
                    .put("p99Millis", millis(99))
                    .put("maxMillis", millis(100))
                    .put("cores", cores)
                    .put("shareOfCompiling", compiling);
        }
    }

    void measure() throws IOException, InterruptedException {
        String withCache = new Starts(packaged).train();
        List<Window> alone = alone(Starts.WITHOUT_CACHE);
        List<Window> aloneWithCache = alone(withCache);
        double top = Stream.of(alone, aloneWithCache)
                .mapToDouble(windows -> windows.getLast().all().perSecond())
                .max()
                .orElseThrow();
        compare("one replica alone, closed loop", alone, aloneWithCache);
        double rate = SHARE_OF_TOP_RATE * top;
        List<List<Window>> restarts = rollingRestart(Starts.WITHOUT_CACHE, rate);
        List<List<Window>> restartsWithCache = rollingRestart(withCache, rate);
        for (int i = 0; i < Math.min(restarts.size(), restartsWithCache.size()); i++) {
            compare(
                    String.format(
                            Locale.ROOT, "rolling restart at %,.0f/s through HAProxy, new replica %d", rate, i + 1),
                    restarts.get(i),
                    restartsWithCache.get(i));
        }
    }

    /** Until the compiler is quiet, or for as long as a replica is to be observed. */
    private List<Window> alone(String option) throws IOException, InterruptedException {
        try (Service replica = packaged.start(option)) {
            replica.awaitReady();
            try (HttpLoad load = new HttpLoad(vertx, replica.port())) {
                Requests requests = new Requests(replica.signIn("first-minutes"));
                HttpLoad.Running running = load.start(scripts(requests), 0);
                List<Window> windows = observe(replica, running, null, 0);
                running.end();
                return windows;
            }
        }
    }

    private static List<HttpLoad.Script> scripts(Requests requests) {
        return Stream.generate(requests::checkouts).limit(CONNECTIONS).toList();
    }

    /** Windows from the start of a replica on; if it is the only one, the responses are its own. */
    private List<Window> observe(Service replica, HttpLoad.Running load, @Nullable URI proxy, int index)
            throws IOException, InterruptedException {
        ProcessorTime compiling = new ProcessorTime(replica.process());
        List<Window> windows = new ArrayList<>();
        double millisBefore = 0;
        long microsBefore = 0;
        long responsesBefore = proxy == null ? 0 : responses(proxy, index);
        do {
            double end = (windows.size() + 1) * WINDOW_SECONDS * 1000.0;
            Thread.sleep(Math.max(0, (long) (end - replica.millis())));
            HttpLoad.Result all = load.lap();
            long responses = proxy == null ? responsesBefore + all.answers() : responses(proxy, index);
            long micros = ProcessorTime.micros(replica.process());
            double millis = replica.millis();
            double own = responses - responsesBefore;
            windows.add(new Window(
                    all,
                    own * 1000 / (millis - millisBefore),
                    (micros - microsBefore) / 1000.0 / (millis - millisBefore),
                    compiling.compilerShare()));
            millisBefore = millis;
            responsesBefore = responses;
            microsBefore = micros;
            System.out.printf("  %3d s %s%n", windows.size() * WINDOW_SECONDS, windows.getLast());
        } while (proxy == null
                ? windows.size() * WINDOW_SECONDS < seconds && windows.getLast().compiling() >= ProcessorTime.QUIET
                // The next replica is restarted when this one gets requests again.
                : windows.size() * WINDOW_SECONDS < seconds
                        || (windows.getLast().ofReplica() == 0
                                && replica.process().isAlive()));
        return windows;
    }

    /** Empty if HAProxy is not installed. */
    private List<List<Window>> rollingRestart(String option, double rate) throws IOException, InterruptedException {
        List<List<Window>> restarts = new ArrayList<>();
        Service[] replicas = {packaged.start(option, SHUTDOWN_DELAY), packaged.start(option, SHUTDOWN_DELAY)};
        int port = Service.freePort();
        int metricsPort = Service.freePort();
        URI metrics = URI.create("http://127.0.0.1:" + metricsPort + "/metrics");
        Process proxy = null;
        try (HttpLoad load = new HttpLoad(vertx, port)) {
            for (Service replica : replicas) {
                replica.awaitReady();
            }
            proxy = startProxy(port, metricsPort, replicas);
            if (proxy == null) {
                report.fact("rolling restart", "not measured: HAProxy is not installed (apt-get install haproxy)");
                return List.of();
            }
            Requests requests = new Requests(replicas[0].signIn("first-minutes"));
            // Until HAProxy knows both replicas and sends each its share.
            Thread.sleep(1000L * 2 * WINDOW_SECONDS);
            HttpLoad.Running running = load.start(scripts(requests), rate);
            awaitQuiet(replicas);
            for (int i = 0; i < replicas.length; i++) {
                System.out.printf("replica %d is restarted with %s%n", i + 1, option);
                running.lap();
                replicas[i] = replicas[i].restart(option, SHUTDOWN_DELAY);
                HttpLoad.Result stopping = running.lap();
                List<Window> windows = observe(replicas[i], running, metrics, i + 1);
                long failures = stopping.failures()
                        + windows.stream()
                                .mapToLong(window -> window.all().failures())
                                .sum();
                report.fact(
                        "restart of replica %d, %s".formatted(i + 1, name(option)),
                        String.format(
                                Locale.ROOT,
                                "%d failures; while it stopped: %,.0f/s, p99 %.1f ms",
                                failures,
                                stopping.perSecond(),
                                stopping.micros().getValueAtPercentile(99) / 1000.0));
                restarts.add(windows);
            }
            running.end();
        } finally {
            for (Service replica : replicas) {
                replica.close();
            }
            if (proxy != null) {
                proxy.destroy();
                proxy.onExit().join();
            }
        }
        return restarts;
    }

    private static String name(String option) {
        return option.equals(Starts.WITHOUT_CACHE) ? "no AOT cache" : "with an AOT cache";
    }

    private @Nullable Process startProxy(int port, int metricsPort, Service... replicas) {
        ProcessBuilder builder = new ProcessBuilder("haproxy", "-db", "-f", PROXY_CONFIGURATION.toString())
                .redirectErrorStream(true)
                .redirectOutput(packaged.directory().resolve("haproxy.log").toFile());
        Map<String, String> environment = builder.environment();
        environment.put("HTTP_PORT", Integer.toString(port));
        environment.put("METRICS_PORT", Integer.toString(metricsPort));
        for (int i = 0; i < replicas.length; i++) {
            environment.put("REPLICA_" + (i + 1), "127.0.0.1:" + replicas[i].port());
            environment.put("HEALTH_" + (i + 1), Integer.toString(replicas[i].managementPort()));
        }
        // All requests come from one address.
        environment.put("SOURCE_CONNECTIONS", "2000");
        environment.put("SOURCE_REQUESTS", "100000000");
        try {
            return builder.start();
        } catch (IOException notInstalled) {
            return null;
        }
    }

    /** At most as long as a replica is observed. */
    private void awaitQuiet(Service... replicas) throws InterruptedException {
        List<ProcessorTime> times = Stream.of(replicas)
                .map(Service::process)
                .map(ProcessorTime::new)
                .toList();
        ProcessorTime.compilerShare(times);
        double share;
        int waited = 0;
        do {
            Thread.sleep(1000L * WINDOW_SECONDS);
            waited += WINDOW_SECONDS;
            share = ProcessorTime.compilerShare(times);
            System.out.printf(Locale.ROOT, "  both replicas, after %d s: %.1f %% compiling%n", waited, 100 * share);
        } while (share >= ProcessorTime.QUIET && waited < seconds);
    }

    /** Successful responses of a replica, as HAProxy counted them. */
    private long responses(URI metrics, int replica) throws IOException, InterruptedException {
        String text = http.send(HttpRequest.newBuilder(metrics).build(), HttpResponse.BodyHandlers.ofString())
                .body();
        Matcher matcher = RESPONSES.matcher(text);
        while (matcher.find()) {
            if (Integer.parseInt(matcher.group(1)) == replica) {
                return Long.parseLong(matcher.group(2));
            }
        }
        throw new IllegalStateException("HAProxy reports no replica " + replica);
    }

    /** Prints both side by side. */
    private void compare(String what, List<Window> without, List<Window> with) {
        String columns =
                "%8s %8s %8s %8s %8s %6s %7s".formatted("all/s", "own/s", "p50 ms", "p99", "max", "cores", "JIT");
        System.out.printf("%n%s: without and with an AOT cache%n%5s %s | %s%n", what, "", columns, columns);
        for (int i = 0; i < Math.max(without.size(), with.size()); i++) {
            System.out.printf(
                    "%3d s %s | %s%n",
                    (i + 1) * WINDOW_SECONDS,
                    i < without.size() ? without.get(i) : " ".repeat(59),
                    i < with.size() ? with.get(i) : "");
        }
        report.detail(
                what, new JsonObject().put("withoutCache", toJson(without)).put("withCache", toJson(with)));
    }

    private static JsonArray toJson(List<Window> windows) {
        JsonArray array = new JsonArray();
        windows.forEach(window -> array.add(window.toJson()));
        return array;
    }
}
