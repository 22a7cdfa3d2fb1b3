package dev.orderonce.orders;

import dev.orderonce.idempotency.IdempotencyKey;
import dev.orderonce.identity.Buyer;
import dev.orderonce.money.Money;
import dev.orderonce.numbers.OrderNumber;
import io.quarkus.hibernate.reactive.panache.PanacheEntityBase;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.Arrays;
import java.util.Currency;
import java.util.Optional;
import org.hibernate.annotations.ColumnTransformer;
import org.hibernate.annotations.Immutable;
import org.jspecify.annotations.Nullable;

/**
 * A row of the table of orders as Hibernate reads it; rows are written by {@link OrderStore} alone.
 *
 * <p>Final: nothing is read lazily. A proxy's class would have fields that are named by chance, and no two builds would
 * be the same.
 */
@Entity
@Immutable
@Table(name = "orders")
final class OrderEntity extends PanacheEntityBase {
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
    Long total;

    @ColumnTransformer(read = "cast(lines as text)")
    @Column
    String lines;

    @ColumnTransformer(read = "cast(acknowledgements as text)")
    @Column
    String acknowledgements;

    @ColumnTransformer(read = "cast(charges as text)")
    @Column
    @Nullable String charges;

    @Column
    @Nullable String checkout;

    @Column
    @Nullable String reference;

    @ColumnTransformer(read = "cast(metadata as text)")
    @Column
    @Nullable String metadata;

    @Column
    @Nullable String delivery;

    @Column
    @Nullable String contact;

    @Column(name = "client_key")
    @Nullable String clientKey;

    @Column
    @Nullable String payment;

    @Column
    String @Nullable [] holds;

    @Column
    @Nullable Long refunded;

    @Column
    Integer sequence;

    Order toOrder() {
        OrderState current = OrderState.valueOf(state);
        Money price = new Money(total, Currency.getInstance(currency));
        return new Order(
                new OrderNumber(number),
                Optional.ofNullable(clientKey).map(IdempotencyKey::new),
                new Buyer(buyer),
                current,
                Optional.ofNullable(payment),
                new OrderDraft(
                        price,
                        OrderJson.readLines(lines),
                        OrderJson.readCharges(charges),
                        OrderJson.readAcknowledgements(acknowledgements),
                        Optional.ofNullable(checkout),
                        new OrderNotes(
                                Optional.ofNullable(reference),
                                OrderJson.readTexts(metadata),
                                Optional.ofNullable(delivery),
                                Optional.ofNullable(contact))),
                decidedAt,
                Hold.read(holds),
                Order.refunded(current, price, refunded),
                sequence);
    }

    /** The approximate number of characters in JSON. */
    int characters() {
        int characters = 0;
        for (String part : Arrays.asList(lines, charges, metadata, delivery, contact)) {
            characters += part == null ? 0 : part.length();
        }
        return characters;
    }
}
