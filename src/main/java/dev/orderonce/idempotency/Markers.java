package dev.orderonce.idempotency;

import dev.orderonce.redis.RedisPipeline;
import dev.orderonce.redis.RedisRefusal;
import dev.orderonce.redis.RedisScript;
import dev.orderonce.stores.StoreUnavailable;
import io.quarkus.redis.datasource.value.ReactiveValueCommands;
import io.quarkus.redis.datasource.value.SetArgs;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.List;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

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
     * How long Redis keeps that a request under a key was done: an hour. It spares a repeat an insert in vain; after it
     * the repeat is answered from PostgreSQL all the same.
     */
    private static final Duration DONE_TTL = Duration.ofHours(1);

    private static final RedisScript RELEASE = RedisScript.load("release-marker");

    private final RedisPipeline redis;
    private final ReactiveValueCommands<String, String> values;
    private final Duration lease;

    Markers(RedisPipeline redis, IdempotencySettings settings) {
        this.redis = redis;
        this.values = redis.data().value(String.class);
        this.lease = settings.lease();
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
        return state(values.setGet(marker, IN_FLIGHT + owner, new SetArgs().nx().px(lease)));
    }

    Uni<State> read(String marker) {
        return state(values.get(marker));
    }

    private static Uni<State> state(Uni<@Nullable String> value) {
        return value.map(Markers::state)
                .onFailure(StoreUnavailable.class)
                .recoverWithItem(State.UNKNOWN)
                // A refusal is no failure either: PostgreSQL decides.
                .onFailure(RedisRefusal.class)
                .recoverWithItem(refusal -> {
                    LOG.warnf("Redis refused a marker: %s", refusal.getMessage());
                    return State.UNKNOWN;
                });
    }

    private static State state(@Nullable String value) {
        if (value == null) {
            return State.FREE;
        }
        return value.equals(DONE) ? State.DONE : State.IN_FLIGHT;
    }

    /** Sets the completion marker, whichever owner's marker exists: the row exists in any case. */
    void finish(String marker) {
        fireAndForget(values.set(marker, DONE, new SetArgs().px(DONE_TTL)), marker);
    }

    /** Deletes the owner's in-flight marker, so that a repeat can proceed at once. */
    void release(String marker, String owner) {
        fireAndForget(redis.run(RELEASE, List.of(marker), List.of(IN_FLIGHT + owner)), marker);
    }

    /** Deletes the marker. */
    void delete(String marker) {
        fireAndForget(redis.data().key().del(marker), marker);
    }

    /** Nothing waits for the reply: an unchanged marker expires, and a wrong one costs one read of PostgreSQL. */
    private static void fireAndForget(Uni<?> sent, String marker) {
        sent.subscribe().with(_ -> {}, failure -> LOG.debugf("marker %s not changed: %s", marker, failure));
    }
}
