package dev.orderonce.testkit;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.Consumer;

/**
 * Reads what one connection sends to PostgreSQL and reports each execution of a statement; ignores a
 * connection that speaks another protocol.
 *
 * @see <a href="https://www.postgresql.org/docs/current/protocol-message-formats.html">Message
 *     formats</a>
 */
final class ExecutionReader {
    private static final int PROTOCOL = 196_608;

    private final Consumer<String> executed;
    private byte[] rest = {};
    private boolean isStarted;
    private boolean isOther;

    ExecutionReader(Consumer<String> executed) {
        this.executed = executed;
    }

    void received(byte[] chunk, int length) {
        if (isOther) {
            return;
        }
        int kept = rest.length;
        rest = Arrays.copyOf(rest, kept + length);
        System.arraycopy(chunk, 0, rest, kept, length);
        while (rest.length >= 8 || (isStarted && rest.length >= 5)) {
            int type = isStarted ? 1 : 0; // the first message has no type
            int end = type + ByteBuffer.wrap(rest).getInt(type);
            if (!isStarted && ByteBuffer.wrap(rest).getInt(4) != PROTOCOL) {
                isOther = true;
                return;
            }
            if (rest.length < end) {
                return;
            }
            if (isStarted && rest[0] == 'B') {
                executed.accept(new String(rest, 5, end - 5, StandardCharsets.ISO_8859_1));
            }
            isStarted = true;
            rest = Arrays.copyOfRange(rest, end, rest.length);
        }
    }
}
