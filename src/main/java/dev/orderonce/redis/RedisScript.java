package dev.orderonce.redis;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** A Lua script that Redis runs atomically; sent once and then called by its digest. */
public final class RedisScript {
    /**
     * Lua: {@code passing} is {@code redis.call} for a write that is true for a short time only. It
     * goes neither to the append-only file nor to replicas, where it would be the larger part of
     * what a script costs. (A rewrite of the file and a replica that begins take all that is in
     * memory.) What has to outlive Redis' process is not written by it.
     *
     * @see <a href="https://redis.io/docs/latest/develop/programmability/lua-api/">Redis,
     *     redis.set_repl</a>
     */
    public static final String PASSING = """
            local function passing(...)
                redis.set_repl(redis.REPL_NONE)
                local reply = redis.call(...)
                redis.set_repl(redis.REPL_ALL)
                return reply
            end
            """;

    private final String name;
    private final String source;
    private final String digest;

    /**
     * @param name what it is called in traces
     */
    public RedisScript(String name, String source) {
        this.name = name;
        this.source = source;
        try {
            this.digest = HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-1").digest(source.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java platform has SHA-1", impossible);
        }
    }

    String name() {
        return name;
    }

    String source() {
        return source;
    }

    String digest() {
        return digest;
    }
}
