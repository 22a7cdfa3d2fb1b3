package dev.orderonce.events;

import io.quarkus.hibernate.reactive.panache.PanacheEntityBase;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.Objects;
import org.hibernate.annotations.ColumnTransformer;
import org.hibernate.annotations.Immutable;
import org.jspecify.annotations.Nullable;

/**
 * A row of the event log as Hibernate reads it; rows are written by {@link EventLog#APPEND} alone. Final, so that
 * nothing is read lazily.
 */
@Entity
@Immutable
@Table(name = "order_events")
final class EventEntity extends PanacheEntityBase {
    @Id
    long id;

    @Column
    String number;

    @Column
    @Nullable String buyer;

    @Column
    int sequence;

    @Column
    String kind;

    @Column
    Instant at;

    @ColumnTransformer(read = "cast(detail as text)")
    @Column
    @Nullable String detail;

    PublishedEvent toEvent() {
        return new PublishedEvent(
                id,
                number,
                Objects.requireNonNullElse(buyer, ""),
                sequence,
                kind,
                at.toString(),
                Objects.requireNonNullElse(detail, "{}"));
    }
}
