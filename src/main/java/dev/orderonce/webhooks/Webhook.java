package dev.orderonce.webhooks;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * An endpoint of the shop that receives events; without its secrets.
 *
 * @param kinds the kinds of events that are sent; empty: all
 * @param failing empty while the latest delivery succeeded
 * @param disabled present if the endpoint is disabled
 */
record Webhook(
        WebhookId id,
        String url,
        List<String> kinds,
        Instant createdAt,
        Optional<Failing> failing,
        Optional<Disabled> disabled) {

    /**
     * Deliveries that fail.
     *
     * @param since the first failure that no success has ended
     * @param nextAttemptAt empty if the endpoint is disabled, or the next attempt is at once
     */
    record Failing(Instant since, int failures, Optional<Instant> nextAttemptAt) {}

    /** When and why the service disabled the endpoint. */
    record Disabled(Instant at, DisabledReason reason) {}

    WebhookState state() {
        return disabled.isPresent() ? WebhookState.DISABLED : WebhookState.ENABLED;
    }
}
