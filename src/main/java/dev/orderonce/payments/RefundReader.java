package dev.orderonce.payments;

import dev.orderonce.numbers.OrderNumber;
import dev.orderonce.postgres.Reads;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;

/** Reads the table of refunds. */
@ApplicationScoped
class RefundReader {
    private final Reads reads;

    RefundReader(Reads reads) {
        this.reads = reads;
    }

    /** Finds the refund of an order under a key. */
    Uni<Optional<Refund>> find(OrderNumber number, String key) {
        return reads.read(
                        "find-refund",
                        () -> RefundEntity.<RefundEntity>find("number = ?1 and clientKey = ?2", number.symbols(), key)
                                .firstResult())
                .map(row -> Optional.ofNullable(row).map(RefundEntity::toRefund));
    }

    /** Finds the oldest refund of a payment that the provider has not confirmed. */
    Uni<Optional<Refund>> inProgress(String payment) {
        return reads.read(
                        "find-refund",
                        () -> RefundEntity.<RefundEntity>find(
                                        "payment = ?1 and state = ?2 order by decidedAt, id",
                                        payment,
                                        RefundEntity.REFUNDING)
                                .firstResult())
                .map(row -> Optional.ofNullable(row).map(RefundEntity::toRefund));
    }
}
