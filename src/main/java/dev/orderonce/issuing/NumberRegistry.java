package dev.orderonce.issuing;

import dev.orderonce.identity.Buyer;
import dev.orderonce.numbers.OrderNumber;
import dev.orderonce.numbers.VoidReason;
import io.smallrye.mutiny.Uni;
import java.time.Instant;

/**
 * The primary key that decides about numbers. It is declared here and kept where the orders are
 * stored, because an order and a tombstone must compete for the same row, and because numbers know
 * nothing of orders.
 *
 * <p>Both methods fail with {@link dev.orderonce.stores.StoreUnavailable} when PostgreSQL does not
 * answer.
 */
public interface NumberRegistry {
    /** What stands under the number now. */
    Uni<NumberStatus> statusOf(OrderNumber number);

    /**
     * Commits a tombstone under the number unless something stands there already.
     *
     * @return what stands there now: the tombstone just made, or whatever was decided before. Never
     *     {@link NumberStatus.Undecided}.
     */
    Uni<NumberStatus> voidIfUndecided(OrderNumber number, Buyer buyer, VoidReason why, Instant at);
}
