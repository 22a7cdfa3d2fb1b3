package dev.orderonce.redis;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A command as it is sent to Redis.
 *
 * @see <a href="https://redis.io/docs/latest/develop/reference/protocol-spec/">RESP, sending commands as arrays of bulk
 *     strings</a>
 */
public final class RedisCommand {
    /** Bytes around a word: the dollar sign, its length, and two line ends. */
    private static final int WORD_OVERHEAD = 16;

    private final String operation;
    private final byte[] bytes;

    private RedisCommand(String operation, byte[] bytes) {
        this.operation = operation;
        this.bytes = bytes;
    }

    /** Encodes a command and its arguments. */
    public static RedisCommand of(String... words) {
        int capacity = WORD_OVERHEAD;
        for (String word : words) {
            capacity += 3 * word.length() + WORD_OVERHEAD; // a UTF-16 unit is at most 3 bytes of UTF-8
        }
        byte[] wire = new byte[capacity];
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

    /** The first word. */
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
