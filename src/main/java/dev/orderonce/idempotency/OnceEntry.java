package dev.orderonce.idempotency;

import java.time.Instant;

/** What exists under a name: a record of the simple form, or a claim with or without its result. */
public sealed interface OnceEntry permits OnceRecord, OnceClaim {
    RecordName name();

    /**
     * Whether the name counts as unused.
     *
     * @param now for records of the simple form; a claim is as PostgreSQL has seen it
     */
    boolean isAbsent(Instant now);
}
