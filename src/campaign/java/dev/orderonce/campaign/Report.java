package dev.orderonce.campaign;

import dev.orderonce.campaign.Campaign.Struck;
import dev.orderonce.campaign.Operation.Kind;
import dev.orderonce.campaign.Verdict.Rule;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.function.Function;
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
        append(text, "| what | count |");
        append(text, "|---|---|");
        append(text, "| orders acknowledged | %,d |".formatted(verdict.acknowledged()));
        append(text, "| orders in PostgreSQL | %,d |".formatted(verdict.orders()));
        append(text, "| captures at the provider | %,d |".formatted(verdict.captures()));
        append(text, "| events | %,d |".formatted(verdict.events()));
        append(text, "| events that Redis lost | %,d |".formatted(verdict.lostWithRedis()));
        append(text, "| orders whose payment was not settled at the end | %,d |".formatted(verdict.unsettled()));
        for (Rule rule : Rule.values()) {
            append(text, "| **%s** | %,d |".formatted(name(rule), verdict.count(rule)));
        }
        append(text, "");
        append(text, "| operations | sent | given up without a final answer | of these had happened |");
        append(text, "|---|---|---|---|");
        for (Kind kind : Kind.values()) {
            append(
                    text,
                    "| %s | %,d | %,d | %s |"
                            .formatted(
                                    name(kind),
                                    verdict.operations().getOrDefault(kind, 0L),
                                    verdict.indefinite().getOrDefault(kind, 0L),
                                    kind == Kind.ISSUE || kind == Kind.LOOK_UP
                                            ? "–"
                                            : "%,d".formatted(verdict.happened().getOrDefault(kind, 0L))));
        }
        appendFaults(text);
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

    private void appendFaults(StringBuilder text) {
        append(text, "");
        append(
                text,
                "Recovery in seconds, median / worst: from the end of the fault (of a kill, from the kill) until the first of 30 requests in a row that were answered within 2 s was sent (paying: of 5, within 5 s). – is not within two minutes. **Bold**: the worst misses the goal, 5 s, or 1 s for a killed replica.");
        append(text, "");
        append(text, "| fault | times | placing | paying | served meanwhile |");
        append(text, "|---|---|---|---|---|");
        Map<String, List<Struck>> kinds =
                struck.stream().collect(Collectors.groupingBy(Struck::kind, TreeMap::new, Collectors.toList()));
        kinds.forEach((kind, all) -> append(
                text,
                "| %s | %d | %s | %s | %s |"
                        .formatted(
                                kind,
                                all.size(),
                                times(kind, all, fault -> fault.recovery().placing()),
                                times(kind, all, fault -> fault.recovery().paying()),
                                share(all.stream()
                                        .map(fault -> fault.recovery().served())
                                        .flatMapToDouble(OptionalDouble::stream)
                                        .average()))));
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

    private static void append(StringBuilder text, String line) {
        text.append(line).append(System.lineSeparator());
    }
}
