package dev.orderonce.payments;

import dev.orderonce.identity.Buyer;
import dev.orderonce.orders.OwnedRows;
import io.vertx.core.Future;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;

/** The payments and refunds of orders that a buyer claims from a guest. */
@ApplicationScoped
class ClaimedPayments implements OwnedRows {
    /** Every payment of the guest, so that a repeat moves also what was begun while the orders moved. */
    private static final String REASSIGN = """
            WITH moved AS (
                UPDATE payments SET buyer = $2 WHERE buyer = $1 RETURNING number
            )
            UPDATE refunds SET buyer = $2 FROM moved WHERE refunds.number = moved.number AND refunds.buyer = $1
            """;

    @Override
    public Future<Void> reassign(SqlConnection transaction, Buyer guest, Buyer buyer, List<String> numbers) {
        return transaction
                .preparedQuery(REASSIGN)
                .execute(Tuple.of(guest.subject(), buyer.subject()))
                .mapEmpty();
    }
}
