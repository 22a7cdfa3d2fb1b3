package dev.orderonce.config;

import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Translates what SmallRye Config reports of a setting into a sentence that says what to write. */
final class SettingProblem {
    /** The prefix of the library's messages. */
    private static final Pattern LIBRARY_CODE = Pattern.compile("(?:[A-Za-z.]+: )?SRCFG[0-9]+: ");

    private static final Pattern UNKNOWN = Pattern.compile("SRCFG00050: (\\S+) in .* does not map to any root");

    private static final Pattern UNCONVERTED = Pattern.compile(
            "SRCFG00039: The config property (\\S+) with the config value \"(.*)\" threw an Exception whilst being"
                    + " converted (.*)",
            Pattern.DOTALL);

    private static final Pattern ENUMERATION = Pattern.compile("allowed values: (.*)$");

    /** A number and the name of its unit. */
    private static final Pattern AMOUNT_OF_TIME = Pattern.compile("([0-9]+) *([A-Za-z]+)");

    private static final Map<Pattern, String> UNITS = Map.of(
            Pattern.compile("(?i)ms|msec|milli.*"), "ms",
            Pattern.compile("(?i)s|secs?|seconds?"), "s",
            Pattern.compile("(?i)m|mins?|minutes?"), "m",
            Pattern.compile("(?i)h|hrs?|hours?"), "h",
            Pattern.compile("(?i)d|days?"), "d");

    private SettingProblem() {}

    /**
     * Returns the sentence, without its full stop.
     *
     * @param message of the library
     * @param names of the settings that exist, to find the one that was meant
     */
    static String sentence(String message, Collection<String> names) {
        Matcher unknown = UNKNOWN.matcher(message);
        if (unknown.find()) {
            return unknown(unknown.group(1), names);
        }
        Matcher unconverted = UNCONVERTED.matcher(message);
        String sentence = unconverted.find()
                ? "%s: \"%s\" %s"
                        .formatted(
                                unconverted.group(1),
                                unconverted.group(2),
                                wrong(unconverted.group(2), unconverted.group(3)))
                : LIBRARY_CODE.matcher(message).replaceFirst("");
        return withoutPassword(sentence);
    }

    private static String withoutPassword(String sentence) {
        return sentence.replaceAll("//[^/@]*@", "//");
    }

    static String unknown(String name, Collection<String> names) {
        return "%s: there is no such setting%s"
                .formatted(
                        name,
                        Spelling.nearest(name, names)
                                .map("; did you mean %s?"::formatted)
                                .orElse(""));
    }

    private static String wrong(String value, String reason) {
        if (reason.contains("Expected an integer value") || reason.contains("Expected a long value")) {
            return "is not a whole number";
        }
        if (reason.contains("duration") || reason.contains("Duration")) {
            return "is not a duration; write " + duration(value).orElse("500ms, 2s, 10m, 24h or 7d");
        }
        Matcher enumeration = ENUMERATION.matcher(reason);
        return enumeration.find()
                ? "is not one of " + enumeration.group(1).replace(",", ", ")
                : "cannot be used: " + LIBRARY_CODE.matcher(reason).replaceFirst("");
    }

    private static Optional<String> duration(String value) {
        Matcher amount = AMOUNT_OF_TIME.matcher(value.strip());
        if (!amount.matches()) {
            return Optional.empty();
        }
        return UNITS.entrySet().stream()
                .filter(unit -> unit.getKey().matcher(amount.group(2)).matches())
                .findFirst()
                .map(unit -> amount.group(1) + unit.getValue());
    }
}
