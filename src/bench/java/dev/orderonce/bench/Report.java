package dev.orderonce.bench;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** Reports the measurements: a table on the console, JSON, and an SVG plot. */
final class Report {
    private final Map<String, List<Double>> rounds = new LinkedHashMap<>();
    private final Map<String, JsonObject> targets = new LinkedHashMap<>();
    private final Map<String, List<Cost>> costs = new LinkedHashMap<>();
    private final JsonObject facts = new JsonObject();
    private final JsonObject details = new JsonObject();

    /**
     * What a request cost: microseconds of processor time of each process, and the JIT compiler's share of the
     * service's.
     */
    record Cost(double service, double redis, double postgreSql, double compiling) {}

    void add(String what, double perSecond) {
        rounds.computeIfAbsent(what, name -> new ArrayList<>()).add(perSecond);
        System.out.printf(Locale.ROOT, "  %-34s %,10.0f /s%n", what, perSecond);
    }

    void cost(String what, Cost cost) {
        costs.computeIfAbsent(what, name -> new ArrayList<>()).add(cost);
        System.out.printf(
                Locale.ROOT,
                "  %-34s %.1f us of the service (%.1f %% of it compiling), %.1f of Redis, %.1f of PostgreSQL%n",
                "",
                cost.service(),
                100 * cost.compiling(),
                cost.redis(),
                cost.postgreSql());
    }

    private double cost(String what, ToDoubleFunction<Cost> part) {
        return median(costs.getOrDefault(what, List.of()).stream()
                .mapToDouble(part)
                .boxed()
                .toList());
    }

    /** Something with members, only for the file. */
    void detail(String name, Object json) {
        details.put(name, json);
    }

    void fact(String name, Object value) {
        facts.put(name, value);
        System.out.printf(Locale.ROOT, "  %-34s %s%n", name, value);
    }

    double median(String what) {
        return median(rounds.getOrDefault(what, List.of(0.0)));
    }

    private static double median(List<Double> values) {
        List<Double> sorted = values.stream().sorted().toList();
        return sorted.get(sorted.size() / 2);
    }

    boolean has(String what) {
        return rounds.containsKey(what) && median(what) > 0;
    }

    /** Compares two medians, if both were measured, and reports by how much a target was missed. */
    void ratio(String what, String against, double target) {
        if (has(what) && has(against)) {
            double ratio = median(what) / median(against);
            target(what + " ÷ " + against, ratio, target, "at least", (target - ratio) / target);
        }
    }

    void atMost(String what, double value, double target) {
        target(what, value, target, "at most", (value - target) / target);
    }

    private void target(String what, double value, double target, String bound, double missedBy) {
        targets.put(
                what,
                new JsonObject()
                        .put("value", value)
                        .put("target", target)
                        .put("bound", bound)
                        .put(
                                "verdict",
                                missedBy <= 0
                                        ? "reached"
                                        : String.format(Locale.ROOT, "missed by %.0f %%", 100 * missedBy)));
    }

    void print() {
        System.out.printf("%n%-34s %12s   %s%n", "per second", "median", "spread");
        rounds.forEach((what, values) -> System.out.printf(
                Locale.ROOT,
                "%-34s %,12.0f   %,.0f – %,.0f%n",
                what,
                median(what),
                Collections.min(values),
                Collections.max(values)));
        System.out.printf(
                "%n%-34s %8s %8s %11s %8s   %s%n",
                "microseconds of processor time", "service", "Redis", "PostgreSQL", "all", "compiling");
        costs.keySet()
                .forEach(what -> System.out.printf(
                        Locale.ROOT,
                        "%-34s %8.1f %8.1f %11.1f %8.1f   %.1f %%%n",
                        what,
                        cost(what, Cost::service),
                        cost(what, Cost::redis),
                        cost(what, Cost::postgreSql),
                        cost(what, cost -> cost.service() + cost.redis() + cost.postgreSql()),
                        100 * cost(what, Cost::compiling)));
        System.out.printf("%n%-64s %8s %17s%n", "target", "value", "target");
        targets.forEach((name, target) -> System.out.printf(
                Locale.ROOT,
                "%-64s %8.2f %9s %7.2f  %s%n",
                name,
                target.getDouble("value"),
                target.getString("bound"),
                target.getDouble("target"),
                target.getString("verdict")));
        System.out.println();
        facts.forEach(fact -> System.out.printf("%-50s %s%n", fact.getKey(), fact.getValue()));
    }

    void write(Path directory) throws IOException {
        Files.createDirectories(directory);
        JsonObject medians = new JsonObject();
        rounds.forEach((what, values) ->
                medians.put(what, new JsonObject().put("median", median(what)).put("rounds", new JsonArray(values))));
        JsonObject costObject = new JsonObject();
        costs.keySet()
                .forEach(what -> costObject.put(
                        what,
                        new JsonObject()
                                .put("service", cost(what, Cost::service))
                                .put("redis", cost(what, Cost::redis))
                                .put("postgreSql", cost(what, Cost::postgreSql))
                                .put("shareOfCompiling", cost(what, Cost::compiling))));
        JsonObject targetObject = new JsonObject();
        targets.forEach(targetObject::put);
        Files.writeString(
                directory.resolve("bench.json"),
                new JsonObject()
                                .put("perSecond", medians)
                                .put("processorMicrosPerRequest", costObject)
                                .put("targets", targetObject)
                                .put("facts", facts)
                                .mergeIn(details)
                                .encodePrettily()
                        + "\n");
        Files.writeString(directory.resolve("bench.svg"), svg());
    }

    private String svg() {
        double largest =
                rounds.keySet().stream().mapToDouble(this::median).max().orElse(1);
        StringBuilder bars = new StringBuilder();
        int y = 40;
        for (String what : rounds.keySet()) {
            double width = 420 * median(what) / largest;
            String color = what.startsWith("bare") || what.startsWith("obvious") || what.startsWith("do")
                    ? "#9aa5b1"
                    : "#2f6f4f";
            bars.append(String.format(
                    Locale.ROOT,
                    "<text x=\"210\" y=\"%d\" text-anchor=\"end\">%s</text>"
                            + "<rect x=\"220\" y=\"%d\" width=\"%.1f\" height=\"16\" fill=\"%s\"/>"
                            + "<text x=\"%.1f\" y=\"%d\">%,.0f</text>%n",
                    y + 13,
                    what,
                    y,
                    width,
                    color,
                    226 + width,
                    y + 13,
                    median(what)));
            y += 26;
        }
        return String.format(
                Locale.ROOT,
                "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"740\" height=\"%d\" font-family=\"sans-serif\" "
                        + "font-size=\"13\">%n<rect width=\"100%%\" height=\"100%%\" fill=\"#ffffff\"/>%n"
                        + "<text x=\"12\" y=\"24\" font-weight=\"bold\">requests or rows per second, medians of one run"
                        + "</text>%n%s</svg>%n",
                y + 12,
                bars);
    }
}
