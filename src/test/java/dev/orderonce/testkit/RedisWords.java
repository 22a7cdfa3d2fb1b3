package dev.orderonce.testkit;

import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import org.jspecify.annotations.Nullable;

/** Commands of the library from words, and its replies as words. */
public final class RedisWords {
    private RedisWords() {}

    /** The command that {@code redis-cli} would send. */
    public static Request request(String... words) {
        Request request = Request.cmd(Command.create(words[0].toLowerCase(java.util.Locale.ROOT)));
        for (int i = 1; i < words.length; i++) {
            request.arg(words[i]);
        }
        return request;
    }

    /** The text of a reply that is no array; {@code nil} for none. */
    public static String text(@Nullable Response reply) {
        return reply == null ? "nil" : reply.toString();
    }
}
