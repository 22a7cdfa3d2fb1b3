package dev.orderonce.disputes;

import dev.orderonce.identity.Buyer;
import dev.orderonce.orders.OwnedRows;
import io.vertx.core.Future;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;

/** The disputes of orders that a buyer claims from a guest. Messages keep their author. */
@ApplicationScoped
class ClaimedDisputes implements OwnedRows {
    /** Every dispute of the guest, so that a repeat moves also what was opened while the orders moved. */
    private static final String REASSIGN = "UPDATE disputes SET buyer = $2 WHERE buyer = $1";

    @Override
    public Future<Void> reassign(SqlConnection transaction, Buyer guest, Buyer buyer, List<String> numbers) {
        return transaction
                .preparedQuery(REASSIGN)
                .execute(Tuple.of(guest.subject(), buyer.subject()))
                .mapEmpty();
    }
}
