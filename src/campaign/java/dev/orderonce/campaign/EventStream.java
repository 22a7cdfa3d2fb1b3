package dev.orderonce.campaign;

import dev.orderonce.campaign.Facts.Event;
import dev.orderonce.testkit.RedisNode;
import dev.orderonce.testkit.RedisSentinels;
import java.io.UncheckedIOException;
import java.util.ArrayList;
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

    private final RedisSentinels redis;
    private final Map<String, Long> received = new HashMap<>();
    private final List<Event> overtaken = new ArrayList<>();
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

    private synchronized void receive(List<?> fields) {
        Map<String, String> values = new HashMap<>();
        for (int i = 0; i + 1 < fields.size(); i += 2) {
            values.put(String.valueOf(fields.get(i)), String.valueOf(fields.get(i + 1)));
        }
        String number = values.getOrDefault("number", "").replace("-", "");
        int sequence = Integer.parseInt(values.getOrDefault("sequence", "0"));
        long before = received.getOrDefault(number, 0L);
        long bit = 1L << sequence;
        // Of the bits below, that of 0 is never set.
        long expected = bit - 2;
        if ((before & bit) == 0 && (before & expected) != expected) {
            overtaken.add(new Event(number, sequence, values.getOrDefault("kind", ""), System.currentTimeMillis()));
        }
        received.put(number, before | bit);
    }

    /** Whether nothing new has come for some reads. */
    boolean isQuiet() {
        return emptyReads > 10;
    }

    /** The sequences that were received, by order. */
    synchronized Map<String, Long> received() {
        return Map.copyOf(received);
    }

    /** What was received before an earlier event of the same order. */
    synchronized List<Event> overtaken() {
        return List.copyOf(overtaken);
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
