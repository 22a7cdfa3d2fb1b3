package dev.orderonce.fuzz;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.orderonce.testkit.Operator;
import dev.orderonce.testkit.Shop;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Sends requests made from the API description, half of them mutated, and compares every response with the description;
 * afterwards the orders in PostgreSQL are consistent, and no resource is left in use.
 *
 * <p>{@code -Dfuzz.requests=1000000} sends more, {@code -Dfuzz.threads} from more clients at once. {@code -Dfuzz.seed}
 * repeats the random choices; with one thread also the state that they meet.
 */
@QuarkusTest
@TestProfile(FuzzTest.AllJobs.class)
class FuzzTest {
    private static final long SEED = Long.getLong("fuzz.seed", System.nanoTime());
    private static final int REQUESTS = Integer.getInteger("fuzz.requests", 5000);
    private static final int THREADS = Integer.getInteger("fuzz.threads", 4);
    private static final Duration BOUND = Duration.ofSeconds(30);

    /** The first requests of a process take longer, of whatever operation. */
    private static final int WARM_UP = 400;

    /** Enough requests to send each operation. */
    private static final int ALL_OPERATIONS = 2000;

    /** The growth allowed for caches that fill up to their bounds, and for the test's own memory. */
    private static final long HEAP_MARGIN = 64L * 1024 * 1024;

    /** Spreads successive indices over all seeds. */
    private static final long GOLDEN_RATIO = 0x9E3779B97F4A7C15L;

    /** Jobs that other tests start on demand run on their intervals here: streams carry events. */
    public static final class AllJobs implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of(
                    "jobs.interval.poll-live-events", "100ms",
                    "jobs.interval.relay-events", "200ms",
                    "jobs.interval.scan-orders", "500ms",
                    "jobs.interval.resume-confirmations", "1s",
                    "jobs.interval.resume-resolutions", "1s");
        }
    }

    @TestHTTPResource
    URL service;

    private final Operations operations = Operations.read();
    private final Report report = new Report(SEED);

    @Test
    void anyRequest_isAnsweredAsDescribedAndLeavesNothingBehind() throws Exception {
        // Given
        Shop.awaitBusinessAsUsual();
        double listeners = listeners();
        long connections = connections();
        long heap = usedHeap();
        System.out.printf("FuzzTest: seed %d, %d requests, %d threads%n", SEED, REQUESTS, THREADS);
        // When
        Judge judge = new Judge(operations);
        try (ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
            List<Future<?>> clients = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                int first = i;
                clients.add(threads.submit(() -> send(first, judge)));
            }
            for (Future<?> client : clients) {
                client.get();
            }
        } finally {
            System.out.println(report.summary(operations));
        }
        // Then
        assertThat(report.faults()).as("seed %d", SEED).isEmpty();
        if (REQUESTS >= ALL_OPERATIONS) {
            assertThat(report.requested())
                    .containsAll(operations.all().stream()
                            .map(Operations.Operation::id)
                            .toList());
        }
        await().atMost(BOUND).untilAsserted(() -> {
            assertThat(Operator.metric("orderonce_http_under_way ")).isZero();
            assertThat(listeners()).isEqualTo(listeners);
            assertThat(connections()).isLessThanOrEqualTo(connections);
        });
        await().atMost(BOUND)
                .pollInterval(Duration.ofSeconds(1))
                .untilAsserted(() -> assertThat(usedHeap()).isLessThan(heap + HEAP_MARGIN));
        Invariants.assertHold(subjects() + "%");
        Shop.awaitBusinessAsUsual();
    }

    private static String subjects() {
        return "fuzz." + SEED + '.';
    }

    /** The requests of one of the threads. */
    private void send(int first, Judge judge) {
        try (Client client = new Client(service, operations, judge, report, subjects() + first)) {
            for (int i = first; i < REQUESTS; i += THREADS) {
                client.send(i, new Random(SEED ^ (i * GOLDEN_RATIO)), i >= WARM_UP);
            }
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private static double listeners() {
        return Operator.metric("orderonce_events_listeners ");
    }

    /** Connections that the service holds open; 0 where the system does not report them. */
    private long connections() throws IOException {
        // Local address, remote address, and the state: established, or closed by the client.
        Pattern open =
                Pattern.compile("\\s*\\d+: [0-9A-F]+:%04X [0-9A-F]+:[0-9A-F]+ (01|08) .*".formatted(service.getPort()));
        long connections = 0;
        for (Path table : List.of(Path.of("/proc/net/tcp"), Path.of("/proc/net/tcp6"))) {
            if (Files.isReadable(table)) {
                try (Stream<String> lines = Files.lines(table)) {
                    connections +=
                            lines.filter(line -> open.matcher(line).matches()).count();
                }
            }
        }
        return connections;
    }

    private static long usedHeap() {
        System.gc();
        Runtime runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }
}
