package dev.orderonce.redis;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Parses the replies that a connection receives, in whatever pieces they arrive.
 *
 * @see <a href="https://redis.io/docs/latest/develop/reference/protocol-spec/">RESP, version 2</a>
 */
final class RedisReader {
    /** Replies of scripts and streams are nested arrays, but never this deep. */
    private static final int DEEPEST = 16;

    private static final RedisReply NOTHING = new RedisReply.Nothing();

    private final Consumer<RedisReply> replies;
    private byte[] bytes = new byte[0];
    private int at;

    RedisReader(Consumer<RedisReply> replies) {
        this.replies = replies;
    }

    /** The bytes are not a reply: the peer is not Redis. */
    static final class NotRedis extends RuntimeException {
        private static final long serialVersionUID = 1;

        NotRedis(String reason) {
            super(reason);
        }
    }

    /**
     * Appends the next piece and passes on every complete reply.
     *
     * @throws NotRedis if the bytes are not a reply
     */
    void receive(byte[] piece) {
        if (bytes.length == 0) {
            bytes = piece;
        } else {
            int kept = bytes.length;
            bytes = Arrays.copyOf(bytes, kept + piece.length);
            System.arraycopy(piece, 0, bytes, kept, piece.length);
        }
        int begun = 0;
        for (RedisReply reply = next(0); reply != null; reply = next(0)) {
            begun = at;
            replies.accept(reply);
        }
        // The rest is the beginning of a reply; it is parsed again with the next piece.
        bytes = begun == bytes.length ? new byte[0] : Arrays.copyOfRange(bytes, begun, bytes.length);
        at = 0;
    }

    /** The reply that begins here, or {@code null} if it is incomplete. */
    private @Nullable RedisReply next(int depth) {
        if (at == bytes.length) {
            return null;
        }
        if (depth > DEEPEST) {
            throw new NotRedis("arrays in arrays, deeper than " + DEEPEST);
        }
        byte kind = bytes[at];
        int lineEnd = lineEnd();
        if (lineEnd < 0) {
            return null;
        }
        int begin = at + 1;
        at = lineEnd + 2;
        return switch (kind) {
            case '+' -> new RedisReply.Text(text(begin, lineEnd));
            case '-' -> new RedisReply.Refused(text(begin, lineEnd));
            case ':' -> new RedisReply.Whole(whole(begin, lineEnd));
            case '$' -> bulk(whole(begin, lineEnd));
            case '*' -> many(whole(begin, lineEnd), depth);
            default -> throw new NotRedis("a reply that begins with byte " + kind);
        };
    }

    private @Nullable RedisReply bulk(long length) {
        if (length < 0) {
            return NOTHING;
        }
        if (bytes.length - at < length + 2) {
            return null;
        }
        int begin = at;
        at += (int) length + 2;
        return new RedisReply.Text(text(begin, begin + (int) length));
    }

    private @Nullable RedisReply many(long count, int depth) {
        if (count < 0) {
            return NOTHING;
        }
        List<RedisReply> found = new ArrayList<>();
        for (long i = 0; i < count; i++) {
            RedisReply reply = next(depth + 1);
            if (reply == null) {
                return null;
            }
            found.add(reply);
        }
        return new RedisReply.Many(found);
    }

    /** The end of the current line, or −1 if it is incomplete. */
    private int lineEnd() {
        for (int i = at + 1; i < bytes.length - 1; i++) {
            if (bytes[i] == '\r' && bytes[i + 1] == '\n') {
                return i;
            }
        }
        return -1;
    }

    private long whole(int from, int to) {
        try {
            return Long.parseLong(text(from, to));
        } catch (NumberFormatException notANumber) {
            throw new NotRedis("a malformed number");
        }
    }

    private String text(int from, int to) {
        return new String(bytes, from, to - from, StandardCharsets.UTF_8);
    }
}
