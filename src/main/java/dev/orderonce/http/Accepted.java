package dev.orderonce.http;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The media types that a request's {@code Accept} allows, for an operation that can return several: the framework would
 * select its first one if none is allowed.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9110#section-12.5.1">RFC 9110, section 12.5.1</a>
 */
public final class Accepted {
    private static final String ANY = "*/*";

    private Accepted() {}

    /**
     * Returns the media type that the client prefers; of several that it likes as much, the first. Every one is allowed
     * if there is no such header. A range that cannot be read allows nothing.
     *
     * @param values the values of {@code Accept}, which are one list
     * @param offered without parameters, in lower case
     */
    public static Optional<String> best(List<String> values, List<String> offered) {
        List<Range> ranges = values.isEmpty()
                ? List.of(new Range(ANY, 1))
                : values.stream()
                        .flatMap(value -> Stream.of(value.split(",", -1)))
                        .flatMap(range -> Range.read(range).stream())
                        .toList();
        // A sequential stream's max returns the last of equals; min of the reversed order the first.
        return offered.stream()
                .filter(type -> quality(type, ranges) > 0)
                .min(Comparator.comparingDouble((String type) -> quality(type, ranges))
                        .reversed());
    }

    /** That of the range that fits most closely; 0 without one. */
    private static double quality(String type, List<Range> ranges) {
        String family = type.substring(0, type.indexOf('/')) + "/*";
        return Stream.of(type, family, ANY)
                .flatMap(wanted -> ranges.stream()
                        .filter(range -> range.type().equals(wanted))
                        .max(Comparator.comparingDouble(Range::quality))
                        .stream())
                .findFirst()
                .map(Range::quality)
                .orElse(0.0);
    }

    private record Range(String type, double quality) {
        private static final String QUALITY = "0(?:\\.[0-9]{0,3})?|1(?:\\.0{0,3})?";

        static Optional<Range> read(String text) {
            String[] parts = text.toLowerCase(Locale.ROOT).split(";", -1);
            String quality = Stream.of(parts)
                    .skip(1)
                    .map(String::strip)
                    .filter(parameter -> parameter.startsWith("q="))
                    .map(parameter -> parameter.substring(2))
                    .findFirst()
                    .orElse("1");
            return quality.matches(QUALITY)
                    ? Optional.of(new Range(parts[0].strip(), Double.parseDouble(quality)))
                    : Optional.empty();
        }
    }
}
