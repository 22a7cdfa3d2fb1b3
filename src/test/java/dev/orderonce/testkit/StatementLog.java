package dev.orderonce.testkit;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Records the SQL of every statement that the service has PostgreSQL execute, as it is sent: each statement once,
 * whether it comes from the pool, from a batch or from Hibernate; without the keep-alive of connections. Read from the
 * wire protocol (PostgreSQL documentation, 54.7, message formats).
 */
public final class StatementLog {
    private static final int SSL_REQUEST = 80877103;

    /** The keep-alive statement of an idle connection. */
    private static final String KEEP_ALIVE = "SELECT 1";

    private volatile Optional<List<String>> recording = Optional.empty();

    /** The statements that are executed while the action runs, in their order. */
    public List<String> during(Runnable operation) {
        List<String> statements = new CopyOnWriteArrayList<>();
        recording = Optional.of(statements);
        try {
            operation.run();
        } finally {
            recording = Optional.empty();
        }
        return List.copyOf(statements);
    }

    /** The parser of one connection's messages. */
    Wire open() {
        return new Wire();
    }

    /** Reads the messages of one connection, however they are cut into chunks. */
    final class Wire {
        private final Map<String, String> prepared = new HashMap<>();
        private String bound = "";
        private boolean isStarted;
        private byte[] rest = {};

        void read(byte[] chunk, int length) {
            ByteBuffer bytes = ByteBuffer.allocate(rest.length + length);
            bytes.put(rest).put(chunk, 0, length).flip();
            while (hasMessage(bytes)) {
                read(bytes);
            }
            rest = new byte[bytes.remaining()];
            bytes.get(rest);
        }

        /** A message has a type, unless it is the first, and a length that counts itself. */
        private boolean hasMessage(ByteBuffer bytes) {
            int type = isStarted ? 1 : 0;
            return bytes.remaining() >= type + Integer.BYTES
                    && bytes.remaining() >= type + bytes.getInt(bytes.position() + type);
        }

        private void read(ByteBuffer bytes) {
            char type = isStarted ? (char) bytes.get() : ' ';
            byte[] body = new byte[bytes.getInt() - Integer.BYTES];
            bytes.get(body);
            ByteBuffer message = ByteBuffer.wrap(body);
            switch (type) {
                case ' ' -> isStarted = message.getInt() != SSL_REQUEST;
                case 'P' -> prepared.put(text(message), text(message));
                case 'B' -> {
                    text(message); // the portal
                    bound = prepared.getOrDefault(text(message), "");
                }
                case 'E' -> executed(bound);
                case 'Q' -> executed(text(message));
                default -> {
                    // no statement
                }
            }
        }

        private void executed(String sql) {
            if (!sql.equals(KEEP_ALIVE)) {
                recording.ifPresent(statements -> statements.add(sql));
            }
        }

        /** Text that ends with a zero byte. */
        private static String text(ByteBuffer message) {
            ByteArrayOutputStream text = new ByteArrayOutputStream();
            for (byte next = message.get(); next != 0; next = message.get()) {
                text.write(next);
            }
            return text.toString(StandardCharsets.UTF_8);
        }
    }
}
