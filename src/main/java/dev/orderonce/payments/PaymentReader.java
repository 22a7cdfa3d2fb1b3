package dev.orderonce.payments;

import dev.orderonce.idempotency.IdempotencyKey;
import dev.orderonce.numbers.OrderNumber;
import dev.orderonce.postgres.KeysetQuery;
import dev.orderonce.postgres.Reads;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Optional;

/** Reads the table of payments. */
@ApplicationScoped
class PaymentReader {
    private final Reads reads;

    PaymentReader(Reads reads) {
        this.reads = reads;
    }

    Uni<Optional<Payment>> find(String id) {
        return reads.read("find-payment", () -> PaymentEntity.<PaymentEntity>findById(id))
                .map(row -> Optional.ofNullable(row).map(PaymentEntity::toPayment));
    }

    /** Finds the payment of an order under a key. */
    Uni<Optional<Payment>> find(OrderNumber number, IdempotencyKey key) {
        return reads.read(
                        "find-payment",
                        () -> PaymentEntity.<PaymentEntity>find(
                                        "number = ?1 and clientKey = ?2", number.symbols(), key.text())
                                .firstResult())
                .map(row -> Optional.ofNullable(row).map(PaymentEntity::toPayment));
    }

    /** Returns the payments of an order, the latest first. */
    Uni<List<Payment>> ofOrder(OrderNumber number, int most) {
        KeysetQuery query = KeysetQuery.descending("begunAt", "id").where("number = ?", number.symbols());
        return list("list-payments", query, most);
    }

    /** Returns payments that are not settled after this many attempts, the oldest first. */
    Uni<List<Payment>> unsettled(int attempts, int most) {
        KeysetQuery query =
                KeysetQuery.ascending("begunAt", "id").where("dueAt is not null and attempts >= ?", attempts);
        return list("list-unsettled", query, most);
    }

    private Uni<List<Payment>> list(String name, KeysetQuery query, int most) {
        return reads.read(
                        name,
                        () -> PaymentEntity.<PaymentEntity>find(query.hql(), query.parameters())
                                .range(0, most - 1)
                                .list())
                .map(rows -> rows.stream().map(PaymentEntity::toPayment).toList());
    }
}
