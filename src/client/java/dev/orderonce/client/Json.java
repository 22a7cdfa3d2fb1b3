package dev.orderonce.client;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * JSON text (RFC 8259) from and to plain values: {@link Map}, {@link List}, {@link String}, {@link Long} or
 * {@link BigDecimal}, {@link Boolean} and null. So the client needs no JSON library, and goes with any.
 */
public final class Json {
    /** Deeper than any document of the service; reading and writing are recursive. */
    private static final int DEEPEST = 64;

    private Json() {}

    /**
     * Reads a document.
     *
     * @throws IllegalArgumentException if the text is not JSON
     */
    public static @Nullable Object read(String text) {
        return new Reader(text).document();
    }

    /**
     * Reads an object, for example a draft that a JSON library has written.
     *
     * @throws IllegalArgumentException if the text is not a JSON object
     */
    public static Map<String, Object> readObject(String text) {
        if (read(text) instanceof Map<?, ?> object) {
            @SuppressWarnings("unchecked") // the reader makes no other maps
            Map<String, Object> members = (Map<String, Object>) object;
            return members;
        }
        throw new IllegalArgumentException("not a JSON object");
    }

    /**
     * Writes a document. Takes every {@link CharSequence}, {@link Iterable} and finite {@link Number} too.
     *
     * @throws IllegalArgumentException if a value of another type is in it
     */
    public static String write(@Nullable Object value) {
        StringBuilder out = new StringBuilder();
        write(value, out, 0);
        return out.toString();
    }

    private static void write(@Nullable Object value, StringBuilder out, int depth) {
        if (depth > DEEPEST) {
            throw new IllegalArgumentException("nested more than " + DEEPEST + " deep");
        }
        if (value == null || value instanceof Boolean) {
            out.append(value);
        } else if (value instanceof CharSequence text) {
            writeText(text, out);
        } else if (value instanceof Number number) {
            out.append(new BigDecimal(number.toString()));
        } else if (value instanceof Map<?, ?> members) {
            char separator = '{';
            for (Map.Entry<?, ?> member : members.entrySet()) {
                writeText(String.valueOf(member.getKey()), out.append(separator));
                write(member.getValue(), out.append(':'), depth + 1);
                separator = ',';
            }
            out.append(members.isEmpty() ? "{}" : "}");
        } else if (value instanceof Iterable<?> elements) {
            out.append('[');
            String separator = "";
            for (Object element : elements) {
                write(element, out.append(separator), depth + 1);
                separator = ",";
            }
            out.append(']');
        } else {
            throw new IllegalArgumentException(
                    "no JSON value: " + value.getClass().getName());
        }
    }

    private static void writeText(CharSequence text, StringBuilder out) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean isPair = Character.isHighSurrogate(c)
                    && i + 1 < text.length()
                    && Character.isLowSurrogate(text.charAt(i + 1));
            if (isPair) {
                out.append(c).append(text.charAt(++i));
            } else if (c == '"' || c == '\\') {
                out.append('\\').append(c);
            } else if (c < ' ' || Character.isSurrogate(c)) {
                // Half a pair has no UTF-8.
                out.append(String.format("\\u%04x", (int) c));
            } else {
                out.append(c);
            }
        }
        out.append('"');
    }

    private static final class Reader {
        private final String text;
        private int at;

        Reader(String text) {
            this.text = text;
        }

        @Nullable Object document() {
            Object value = value(0);
            skipSpace();
            require(at == text.length());
            return value;
        }

        private @Nullable Object value(int depth) {
            require(depth <= DEEPEST);
            skipSpace();
            return switch (peek()) {
                case '{' -> object(depth);
                case '[' -> array(depth);
                case '"' -> string();
                case 't' -> word("true", true);
                case 'f' -> word("false", false);
                case 'n' -> word("null", null);
                default -> number();
            };
        }

        private Map<String, @Nullable Object> object(int depth) {
            Map<String, @Nullable Object> members = new LinkedHashMap<>();
            at++;
            if (!isNext('}')) {
                do {
                    skipSpace();
                    require(peek() == '"');
                    String name = string();
                    require(isNext(':'));
                    members.put(name, value(depth + 1));
                } while (isNext(','));
                require(isNext('}'));
            }
            return members;
        }

        private List<@Nullable Object> array(int depth) {
            List<@Nullable Object> elements = new ArrayList<>();
            at++;
            if (!isNext(']')) {
                do {
                    elements.add(value(depth + 1));
                } while (isNext(','));
                require(isNext(']'));
            }
            return elements;
        }

        private String string() {
            StringBuilder value = new StringBuilder();
            at++;
            while (peek() != '"') {
                char c = text.charAt(at++);
                require(c >= ' ');
                value.append(c == '\\' ? escaped() : c);
            }
            at++;
            return value.toString();
        }

        private char escaped() {
            char c = peek();
            at++;
            return switch (c) {
                case 'b' -> '\b';
                case 'f' -> '\f';
                case 'n' -> '\n';
                case 'r' -> '\r';
                case 't' -> '\t';
                case 'u' -> unicode();
                default -> {
                    require(c == '"' || c == '\\' || c == '/');
                    yield c;
                }
            };
        }

        private char unicode() {
            require(at + 4 <= text.length());
            int code = 0;
            for (int end = at + 4; at < end; at++) {
                int digit = Character.digit(text.charAt(at), 16);
                require(digit >= 0 && text.charAt(at) < 0x7F);
                code = code * 16 + digit;
            }
            return (char) code;
        }

        private @Nullable Object word(String word, @Nullable Object value) {
            require(text.startsWith(word, at));
            at += word.length();
            return value;
        }

        private Number number() {
            int from = at;
            if (peek() == '-') {
                at++;
            }
            int whole = at;
            digits();
            require(text.charAt(whole) != '0' || at == whole + 1);
            boolean isWhole = true;
            if (at < text.length() && text.charAt(at) == '.') {
                at++;
                digits();
                isWhole = false;
            }
            if (at < text.length() && (text.charAt(at) == 'e' || text.charAt(at) == 'E')) {
                at++;
                if (peek() == '+' || peek() == '-') {
                    at++;
                }
                digits();
                isWhole = false;
            }
            String number = text.substring(from, at);
            // 18 digits fit.
            return isWhole && number.length() <= 18 ? (Number) Long.valueOf(number) : exact(number);
        }

        private BigDecimal exact(String number) {
            try {
                return new BigDecimal(number);
            } catch (NumberFormatException exponent) {
                throw malformed();
            }
        }

        private void digits() {
            require(isDigit(peek()));
            while (at < text.length() && isDigit(text.charAt(at))) {
                at++;
            }
        }

        private static boolean isDigit(char c) {
            return c >= '0' && c <= '9';
        }

        private boolean isNext(char c) {
            skipSpace();
            if (at < text.length() && text.charAt(at) == c) {
                at++;
                return true;
            }
            return false;
        }

        private void skipSpace() {
            while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
                at++;
            }
        }

        private char peek() {
            require(at < text.length());
            return text.charAt(at);
        }

        private void require(boolean isSound) {
            if (!isSound) {
                throw malformed();
            }
        }

        private IllegalArgumentException malformed() {
            return new IllegalArgumentException("not JSON at character " + at);
        }
    }
}
