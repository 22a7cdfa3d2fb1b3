package dev.orderonce.idempotency;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * The latest claim of a name: the right to do its work until the lease ends.
 *
 * <pre>
 *   (absent) ──claim──▶ Held ──complete──▶ Done ──time to live──▶ (absent)
 *                       ▲  │
 *                 claim,│  │lease ends,
 *                renew, │  │give up
 *                       │  ▼
 *                       Free
 * </pre>
 *
 * @param id made by the client or by the service
 * @param request the fingerprint of the work's request, if a claim had one
 * @param phase by PostgreSQL's clock, which all replicas share
 */
public record OnceClaim(RecordName name, String id, Optional<String> request, Phase phase) implements OnceEntry {
    /** In characters. */
    public static final int SHORTEST_ID = 20;

    /** In characters. */
    public static final int LONGEST_ID = 64;

    /** How far the work has come. */
    public sealed interface Phase {
        /** The claim was given up, or its lease has ended; the name can be claimed. */
        record Free() implements Phase {}

        /**
         * The claim is live.
         *
         * @param left until the lease ends
         */
        record Held(Instant expiresAt, Duration left) implements Phase {}

        /** The work is done. */
        record Done(Result result) implements Phase {}
    }

    /**
     * What came of the work.
     *
     * @param value any JSON value, null included
     * @param expiresAt from when on it counts as absent; empty: it never expires
     */
    public record Result(JsonNode value, Instant completedAt, Optional<Instant> expiresAt) {}

    /** Whether the name was claimed for another request; a claim without a fingerprint goes with every request. */
    boolean isOfOther(Optional<String> other) {
        return request.isPresent() && !request.equals(other);
    }

    @Override
    public boolean isAbsent(Instant now) {
        return switch (phase) {
            case Phase.Free _ -> true;
            case Phase.Held _, Phase.Done _ -> false;
        };
    }
}
