package dev.orderonce.redis;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * One command to Redis as it goes over the wire.
 *
 * @see <a href="https://redis.io/docs/latest/develop/reference/protocol-spec/">RESP, sending
 *     commands as arrays of bulk strings</a>
 */
public final class RedisCommand {
    /** Around a word: the dollar sign, its length, and two line ends. */
    private static final int AROUND_A_WORD = 16;

    private final String operation;
    private final byte[] bytes;

    private RedisCommand(String operation, byte[] bytes) {
        this.operation = operation;
        this.bytes = bytes;
    }

    /** The command and its arguments, in Redis' own order. */
    public static RedisCommand of(String... words) {
        int most = AROUND_A_WORD;
        for (String word : words) {
            most += 3 * word.length() + AROUND_A_WORD; // a UTF-16 unit is at most 3 bytes of UTF-8
        }
        byte[] wire = new byte[most];
        int at = header(wire, 0, '*', words.length);
        for (String word : words) {
            byte[] utf8 = word.getBytes(StandardCharsets.UTF_8);
            at = header(wire, at, '$', utf8.length);
            System.arraycopy(utf8, 0, wire, at, utf8.length);
            at = lineEnd(wire, at + utf8.length);
        }
        return new RedisCommand(words[0], Arrays.copyOf(wire, at));
    }

    private static int header(byte[] wire, int at, char kind, int count) {
        wire[at] = (byte) kind;
        int next = at + 1;
        for (byte digit : Integer.toString(count).getBytes(StandardCharsets.US_ASCII)) {
            wire[next++] = digit;
        }
        return lineEnd(wire, next);
    }

    private static int lineEnd(byte[] wire, int at) {
        wire[at] = '\r';
        wire[at + 1] = '\n';
        return at + 2;
    }

    /** Its first word. */
    String operation() {
        return operation;
    }

    byte[] bytes() {
        return bytes;
    }

    @Override
    public String toString() {
        return new String(bytes, StandardCharsets.UTF_8).replace("\r\n", " ").strip();
    }
}
