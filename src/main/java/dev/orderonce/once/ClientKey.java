package dev.orderonce.once;

import java.util.List;

/**
 * A key that a client made itself so that its request can be repeated; it means something together
 * with its buyer only.
 *
 * @param text {@value #SHORTEST} to {@value #LONGEST} visible ASCII characters
 */
public record ClientKey(String text) {
    /**
     * A UUID without hyphens has 32, 16 random bytes in base 64 have 22; what is shorter was
     * counted or typed, and will be made a second time.
     */
    public static final int SHORTEST = 20;

    public static final int LONGEST = 255;

    public ClientKey {
        if (!isKey(text)) {
            throw new IllegalArgumentException("not a client key");
        }
    }

    /** What a header turned out to be. */
    public sealed interface Reading {
        /** There was no header. */
        record None() implements Reading {}

        /** There was one, and it cannot be used. */
        record Unusable(String why) implements Reading {}

        record Usable(ClientKey key) implements Reading {}
    }

    /**
     * Reads {@code Idempotency-Key}: a string as structured fields have it ({@code "…"}), or the
     * bare characters that most clients send.
     *
     * @param lines the value of each such header of the request
     * @see <a
     *     href="https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/">The
     *     Idempotency-Key HTTP Header Field</a>
     * @see <a href="https://www.rfc-editor.org/rfc/rfc9651#section-4.2.5">RFC 9651, 4.2.5, Parsing
     *     a String</a>
     */
    public static Reading read(List<String> lines) {
        if (lines.isEmpty()) {
            return new Reading.None();
        }
        if (lines.size() > 1) {
            return new Reading.Unusable("it was sent more than once");
        }
        String line = lines.getFirst().strip();
        return line.startsWith("\"") ? readString(line) : readBare(line);
    }

    private static Reading readString(String line) {
        StringBuilder text = new StringBuilder();
        for (int i = 1; i < line.length(); i++) {
            char c = line.charAt(i);
            if (c == '"') {
                // Parameters are allowed, and none means anything here.
                String rest = line.substring(i + 1).stripLeading();
                return rest.isEmpty() || rest.startsWith(";")
                        ? usable(text.toString())
                        : new Reading.Unusable("something follows the closing quote");
            }
            if (c == '\\') {
                i++;
                if (i == line.length() || "\"\\".indexOf(line.charAt(i)) < 0) {
                    return new Reading.Unusable("a backslash stands before neither \" nor \\");
                }
                c = line.charAt(i);
            }
            text.append(c);
        }
        return new Reading.Unusable("the closing quote is missing");
    }

    private static Reading readBare(String line) {
        // Two headers joined by a proxy, or a string that lost a quote, must not pass for a key.
        return line.chars().anyMatch(c -> "\",;\\".indexOf(c) >= 0)
                ? new Reading.Unusable(
                        "without quotes it holds no quote, comma, semicolon, backslash")
                : usable(line);
    }

    private static Reading usable(String text) {
        return isKey(text)
                ? new Reading.Usable(new ClientKey(text))
                : new Reading.Unusable(
                        "it has not " + SHORTEST + " to " + LONGEST + " visible ASCII characters");
    }

    private static boolean isKey(String text) {
        return text.length() >= SHORTEST
                && text.length() <= LONGEST
                && text.chars().allMatch(c -> c > ' ' && c < 0x7F);
    }
}
