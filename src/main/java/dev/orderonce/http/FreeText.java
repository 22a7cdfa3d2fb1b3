package dev.orderonce.http;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Validates text that people write to each other. */
public final class FreeText {
    /** Why a text is not {@linkplain #isReadable readable}, as the rest of a sentence. */
    public static final String UNREADABLE =
            "must not hold broken Unicode, or control characters other than line breaks and tabs";

    private FreeText() {}

    /**
     * The text, if it is not blank, not too long, and has no character that a store could not return unchanged.
     * Otherwise empty, and the reason is added to the violations.
     *
     * @param member the name of the text's member in the body
     */
    public static Optional<String> read(String member, @Nullable String text, int longest, List<Violation> violations) {
        String pointer = '/' + member;
        if (text == null) {
            violations.add(new Violation(pointer, "is missing"));
            return Optional.empty();
        }
        if (text.isBlank() || text.length() > longest) {
            violations.add(new Violation(pointer, "must have 1 to " + longest + " characters, not only spaces"));
            return Optional.empty();
        }
        if (!isReadable(text)) {
            violations.add(new Violation(pointer, UNREADABLE));
            return Optional.empty();
        }
        return Optional.of(text);
    }

    /** Whether the text has no character that a store could not return unchanged. */
    public static boolean isReadable(String text) {
        return text.codePoints().noneMatch(FreeText::isUnreadable);
    }

    private static boolean isUnreadable(int point) {
        return (Character.isISOControl(point) && "\n\r\t".indexOf(point) < 0)
                || Character.getType(point) == Character.SURROGATE;
    }
}
