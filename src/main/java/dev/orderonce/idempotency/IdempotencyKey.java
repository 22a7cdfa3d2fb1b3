package dev.orderonce.idempotency;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A key that a client makes for one request and its repeats. It is scoped to the buyer: two buyers may use the same.
 *
 * @param text {@value #SHORTEST} to {@value #LONGEST} visible ASCII characters
 */
public record IdempotencyKey(String text) {
    /**
     * A UUID without hyphens has 32 characters, 16 random bytes in base 64 have 22. A shorter key was probably counted
     * or typed, and will be used for another request.
     */
    public static final int SHORTEST = 20;

    public static final int LONGEST = 255;

    public IdempotencyKey {
        if (!isKey(text)) {
            throw new IllegalArgumentException("not an idempotency key");
        }
    }

    /** The result of reading the header. */
    public sealed interface Reading {
        /** The request has no such header. */
        record None() implements Reading {}

        /** The header cannot be used. */
        record Unusable(String why) implements Reading {}

        record Usable(IdempotencyKey key) implements Reading {}
    }

    /**
     * Reads {@code Idempotency-Key}: a string of structured fields ({@code "…"}), or the bare characters that most
     * clients send. A repeated or joined header is one key if every value is the same: proxies and client libraries
     * repeat headers.
     *
     * @param lines the value of each such header
     * @see <a href="https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/">The Idempotency-Key
     *     HTTP Header Field</a>
     * @see <a href="https://www.rfc-editor.org/rfc/rfc9651#section-4.2.5">RFC 9651, 4.2.5, Parsing a String</a>
     */
    public static Reading read(List<String> lines) {
        if (lines.isEmpty()) {
            return new Reading.None();
        }
        Set<String> values = new HashSet<>();
        try {
            lines.forEach(line -> new Values(line).readAll(values));
        } catch (Unreadable unreadable) {
            return new Reading.Unusable(String.valueOf(unreadable.getMessage()));
        }
        return values.size() == 1
                ? usable(values.iterator().next())
                : new Reading.Unusable("it was sent more than once, with different values");
    }

    /** The values of one header line, separated by commas. */
    private static final class Values {
        private final String line;
        private int at;

        Values(String line) {
            this.line = line;
        }

        void readAll(Set<String> values) {
            values.add(readValue());
            while (at < line.length()) {
                at++; // the comma
                values.add(readValue());
            }
        }

        /** Ends at a comma or at the end of the line. */
        private String readValue() {
            skipSpace();
            String value = isAt('"') ? readString() : readBare();
            skipSpace();
            if (at < line.length() && !isAt(',')) {
                throw new Unreadable("something follows the closing quote");
            }
            return value;
        }

        private String readString() {
            StringBuilder text = new StringBuilder();
            for (at++; !isAt('"'); at++) {
                if (isAt('\\')) {
                    at++;
                    if (!isAt('"') && !isAt('\\')) {
                        throw new Unreadable("a backslash is followed by neither \" nor \\");
                    }
                }
                if (at >= line.length()) {
                    throw new Unreadable("the closing quote is missing");
                }
                text.append(line.charAt(at));
            }
            at++;
            skipSpace();
            if (isAt(';')) {
                skipParameters();
            }
            return text.toString();
        }

        /** RFC 9651 allows parameters; none is defined for this header. */
        private void skipParameters() {
            boolean isQuoted = false;
            for (; at < line.length() && (isQuoted || !isAt(',')); at++) {
                isQuoted ^= isAt('"');
            }
            if (isQuoted) {
                throw new Unreadable("the closing quote of a parameter is missing");
            }
        }

        /**
         * Refuses characters that only a string may contain: two keys that differ after a semicolon would be read as
         * one.
         */
        private String readBare() {
            int from = at;
            while (at < line.length() && !isAt(',')) {
                if (isAt('"') || isAt(';') || isAt('\\')) {
                    throw new Unreadable("without quotes it must not contain a quote, a semicolon or a backslash");
                }
                at++;
            }
            return line.substring(from, at).strip();
        }

        private void skipSpace() {
            while (isAt(' ') || isAt('\t')) {
                at++;
            }
        }

        private boolean isAt(char c) {
            return at < line.length() && line.charAt(at) == c;
        }
    }

    /** Thrown and caught here only. */
    private static final class Unreadable extends RuntimeException {
        Unreadable(String why) {
            super(why, null, false, false);
        }
    }

    private static Reading usable(String text) {
        return isKey(text)
                ? new Reading.Usable(new IdempotencyKey(text))
                : new Reading.Unusable("it has not " + SHORTEST + " to " + LONGEST + " visible ASCII characters");
    }

    private static boolean isKey(String text) {
        return text.length() >= SHORTEST
                && text.length() <= LONGEST
                && text.chars().allMatch(c -> c > ' ' && c < 0x7F);
    }
}
