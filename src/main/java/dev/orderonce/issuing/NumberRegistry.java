package dev.orderonce.issuing;

import dev.orderonce.identity.Buyer;
import dev.orderonce.numbers.OrderNumber;
import dev.orderonce.numbers.VoidReason;
import io.smallrye.mutiny.Uni;
import java.time.Instant;
import java.util.Optional;

/**
 * The primary key that decides about numbers. The package of orders implements it, because an order and a tombstone
 * compete for the same row, and this package does not depend on orders.
 *
 * <p>All methods fail with {@link dev.orderonce.stores.StoreUnavailable} when PostgreSQL is unavailable.
 */
public interface NumberRegistry {
    /** The current status of the number. */
    Uni<NumberStatus> statusOf(OrderNumber number);

    /** The number of the order that completes a buyer's checkout. */
    Uni<Optional<OrderNumber>> orderOf(Buyer buyer, String checkout);

    /**
     * Commits a tombstone under the number unless the number is already decided.
     *
     * @return the status now: of this tombstone or of the row that existed before; never {@link NumberStatus.Undecided}
     */
    Uni<NumberStatus> voidIfUndecided(OrderNumber number, Buyer buyer, VoidReason reason, Instant at);
}
