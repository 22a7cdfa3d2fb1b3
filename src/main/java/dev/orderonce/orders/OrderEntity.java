package dev.orderonce.orders;

import dev.orderonce.identity.Buyer;
import dev.orderonce.money.Money;
import dev.orderonce.numbers.OrderNumber;

import io.quarkus.hibernate.reactive.panache.PanacheEntityBase;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;

import org.hibernate.annotations.ColumnTransformer;
import org.hibernate.annotations.Immutable;

import java.time.Instant;
import java.util.Currency;

/**
 * A row of the table of orders as Hibernate reads it; rows are written by {@link OrderStore} alone.
 */
@Entity
@Immutable
@Table(name = "orders")
class OrderEntity extends PanacheEntityBase {
    @Id String number;

    @Column String buyer;

    @Column String state;

    @Column(name = "decided_at")
    Instant decidedAt;

    @Column String currency;

    @Column Long total;

    @ColumnTransformer(read = "cast(lines as text)")
    @Column
    String lines;

    @ColumnTransformer(read = "cast(acknowledgements as text)")
    @Column
    String acknowledgements;

    Order toOrder() {
        return new Order(
                new OrderNumber(number),
                new Buyer(buyer),
                OrderState.valueOf(state),
                new OrderDraft(
                        new Money(total, Currency.getInstance(currency)),
                        OrderJson.readLines(lines),
                        OrderJson.readAcknowledgements(acknowledgements)),
                decidedAt);
    }
}
