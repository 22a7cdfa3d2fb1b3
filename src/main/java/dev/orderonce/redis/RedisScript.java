package dev.orderonce.redis;

import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/**
 * A Lua script that Redis runs atomically; its source is sent once, later calls send its digest.
 *
 * <p>The head of each file in {@code src/main/resources/redis} lists its KEYS, ARGV and replies.
 */
public final class RedisScript {
    private final String name;
    private final String source;
    private final String digest;
    private final String[] settings;

    /**
     * Makes a script from its source.
     *
     * @param name the operation's name in traces
     * @param settings see {@link #load}
     */
    RedisScript(String name, String source, String... settings) {
        this.name = name;
        this.source = source;
        this.settings = settings.clone();
        try {
            this.digest = HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-1").digest(source.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java platform has SHA-1", impossible);
        }
    }

    /**
     * Reads {@code redis/NAME.lua} from the class path.
     *
     * @param name the file's name without its ending, and the operation's name in traces
     * @param settings what ARGV begins with in every call: limits, windows, times to live
     */
    public static RedisScript load(String name, String... settings) {
        String file = "/redis/" + name + ".lua";
        try (InputStream lua = RedisScript.class.getResourceAsStream(file)) {
            if (lua == null) {
                throw new IllegalStateException("not on the class path: " + file);
            }
            return new RedisScript(name, new String(lua.readAllBytes(), StandardCharsets.UTF_8), settings);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    String name() {
        return name;
    }

    /** {@code EVALSHA}, which Redis refuses with {@code NOSCRIPT} if it does not have the source. */
    Request call(List<String> keys, List<String> arguments) {
        return request(Command.EVALSHA, digest, keys, arguments);
    }

    /** {@code EVAL}, which sends the source. */
    Request callWithSource(List<String> keys, List<String> arguments) {
        return request(Command.EVAL, source, keys, arguments);
    }

    private Request request(Command command, String script, List<String> keys, List<String> arguments) {
        Request request = Request.cmd(command).arg(script).arg(keys.size());
        keys.forEach(request::arg);
        for (String setting : settings) {
            request.arg(setting);
        }
        arguments.forEach(request::arg);
        return request;
    }
}
