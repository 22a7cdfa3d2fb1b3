package dev.orderonce.idempotency;

import dev.orderonce.redis.RedisCommand;
import dev.orderonce.redis.RedisPipeline;
import dev.orderonce.redis.RedisRefusal;
import dev.orderonce.redis.RedisReply;
import dev.orderonce.redis.RedisScript;
import dev.orderonce.stores.StoreUnavailable;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.List;
import org.jboss.logging.Logger;

/**
 * Who is at what, in Redis; a hint that keeps two from doing the same work, never the judge.
 *
 * <pre>
 *   (absent) ──begin──▶ f:OWNER, for the lease ──finish──▶ d, for as long as it is remembered
 *      ▲                    │
 *      └──release, lease ───┘
 * </pre>
 *
 * <p>The mark of something done holds no result: the row in PostgreSQL is read for that, so that no
 * answer is older than one that was given before.
 */
@ApplicationScoped
class Markers {
    private static final Logger LOG = Logger.getLogger(Markers.class);
    private static final String IN_FLIGHT = "f:";
    private static final String DONE = "d";

    /**
     * How long Redis keeps that a request under a key was done: an hour, in milliseconds. It spares a
     * repeat an insert in vain; after it the repeat is answered from PostgreSQL all the same.
     */
    private static final String DONE_TTL = Long.toString(Duration.ofHours(1).toMillis());

    /** KEYS: mark. ARGV: its value, and the rest of the words of SET. */
    private static final RedisScript SET =
            new RedisScript("mark", RedisScript.PASSING + "return passing('SET', KEYS[1], unpack(ARGV))");

    /** KEYS: mark. ARGV: the value to remove; another owner's is left alone. */
    private static final RedisScript RELEASE = new RedisScript("release-mark", """
                    if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
                    return 0
                    """);

    private final RedisPipeline redis;
    private final String leaseMillis;

    Markers(RedisPipeline redis, IdempotencySettings settings) {
        this.redis = redis;
        this.leaseMillis = Long.toString(settings.lease().toMillis());
    }

    /** What a mark says. */
    enum Mark {
        /** Nobody is at it. After {@link #begin}: nobody was, and now the owner is. */
        FREE,
        IN_FLIGHT,
        DONE,
        /** Redis does not answer. */
        UNKNOWN
    }

    /** Marks it as in flight unless it is marked, and tells what the mark said before. */
    Uni<Mark> begin(String mark, String owner) {
        return read(redis.run(SET, List.of(mark), List.of(IN_FLIGHT + owner, "NX", "PX", leaseMillis, "GET")));
    }

    Uni<Mark> look(String mark) {
        return read(redis.send(RedisCommand.of("GET", mark)));
    }

    private static Uni<Mark> read(Uni<RedisReply> reply) {
        return reply.map(Markers::mark)
                .onFailure(StoreUnavailable.class)
                .recoverWithItem(Mark.UNKNOWN)
                // Whatever Redis has against it, PostgreSQL decides.
                .onFailure(RedisRefusal.class)
                .recoverWithItem(refusal -> {
                    LOG.warnf("a mark was refused: %s", refusal.getMessage());
                    return Mark.UNKNOWN;
                });
    }

    private static Mark mark(RedisReply reply) {
        if (!(reply instanceof RedisReply.Text(String value))) {
            return Mark.FREE;
        }
        return value.equals(DONE) ? Mark.DONE : Mark.IN_FLIGHT;
    }

    /** Says that it stands. True whoever says it, so the owner is not asked for. */
    void finish(String mark) {
        forget(redis.run(SET, List.of(mark), List.of(DONE, "PX", DONE_TTL)), mark);
    }

    /** Lets the next one try at once, if the mark is still this owner's. */
    void release(String mark, String owner) {
        forget(redis.run(RELEASE, List.of(mark), List.of(IN_FLIGHT + owner)), mark);
    }

    /** Says that it no longer stands. */
    void clear(String mark) {
        forget(redis.send(RedisCommand.of("DEL", mark)), mark);
    }

    /**
     * Nobody waits for these, because nobody counts on them: a mark that is not changed ends with
     * its lease, and a mark that is wrong costs a look into PostgreSQL.
     */
    private static void forget(Uni<RedisReply> told, String mark) {
        told.subscribe().with(reply -> {}, failure -> LOG.debugf("the mark %s stays as it is: %s", mark, failure));
    }
}
