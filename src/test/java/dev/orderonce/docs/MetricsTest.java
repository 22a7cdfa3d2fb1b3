package dev.orderonce.docs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orderonce.orders.Placement;
import dev.orderonce.stores.StoreUnavailable;
import dev.orderonce.testkit.Labels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The metrics, use cases and outcomes that alerts, dashboards, scripts and documents name are emitted. */
class MetricsTest {
    private static final Pattern METRIC = Pattern.compile("\\b(orderonce(?:_[a-z]+)+)\\b");

    /** The suffixes that Prometheus adds to the names in the code. */
    private static final Pattern UNIT = Pattern.compile("(?:_seconds)?(?:_bucket|_count|_sum|_total)?$");

    private static final Pattern METRIC_IN_CODE = Pattern.compile("\"(orderonce(?:\\.[a-z]+)+)\"");

    private static final Pattern USE_IN_CODE = Pattern.compile("endpoint\\.answer\\(\\s*\"([a-z-]+)\"");

    private static final Pattern LABEL = Pattern.compile("\\b(use|outcome)(?:=~|!~|!=|=)\\\\*\"([a-z|-]+)\\\\*\"");

    private static final Pattern REASON = Pattern.compile("'refusal\\.([a-z-]+)'");

    private static final Path SUPPORT_TEXTS = Path.of("src/standalone/resources/META-INF/resources/support/texts.js");

    private static Set<String> metrics = Set.of();

    private static Set<String> uses = Set.of();

    private static Set<String> outcomes = Set.of();

    static List<Path> operations() throws IOException {
        try (Stream<Path> docker = Files.walk(Path.of("docker"));
                Stream<Path> docs = Files.walk(Path.of("src/docs"))) {
            return Stream.of(docker, docs, Stream.of(Path.of("README.md")))
                    .flatMap(files -> files)
                    .filter(file -> file.toString().matches(".*\\.(json|md|sh|ya?ml)"))
                    .toList();
        }
    }

    @BeforeAll
    static void readCode() throws IOException {
        List<String> code;
        try (Stream<Path> sources = Files.walk(Path.of("src/main/java"))) {
            code = sources.filter(file -> file.toString().endsWith(".java"))
                    .map(MetricsTest::read)
                    .toList();
        }
        metrics = found(METRIC_IN_CODE, code);
        uses = found(USE_IN_CODE, code);
        outcomes = Labels.all();
        outcomes.add(new StoreUnavailable(StoreUnavailable.Store.REDIS, "").label());
    }

    private static Set<String> found(Pattern pattern, List<String> code) {
        return code.stream()
                .flatMap(source -> pattern.matcher(source).results())
                .map(match -> match.group(1))
                .collect(Collectors.toSet());
    }

    private static boolean isMetric(String name) {
        return metrics.contains(UNIT.matcher(name).replaceFirst("").replace('_', '.'));
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException unreadable) {
            throw new IllegalStateException(unreadable);
        }
    }

    @ParameterizedTest
    @MethodSource("operations")
    void everyMetricUseAndOutcome_isEmitted(Path file) {
        // Given
        String source = read(file);
        // When
        Set<String> unknown = new TreeSet<>();
        METRIC.matcher(source)
                .results()
                .map(metric -> metric.group(1))
                .filter(metric -> !isMetric(metric))
                .forEach(unknown::add);
        LABEL.matcher(source)
                .results()
                .forEach(label -> Stream.of(label.group(2).split("\\|"))
                        .filter(value -> !(label.group(1).equals("use") ? uses : outcomes).contains(value))
                        .forEach(value -> unknown.add(label.group(1) + "=" + value)));
        // Then
        assertThat(unknown).as("named in %s", file).isEmpty();
    }

    @Test
    void dashboardAndRules_nameOutcomes() {
        assertThat(Stream.of("docker/prometheus-rules.yml", "docker/grafana/dashboards/order-once.json")
                        .map(Path::of))
                .allSatisfy(file -> assertThat(LABEL.matcher(read(file)).find()).isTrue());
    }

    @Test
    void supportsPage_hasATextForEachOutcomeThatRefusesAnOrder() {
        // Given: without the outcomes that the page counts by themselves
        Set<String> refusals = Labels.of(Placement.class);
        refusals.removeAll(Set.of("placed", "already-placed", "large-amount", "lookalike", "lookalike-in-flight"));
        refusals.add("unavailable");
        // Then
        assertThat(REASON.matcher(read(SUPPORT_TEXTS)).results().map(reason -> reason.group(1)))
                .containsExactlyInAnyOrderElementsOf(refusals);
    }
}
