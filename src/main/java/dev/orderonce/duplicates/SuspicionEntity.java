package dev.orderonce.duplicates;

import dev.orderonce.duplicates.Suspicion.Decision;
import dev.orderonce.duplicates.Suspicion.Ended;
import dev.orderonce.identity.Buyer;
import dev.orderonce.numbers.OrderNumber;
import io.quarkus.hibernate.reactive.panache.PanacheEntityBase;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;
import org.hibernate.annotations.Immutable;
import org.jspecify.annotations.Nullable;

/**
 * A row of the table of suspected duplicates as Hibernate reads it, and as a command returns it; rows are written by
 * {@link SuspicionStore} alone. Final, so that nothing is read lazily.
 */
@Entity
@Immutable
@Table(name = "suspected_duplicates")
final class SuspicionEntity extends PanacheEntityBase {
    @Id
    long id;

    @Column
    String earlier;

    @Column
    String later;

    @Column
    String buyer;

    @Column
    int score;

    @Column
    String[] reasons;

    @Column(name = "found_at")
    Instant foundAt;

    @Column
    String state;

    @Column(name = "decided_by")
    @Nullable String decidedBy;

    @Column(name = "decided_at")
    @Nullable Instant decidedAt;

    @Column
    @Nullable String reason;

    @Column
    @Nullable String chosen;

    @Column(name = "refund_amount")
    @Nullable Long refundAmount;

    @Column
    @Nullable String ended;

    Suspicion toSuspicion() {
        return new Suspicion(
                id,
                new OrderNumber(earlier),
                new OrderNumber(later),
                new Buyer(buyer),
                score,
                Arrays.stream(reasons).map(Reason::valueOf).toList(),
                foundAt,
                SuspicionState.valueOf(state),
                Optional.ofNullable(decidedBy).map(this::toDecision));
    }

    private Decision toDecision(String by) {
        return new Decision(
                by,
                Objects.requireNonNull(decidedAt),
                Optional.ofNullable(reason),
                Optional.ofNullable(chosen).map(OrderNumber::new),
                Optional.ofNullable(refundAmount),
                Optional.ofNullable(ended).map(Ended::valueOf));
    }
}
