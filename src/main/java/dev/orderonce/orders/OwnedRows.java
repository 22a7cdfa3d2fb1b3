package dev.orderonce.orders;

import dev.orderonce.identity.Buyer;
import io.vertx.core.Future;
import io.vertx.sqlclient.SqlConnection;
import java.util.List;

/** The rows that another package keeps for orders, each with its order's buyer. */
public interface OwnedRows {
    /**
     * Gives the rows to another buyer.
     *
     * <p>Part of a transaction that changes the rows of the orders afterwards: the other statements that change both
     * lock in this order too, so that no two of them wait for each other.
     *
     * @param numbers the orders of the guest that change their buyer, canonical
     */
    Future<Void> reassign(SqlConnection transaction, Buyer guest, Buyer buyer, List<String> numbers);
}
