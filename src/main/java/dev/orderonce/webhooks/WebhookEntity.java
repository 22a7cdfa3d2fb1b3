package dev.orderonce.webhooks;

import io.quarkus.hibernate.reactive.panache.PanacheEntityBase;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.hibernate.annotations.Immutable;
import org.jspecify.annotations.Nullable;

/**
 * A row of the table of endpoints as Hibernate reads it, and as a command returns it, without the secrets: only
 * {@link WebhookStore}, which writes the rows, reads those. Final, so that nothing is read lazily.
 */
@Entity
@Immutable
@Table(name = "webhook_endpoints")
final class WebhookEntity extends PanacheEntityBase {
    @Id
    String id;

    @Column
    String url;

    @Column
    String[] kinds;

    @Column(name = "created_at")
    Instant createdAt;

    @Column(name = "failing_since")
    @Nullable Instant failingSince;

    @Column
    int failures;

    @Column(name = "next_attempt_at")
    @Nullable Instant nextAttemptAt;

    @Column(name = "disabled_at")
    @Nullable Instant disabledAt;

    @Column(name = "disabled_reason")
    @Nullable String disabledReason;

    Webhook toWebhook() {
        return new Webhook(
                new WebhookId(id),
                url,
                List.of(kinds),
                createdAt,
                Optional.ofNullable(failingSince)
                        .map(since -> new Webhook.Failing(since, failures, Optional.ofNullable(nextAttemptAt))),
                Optional.ofNullable(disabledAt)
                        .map(at -> new Webhook.Disabled(
                                at, DisabledReason.valueOf(Objects.requireNonNull(disabledReason)))));
    }
}
