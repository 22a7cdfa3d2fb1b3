package dev.orderonce.campaign;

import dev.orderonce.campaign.Campaign.Struck;
import dev.orderonce.campaign.Operation.Kind;
import dev.orderonce.campaign.Verdict.Rule;
import java.time.Duration;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collector;
import java.util.stream.Collectors;

/** What a run has shown, as Markdown. */
record Report(
        long seed, Duration lasted, List<Struck> struck, Map<String, Long> answers, Verdict verdict, String ending) {
    /** A store that is back, or has been failed over, serves after this. */
    private static final Duration GOAL = Duration.ofSeconds(5);

    /** The proxy and the other replica hide the loss of one. */
    private static final Duration GOAL_OF_A_KILL = Duration.ofSeconds(1);

    /** What did not recover is the worst. */
    private static final Duration NEVER = Duration.ofDays(1);

    private static final String KILL = "replica: killed";

    private static final Collector<Struck, ?, Map<String, List<Struck>>> BY_KIND =
            Collectors.groupingBy(Struck::kind, TreeMap::new, Collectors.toList());

    /** Violations beyond these are only counted. */
    private static final int SHOWN = 50;

    String text() {
        StringBuilder text = new StringBuilder();
        append(text, "# Fault campaign, seed %d".formatted(seed));
        append(text, "");
        append(
                text,
                "%s on %d processors: %,d acknowledged orders under %,d faults of %,d kinds."
                        .formatted(
                                lasted.toMinutes() == 0
                                        ? lasted.toSeconds() + " s"
                                        : "%.1f min".formatted(lasted.toSeconds() / 60.0),
                                Runtime.getRuntime().availableProcessors(),
                                verdict.acknowledged(),
                                struck.size(),
                                struck.stream().map(Struck::kind).distinct().count()));
        if (!ending.isEmpty()) {
            append(text, "");
            append(text, ending);
        }
        append(text, "");
        appendCounts(text, counts(verdict));
        Map<Kind, Sent> operations = new EnumMap<>(Kind.class);
        for (Kind kind : Kind.values()) {
            operations.put(
                    kind,
                    new Sent(
                            verdict.operations().getOrDefault(kind, 0L),
                            verdict.indefinite().getOrDefault(kind, 0L),
                            verdict.happened().getOrDefault(kind, 0L)));
        }
        appendOperations(text, operations);
        appendFaults(text, struck);
        append(text, "");
        append(text, "| answer | count |");
        append(text, "|---|---|");
        answers.forEach((answer, count) -> append(text, "| `%s` | %,d |".formatted(answer, count)));
        if (!verdict.violations().isEmpty()) {
            append(text, "");
            append(text, "## Violations");
            append(text, "");
            verdict.violations().stream()
                    .limit(SHOWN)
                    .forEach(violation -> append(text, "- %s: %s".formatted(name(violation.rule()), violation.text())));
        }
        return text.toString();
    }

    /** Operations of one kind: how many were sent, given up without a final answer, and had happened of the latter. */
    record Sent(long all, long indefinite, long happened) {
        Sent plus(Sent other) {
            return new Sent(all + other.all, indefinite + other.indefinite, happened + other.happened);
        }
    }

    /** What is counted, by name; broken rules are bold. */
    static Map<String, Long> counts(Verdict verdict) {
        Map<String, Long> counts = new LinkedHashMap<>();
        counts.put("orders acknowledged", verdict.acknowledged());
        counts.put("orders in PostgreSQL", verdict.orders());
        counts.put("captures at the provider", verdict.captures());
        counts.put("refunds by support", verdict.refunds());
        counts.put("disputes", verdict.disputes());
        counts.put("records and claimed names", verdict.names());
        counts.put("events", verdict.events());
        counts.put("events that Redis lost", verdict.lostWithRedis());
        counts.put("orders whose payment was not settled at the end", verdict.unsettled());
        for (Rule rule : Rule.values()) {
            counts.put("**%s**".formatted(name(rule)), verdict.count(rule));
        }
        return counts;
    }

    static void appendCounts(StringBuilder text, Map<String, Long> counts) {
        append(text, "| what | count |");
        append(text, "|---|---|");
        counts.forEach((name, count) -> append(text, "| %s | %,d |".formatted(name, count)));
    }

    static void appendOperations(StringBuilder text, Map<Kind, Sent> operations) {
        append(text, "");
        append(text, "| operations | sent | given up without a final answer | of these had happened |");
        append(text, "|---|---|---|---|");
        operations.forEach((kind, sent) -> append(
                text,
                "| %s | %,d | %,d | %s |"
                        .formatted(
                                name(kind),
                                sent.all(),
                                sent.indefinite(),
                                kind.isWithoutTrace() ? "–" : "%,d".formatted(sent.happened()))));
    }

    /** The faults by kind; two at the same time are a table of their own. */
    static void appendFaults(StringBuilder text, List<Struck> struck) {
        append(text, "");
        append(
                text,
                "Recovery in seconds, median / worst: from the end of the fault (of a kill, from the kill) until the first of 30 requests in a row that were answered within 2 s was sent (paying: of 5, within 5 s). – is not within two minutes. **Bold**: the worst misses the goal, 5 s, or 1 s for a killed replica.");
        appendFaults(
                text, "fault", struck.stream().filter(fault -> !fault.isPair()).collect(BY_KIND));
        if (struck.stream().anyMatch(Struck::isPair)) {
            appendFaults(
                    text,
                    "two faults at the same time",
                    struck.stream().filter(Struck::isPair).collect(BY_KIND));
        }
    }

    private static void appendFaults(StringBuilder text, String title, Map<String, List<Struck>> kinds) {
        append(text, "");
        append(text, "| %s | times | placing | paying | served meanwhile |".formatted(title));
        append(text, "|---|---|---|---|---|");
        kinds.forEach((kind, all) -> append(text, line(kind, all)));
        if (kinds.size() > 1) {
            append(
                    text,
                    line("all", kinds.values().stream().flatMap(List::stream).toList()));
        }
    }

    private static String line(String kind, List<Struck> all) {
        return "| %s | %d | %s | %s | %s |"
                .formatted(
                        kind,
                        all.size(),
                        times(kind, all, fault -> fault.recovery().placing()),
                        times(kind, all, fault -> fault.recovery().paying()),
                        share(all.stream()
                                .map(fault -> fault.recovery().served())
                                .flatMapToDouble(OptionalDouble::stream)
                                .average()));
    }

    static String share(OptionalDouble served) {
        return served.isPresent() ? "%.0f %%".formatted(100 * served.getAsDouble()) : "–";
    }

    private static String times(String kind, List<Struck> all, Function<Struck, Optional<Duration>> recovery) {
        List<Optional<Duration>> sorted = all.stream()
                .map(recovery)
                .sorted(Comparator.comparing(time -> time.orElse(NEVER)))
                .toList();
        Duration goal = kind.equals(KILL) ? GOAL_OF_A_KILL : GOAL;
        String times = seconds(sorted.get((sorted.size() - 1) / 2)) + " / " + seconds(sorted.getLast());
        return sorted.getLast().orElse(NEVER).compareTo(goal) > 0 ? "**" + times + "**" : times;
    }

    static String seconds(Optional<Duration> duration) {
        return duration.map(time -> "%.1f".formatted(time.toMillis() / 1000.0)).orElse("–");
    }

    private static String name(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    static void append(StringBuilder text, String line) {
        text.append(line).append(System.lineSeparator());
    }
}
