package dev.orderonce.idempotency;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.Optional;

/**
 * A body that was put under a name.
 *
 * @param putBy the subject that has put it
 * @param putAt to the microsecond
 * @param expiresAt from when on the record counts as absent; empty: it never expires
 */
public record OnceRecord(RecordName name, ObjectNode body, String putBy, Instant putAt, Optional<Instant> expiresAt)
        implements OnceEntry {

    @Override
    public boolean isAbsent(Instant now) {
        return expiresAt.isPresent() && !now.isBefore(expiresAt.get());
    }
}
