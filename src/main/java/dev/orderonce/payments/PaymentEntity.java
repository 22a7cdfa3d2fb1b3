package dev.orderonce.payments;

import dev.orderonce.idempotency.IdempotencyKey;
import dev.orderonce.money.Money;
import dev.orderonce.numbers.OrderNumber;
import io.quarkus.hibernate.reactive.panache.PanacheEntityBase;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.Currency;
import java.util.Optional;
import org.hibernate.annotations.Immutable;
import org.jspecify.annotations.Nullable;

/**
 * A row of the table of payments as Hibernate reads it, and as a command returns it; rows are written by
 * {@link PaymentStore} alone. Final, so that nothing is read lazily.
 */
@Entity
@Immutable
@Table(name = "payments")
final class PaymentEntity extends PanacheEntityBase {
    @Id
    String id;

    @Column
    String number;

    @Column(name = "client_key")
    String clientKey;

    @Column
    String method;

    @Column
    long amount;

    @Column
    String currency;

    @Column
    String state;

    @Column
    @Nullable String reason;

    @Column(name = "begun_at")
    Instant begunAt;

    @Column(name = "look_at")
    @Nullable Instant dueAt;

    @Column(name = "looks")
    int attempts;

    @Column
    long refunded;

    @Column
    long refunding;

    Payment toPayment() {
        return new Payment(
                id,
                new OrderNumber(number),
                new IdempotencyKey(clientKey),
                method,
                new Money(amount, Currency.getInstance(currency)),
                PaymentState.valueOf(state),
                Optional.ofNullable(reason),
                begunAt,
                attempts,
                refunded,
                refunding);
    }
}
