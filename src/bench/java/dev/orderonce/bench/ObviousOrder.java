package dev.orderonce.bench;

import io.quarkus.hibernate.reactive.panache.PanacheEntityBase;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;

/** The same order as an entity, for {@link ObviousResource}. */
@Entity
@Table(name = "obvious_orders")
class ObviousOrder extends PanacheEntityBase {
    @Id
    String number;

    @Column
    String buyer;

    @Column
    String state;

    @Column(name = "decided_at")
    Instant decidedAt;

    @Column
    String currency;

    @Column
    long total;

    @Column
    String lines;

    @Column
    String acknowledgements;
}
