package dev.orderonce.http;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads what people write to each other. */
public final class FreeText {
    private FreeText() {}

    /**
     * The text, if it can be kept and read: not empty, not too long, and nothing in it that no
     * store could give back unchanged. If it cannot, what is wrong is added to the violations.
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
