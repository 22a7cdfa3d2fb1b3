package dev.orderonce.webhooks;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * An enabled endpoint as a delivery needs it.
 *
 * @param kinds empty: all
 * @param secrets those that sign now
 * @param failingSince the first failure that no success has ended
 * @param delivered ids of events that were delivered before and that the log repeats
 */
record WebhookTarget(
        WebhookId id,
        WebhookUrl url,
        Set<String> kinds,
        List<WebhookSecret> secrets,
        Optional<Instant> failingSince,
        int failures,
        Optional<Instant> nextAttemptAt,
        Set<Long> delivered) {

    boolean isDue(Instant now) {
        return nextAttemptAt.isEmpty() || !nextAttemptAt.get().isAfter(now);
    }

    boolean wants(String kind) {
        return kinds.isEmpty() || kinds.contains(kind);
    }

    /** Whether the latest batch was delivered as a whole. */
    boolean isClean() {
        return failingSince.isEmpty() && delivered.isEmpty();
    }
}
