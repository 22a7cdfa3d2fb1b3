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
 * In-flight and completion markers in Redis. They are advisory: PostgreSQL decides.
 *
 * <pre>
 *   (absent) ──begin──▶ f:OWNER, for the lease ──finish──▶ d, for as long as it is remembered
 *      ▲                    │
 *      └──release, lease ───┘
 * </pre>
 *
 * <p>A completion marker holds no result: the row in PostgreSQL is read for that, so that no response is older than an
 * earlier one.
 */
@ApplicationScoped
class Markers {
    private static final Logger LOG = Logger.getLogger(Markers.class);
    private static final String IN_FLIGHT = "f:";
    private static final String DONE = "d";

    /**
     * How long Redis keeps that a request under a key was done: an hour, in milliseconds. It spares a repeat an insert
     * in vain; after it the repeat is answered from PostgreSQL all the same.
     */
    private static final String DONE_TTL = Long.toString(Duration.ofHours(1).toMillis());

    private static final RedisScript SET = RedisScript.load("set-marker");
    private static final RedisScript RELEASE = RedisScript.load("release-marker");

    private final RedisPipeline redis;
    private final String leaseMillis;

    Markers(RedisPipeline redis, IdempotencySettings settings) {
        this.redis = redis;
        this.leaseMillis = Long.toString(settings.lease().toMillis());
    }

    /** The state that a marker tells. */
    enum State {
        /** No request is in progress. After {@link #begin}: none was, and the owner's is now. */
        FREE,
        IN_FLIGHT,
        DONE,
        /** Redis is unavailable. */
        UNKNOWN
    }

    /** Sets the in-flight marker unless a marker exists; returns the state before. */
    Uni<State> begin(String marker, String owner) {
        return state(redis.run(SET, List.of(marker), List.of(IN_FLIGHT + owner, "NX", "PX", leaseMillis, "GET")));
    }

    Uni<State> read(String marker) {
        return state(redis.send(RedisCommand.of("GET", marker)));
    }

    private static Uni<State> state(Uni<RedisReply> reply) {
        return reply.map(Markers::state)
                .onFailure(StoreUnavailable.class)
                .recoverWithItem(State.UNKNOWN)
                // A refusal is no failure either: PostgreSQL decides.
                .onFailure(RedisRefusal.class)
                .recoverWithItem(refusal -> {
                    LOG.warnf("Redis refused a marker: %s", refusal.getMessage());
                    return State.UNKNOWN;
                });
    }

    private static State state(RedisReply reply) {
        if (!(reply instanceof RedisReply.Text(String value))) {
            return State.FREE;
        }
        return value.equals(DONE) ? State.DONE : State.IN_FLIGHT;
    }

    /** Sets the completion marker, whichever owner's marker exists: the row exists in any case. */
    void finish(String marker) {
        fireAndForget(redis.run(SET, List.of(marker), List.of(DONE, "PX", DONE_TTL)), marker);
    }

    /** Deletes the owner's in-flight marker, so that a repeat can proceed at once. */
    void release(String marker, String owner) {
        fireAndForget(redis.run(RELEASE, List.of(marker), List.of(IN_FLIGHT + owner)), marker);
    }

    /** Deletes the marker. */
    void delete(String marker) {
        fireAndForget(redis.send(RedisCommand.of("DEL", marker)), marker);
    }

    /** Nothing waits for the reply: an unchanged marker expires, and a wrong one costs one read of PostgreSQL. */
    private static void fireAndForget(Uni<RedisReply> sent, String marker) {
        sent.subscribe().with(_ -> {}, failure -> LOG.debugf("marker %s not changed: %s", marker, failure));
    }
}
