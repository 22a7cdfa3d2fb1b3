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

/** Reports the measurements: a table on the console, JSON, and an SVG plot. */
final class Report {
    private final Map<String, List<Double>> rounds = new LinkedHashMap<>();
    private final Map<String, JsonObject> ratios = new LinkedHashMap<>();
    private final Map<String, JsonObject> costs = new LinkedHashMap<>();
    private final JsonObject facts = new JsonObject();

    void add(String what, double perSecond) {
        rounds.computeIfAbsent(what, name -> new ArrayList<>()).add(perSecond);
        System.out.printf(Locale.ROOT, "  %-34s %,10.0f /s%n", what, perSecond);
    }

    /** Processor time per request, in microseconds. */
    void cost(String what, double service, double redis) {
        costs.put(what, new JsonObject().put("service", service).put("redis", redis));
        System.out.printf(Locale.ROOT, "  %-34s %.1f us of the service, %.1f us of Redis%n", "", service, redis);
    }

    void fact(String name, Object value) {
        facts.put(name, value);
        System.out.printf(Locale.ROOT, "  %-34s %s%n", name, value);
    }

    double median(String what) {
        List<Double> sorted = new ArrayList<>(rounds.getOrDefault(what, List.of(0.0)));
        Collections.sort(sorted);
        return sorted.get(sorted.size() / 2);
    }

    boolean has(String what) {
        return rounds.containsKey(what) && median(what) > 0;
    }

    /** Compares two medians, and reports by how much a target was missed. */
    void ratio(String what, String against, double target) {
        if (has(what) && has(against)) {
            double ratio = median(what) / median(against);
            String verdict = ratio >= target
                    ? "reached"
                    : String.format(Locale.ROOT, "missed by %.0f %%", 100 * (target - ratio) / target);
            ratios.put(
                    what + " ÷ " + against,
                    new JsonObject().put("ratio", ratio).put("target", target).put("verdict", verdict));
        }
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
        System.out.printf("%n%-64s %6s %7s%n", "ratio", "", "target");
        ratios.forEach((name, ratio) -> System.out.printf(
                Locale.ROOT,
                "%-64s %6.2f %7.2f  %s%n",
                name,
                ratio.getDouble("ratio"),
                ratio.getDouble("target"),
                ratio.getString("verdict")));
        System.out.println();
        facts.forEach(fact -> System.out.printf("%-50s %s%n", fact.getKey(), fact.getValue()));
    }

    void write(Path directory) throws IOException {
        Files.createDirectories(directory);
        JsonObject medians = new JsonObject();
        rounds.forEach((what, values) ->
                medians.put(what, new JsonObject().put("median", median(what)).put("rounds", new JsonArray(values))));
        JsonObject costObject = new JsonObject();
        costs.forEach(costObject::put);
        JsonObject ratioObject = new JsonObject();
        ratios.forEach(ratioObject::put);
        Files.writeString(
                directory.resolve("bench.json"),
                new JsonObject()
                                .put("perSecond", medians)
                                .put("processorMicrosPerRequest", costObject)
                                .put("ratios", ratioObject)
                                .put("facts", facts)
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
