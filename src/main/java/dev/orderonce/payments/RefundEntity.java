package dev.orderonce.payments;

import dev.orderonce.money.Money;
import dev.orderonce.numbers.OrderNumber;
import io.quarkus.hibernate.reactive.panache.PanacheEntityBase;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.Currency;
import org.hibernate.annotations.Immutable;

/**
 * A row of the table of refunds as Hibernate reads it; rows are written by {@link RefundStore} alone. Final, so that
 * nothing is read lazily.
 */
@Entity
@Immutable
@Table(name = "refunds")
final class RefundEntity extends PanacheEntityBase {
    /** The service requests it from the provider. */
    static final String REFUNDING = "REFUNDING";

    @Id
    String id;

    @Column
    String payment;

    @Column
    String number;

    @Column(name = "client_key")
    String clientKey;

    @Column
    long amount;

    @Column
    String currency;

    @Column
    String reason;

    @Column(name = "decided_at")
    Instant decidedAt;

    @Column
    String state;

    Refund toRefund() {
        return new Refund(
                id,
                payment,
                new OrderNumber(number),
                new Money(amount, Currency.getInstance(currency)),
                reason,
                decidedAt,
                !state.equals(REFUNDING));
    }
}
