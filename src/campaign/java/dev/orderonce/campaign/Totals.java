package dev.orderonce.campaign;

import dev.orderonce.campaign.Campaign.Struck;
import dev.orderonce.campaign.Operation.Kind;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/** What all runs have shown together: a file with a line of JSON for each run, and their sums as Markdown. */
final class Totals {
    private static final String RUNS = "runs.jsonl";
    private static final String SUMS = "totals.md";

    private Totals() {}

    /** Adds a run to the file in this directory, puts its report beside it, and writes the sums again. */
    static void add(Path directory, Report report) throws IOException {
        Files.createDirectories(directory);
        Files.writeString(
                directory.resolve(RUNS),
                line(report).encode() + System.lineSeparator(),
                StandardOpenOption.CREATE,
                StandardOpenOption.APPEND);
        Files.writeString(unused(directory, report.seed()), report.text());
        Files.writeString(directory.resolve(SUMS), text(Files.readAllLines(directory.resolve(RUNS))));
    }

    /** A seed may have had a run before. */
    private static Path unused(Path directory, long seed) {
        Path path = directory.resolve("seed-%d.md".formatted(seed));
        for (int i = 2; Files.exists(path); i++) {
            path = directory.resolve("seed-%d-%d.md".formatted(seed, i));
        }
        return path;
    }

    /**
     * The line of a run: its counts, for each kind of operation how many were sent, given up, and happened, and faults.
     */
    static JsonObject line(Report report) {
        JsonObject operations = new JsonObject();
        for (Kind kind : Kind.values()) {
            operations.put(
                    kind.name(),
                    new JsonArray()
                            .add(report.verdict().operations().getOrDefault(kind, 0L))
                            .add(report.verdict().indefinite().getOrDefault(kind, 0L))
                            .add(report.verdict().happened().getOrDefault(kind, 0L)));
        }
        JsonArray faults = new JsonArray();
        for (Struck struck : report.struck()) {
            Pulse.Recovery recovery = struck.recovery();
            faults.add(new JsonArray()
                    .add(struck.kind())
                    .add(millis(recovery.placing()))
                    .add(millis(recovery.paying()))
                    .add(recovery.served().isPresent() ? recovery.served().getAsDouble() : null));
        }
        JsonObject counts = new JsonObject();
        Report.counts(report.verdict()).forEach(counts::put);
        return new JsonObject()
                .put("seed", report.seed())
                .put("seconds", report.lasted().toSeconds())
                .put("ending", report.ending())
                .put("counts", counts)
                .put("operations", operations)
                .put("faults", faults);
    }

    private static @Nullable Long millis(Optional<Duration> time) {
        return time.map(Duration::toMillis).orElse(null);
    }

    /** The sums of runs, each of them a line; a run that had no such count adds nothing to it. */
    static String text(List<String> lines) {
        long seconds = 0;
        int early = 0;
        List<String> seeds = new ArrayList<>();
        Map<String, Long> counts = new LinkedHashMap<>();
        Map<Kind, Report.Sent> operations = new EnumMap<>(Kind.class);
        List<Struck> struck = new ArrayList<>();
        for (String text : lines) {
            JsonObject run = new JsonObject(text);
            seeds.add(Long.toString(run.getLong("seed")));
            seconds += run.getLong("seconds");
            early += run.getString("ending").isEmpty() ? 0 : 1;
            for (Map.Entry<String, Object> count : run.getJsonObject("counts")) {
                counts.merge(count.getKey(), ((Number) count.getValue()).longValue(), Long::sum);
            }
            for (Map.Entry<String, Object> operation : run.getJsonObject("operations")) {
                JsonArray sent = (JsonArray) operation.getValue();
                operations.merge(
                        Kind.valueOf(operation.getKey()),
                        new Report.Sent(sent.getLong(0), sent.getLong(1), sent.getLong(2)),
                        Report.Sent::plus);
            }
            run.getJsonArray("faults").forEach(fault -> struck.add(struck((JsonArray) fault)));
        }
        StringBuilder sums = new StringBuilder();
        Report.append(sums, "# Fault campaign, all runs");
        Report.append(sums, "");
        Report.append(
                sums,
                "%,d runs, %.1f min under load, seeds %s; %d of them ended early."
                        .formatted(seeds.size(), seconds / 60.0, String.join(", ", seeds), early));
        Report.append(sums, "");
        Report.appendCounts(sums, counts);
        Report.appendOperations(sums, operations);
        Report.appendFaults(sums, struck);
        return sums.toString();
    }

    private static Struck struck(JsonArray fault) {
        Double served = fault.getDouble(3);
        return new Struck(
                fault.getString(0),
                new Pulse.Recovery(
                        time(fault.getLong(1)),
                        time(fault.getLong(2)),
                        served == null ? OptionalDouble.empty() : OptionalDouble.of(served)));
    }

    private static Optional<Duration> time(@Nullable Long millis) {
        return Optional.ofNullable(millis).map(Duration::ofMillis);
    }
}
