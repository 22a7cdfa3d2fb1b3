package dev.orderonce.disputes;

import dev.orderonce.identity.Buyer;
import dev.orderonce.identity.Subject;
import dev.orderonce.numbers.OrderNumber;
import io.quarkus.hibernate.reactive.panache.PanacheEntityBase;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import org.hibernate.annotations.Immutable;
import org.jspecify.annotations.Nullable;

/**
 * A row of the table of disputes without its evidence, as Hibernate reads it, and as a command returns it; rows are
 * written by {@link DisputeStore} alone. Final, so that nothing is read lazily.
 */
@Entity
@Immutable
@Table(name = "disputes")
final class DisputeEntity extends PanacheEntityBase {
    @Id
    String id;

    @Column
    String number;

    @Column
    String buyer;

    @Column
    String kind;

    @Column(name = "duplicate_of")
    @Nullable String duplicateOf;

    @Column
    String state;

    @Column(name = "opened_at")
    Instant openedAt;

    @Column(name = "due_at")
    Instant dueAt;

    @Column
    int messages;

    @Column
    @Nullable String resolution;

    @Column(name = "resolution_reason")
    @Nullable String resolutionReason;

    @Column(name = "resolved_by")
    @Nullable String resolvedBy;

    @Column(name = "resolution_amount")
    @Nullable Long resolutionAmount;

    @Column(name = "ended_at")
    @Nullable Instant endedAt;

    Dispute toDispute() {
        return new Dispute(
                new DisputeId(id),
                new OrderNumber(number),
                new Buyer(buyer),
                new Claim(
                        DisputeKind.valueOf(kind),
                        Optional.ofNullable(duplicateOf).map(OrderNumber::new)),
                DisputeState.valueOf(state),
                openedAt,
                dueAt,
                messages,
                Optional.ofNullable(resolution).map(this::toResolution),
                Optional.ofNullable(endedAt));
    }

    private Resolution toResolution(String verdict) {
        return new Resolution(
                Verdict.valueOf(verdict),
                Objects.requireNonNull(resolutionReason),
                new Subject(Objects.requireNonNull(resolvedBy)),
                Optional.ofNullable(resolutionAmount));
    }
}
