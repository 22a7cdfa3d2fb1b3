package dev.orderonce.duplicates;

import dev.orderonce.identity.Buyer;
import dev.orderonce.orders.OwnedRows;
import io.vertx.core.Future;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;

/** The suspected duplicates among orders that a buyer claims from a guest. */
@ApplicationScoped
class ClaimedSuspicions implements OwnedRows {
    private static final String REASSIGN =
            "UPDATE suspected_duplicates SET buyer = $2 WHERE earlier = ANY ($3) AND buyer = $1";

    @Override
    public Future<Void> reassign(SqlConnection transaction, Buyer guest, Buyer buyer, List<String> numbers) {
        return transaction
                .preparedQuery(REASSIGN)
                .execute(Tuple.of(guest.subject(), buyer.subject(), numbers.toArray(String[]::new)))
                .mapEmpty();
    }
}
