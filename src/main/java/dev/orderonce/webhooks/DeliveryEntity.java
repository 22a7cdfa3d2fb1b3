package dev.orderonce.webhooks;

import io.quarkus.hibernate.reactive.panache.PanacheEntityBase;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.Optional;
import org.hibernate.annotations.Immutable;
import org.jspecify.annotations.Nullable;

/**
 * A row of the log of deliveries as Hibernate reads it; rows are written by {@link WebhookStore} alone. Final, so that
 * nothing is read lazily.
 */
@Entity
@Immutable
@Table(name = "webhook_deliveries")
final class DeliveryEntity extends PanacheEntityBase {
    @Id
    long id;

    @Column
    String endpoint;

    @Column
    String number;

    @Column
    int sequence;

    @Column
    String kind;

    @Column
    int attempt;

    @Column
    String result;

    @Column
    @Nullable Integer status;

    @Column
    int millis;

    @Column
    Instant at;

    @Column(name = "next_attempt_at")
    @Nullable Instant nextAttemptAt;

    Delivery toDelivery() {
        return new Delivery(
                id,
                number,
                sequence,
                kind,
                attempt,
                DeliveryResult.valueOf(result),
                Optional.ofNullable(status),
                millis,
                at,
                Optional.ofNullable(nextAttemptAt));
    }
}
