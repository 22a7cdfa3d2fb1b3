package dev.orderonce.http;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Validates text that people write to each other. */
public final class FreeText {
    private FreeText() {}

    /**
     * The text, if it is not blank, not too long, and has no character that a store could not return unchanged.
     * Otherwise empty, and the reason is added to the violations.
     */
    public static Optional<String> read(String field, @Nullable String text, int longest, List<Violation> violations) {
        if (text == null) {
            violations.add(new Violation(field, "is missing"));
            return Optional.empty();
        }
        if (text.isBlank() || text.length() > longest) {
            violations.add(new Violation(field, "must have 1 to " + longest + " characters, not only spaces"));
            return Optional.empty();
        }
        if (text.codePoints().anyMatch(FreeText::isUnreadable)) {
            violations.add(new Violation(
                    field, "must not hold broken Unicode, or control characters other than line breaks and tabs"));
            return Optional.empty();
        }
        return Optional.of(text);
    }

    private static boolean isUnreadable(int point) {
        return (Character.isISOControl(point) && "\n\r\t".indexOf(point) < 0)
                || Character.getType(point) == Character.SURROGATE;
    }
}
