package dev.orderonce.idempotency;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.Optional;

/**
 * A body that was put under a name first, and stands.
 *
 * @param putBy the subject that put it
 * @param putAt to the microsecond
 * @param expiresAt from when on it counts as absent; never if empty
 */
public record OnceRecord(RecordName name, ObjectNode body, String putBy, Instant putAt, Optional<Instant> expiresAt) {

    boolean isOver(Instant now) {
        return expiresAt.isPresent() && !now.isBefore(expiresAt.get());
    }
}
