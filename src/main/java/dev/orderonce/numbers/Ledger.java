package dev.orderonce.numbers;

import dev.orderonce.identity.Buyer;
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
public interface Ledger {
    /** What stands under the number now. */
    Uni<Fate> fateOf(OrderNumber number);

    /**
     * Commits a tombstone under the number unless something stands there already.
     *
     * @return what stands there now: the tombstone just made, or whatever was decided before. Never
     *     {@link Fate.Undecided}.
     */
    Uni<Fate> bury(OrderNumber number, Buyer buyer, Why why, Instant at);
}
