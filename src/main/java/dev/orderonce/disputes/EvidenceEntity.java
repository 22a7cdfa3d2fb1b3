package dev.orderonce.disputes;

import io.quarkus.hibernate.reactive.panache.PanacheEntityBase;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import org.hibernate.annotations.ColumnTransformer;
import org.hibernate.annotations.Immutable;

/**
 * The evidence of a dispute, as Hibernate reads it: apart from {@link DisputeEntity}, because no list needs it, and it
 * has two orders with their histories.
 */
@Entity
@Immutable
@Table(name = "disputes")
final class EvidenceEntity extends PanacheEntityBase {
    @Id
    String id;

    @ColumnTransformer(read = "cast(evidence as text)")
    @Column
    String evidence;
}
