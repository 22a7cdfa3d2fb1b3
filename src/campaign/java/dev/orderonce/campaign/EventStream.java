package dev.orderonce.campaign;

import dev.orderonce.testkit.RedisNode;
import dev.orderonce.testkit.RedisSentinels;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A consumer of the stream of events: reads it from its beginning, from whichever node is the primary. */
final class EventStream implements AutoCloseable {
    private static final String NAME = "once:events";
    private static final String MOST = "1000";
    private static final long POLL_MILLIS = 100;

    /** Longer than a lease of the relay, which has to end if its replica was killed. */
    private static final int QUIET_READS = 300;

    private final RedisSentinels redis;
    private final Arrivals arrivals = new Arrivals();
    private final Thread thread;
    private String last = "0";
    private volatile boolean ending;
    private volatile int emptyReads;

    EventStream(RedisSentinels redis) {
        this.redis = redis;
        thread = Thread.ofPlatform().name("stream").start(this::run);
    }

    private void run() {
        Optional<RedisNode> node = Optional.empty();
        while (!ending) {
            try {
                RedisNode primary = node.isPresent() && emptyReads == 0 ? node.get() : redis.primary();
                node = Optional.of(primary);
                boolean isEmpty = read(primary) == 0;
                emptyReads = isEmpty ? emptyReads + 1 : 0;
                if (isEmpty) {
                    pause();
                }
            } catch (UncheckedIOException | IllegalStateException unavailable) {
                node = Optional.empty();
                emptyReads = 0;
                pause();
            }
        }
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Reads entries after the last one; returns how many. */
    private int read(RedisNode primary) {
        Object reply = primary.send("XREAD", "COUNT", MOST, "STREAMS", NAME, last);
        if (reply == null || list(reply).isEmpty()) {
            return 0;
        }
        List<?> entries = list(list(list(reply).getFirst()).getLast());
        for (Object entry : entries) {
            List<?> parts = list(entry);
            receive(list(parts.getLast()));
            last = String.valueOf(parts.getFirst());
        }
        return entries.size();
    }

    private static List<?> list(@Nullable Object reply) {
        if (reply instanceof List<?> elements) {
            return elements;
        }
        throw new IllegalStateException("no list: " + reply);
    }

    private void receive(List<?> fields) {
        Map<String, String> values = new HashMap<>();
        for (int i = 0; i + 1 < fields.size(); i += 2) {
            values.put(String.valueOf(fields.get(i)), String.valueOf(fields.get(i + 1)));
        }
        arrivals.add(
                values.getOrDefault("number", ""),
                Integer.parseInt(values.getOrDefault("sequence", "0")),
                values.getOrDefault("kind", ""));
    }

    /** Whether nothing new has come for so long that nothing more is expected. */
    boolean isQuiet() {
        return emptyReads > QUIET_READS;
    }

    /** What was received. */
    Arrivals arrivals() {
        return arrivals;
    }

    @Override
    public void close() {
        ending = true;
        try {
            thread.join();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
