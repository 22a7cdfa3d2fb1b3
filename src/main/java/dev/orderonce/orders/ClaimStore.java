package dev.orderonce.orders;

import dev.orderonce.events.EventLog;
import dev.orderonce.identity.Buyer;
import dev.orderonce.postgres.Postgres;
import dev.orderonce.postgres.Timestamptz;
import io.quarkus.arc.All;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Future;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The table of claims, and the transaction in which a guest's orders become a buyer's. */
@ApplicationScoped
class ClaimStore {
    private static final String CLAIM = """
            INSERT INTO claims (guest, buyer, claimed_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING RETURNING guest
            """;

    private static final String CLAIMANT = "SELECT buyer FROM claims WHERE guest = $1";

    private static final String GUESTS =
            "SELECT guest FROM claims WHERE buyer = $1 ORDER BY claimed_at DESC, guest LIMIT $2";

    private static final String NUMBERS = """
            SELECT number FROM orders WHERE buyer = $1 AND state <> 'VOIDED' ORDER BY decided_at, number LIMIT $2
            """;

    /**
     * The rows are locked in the order of their numbers, like every statement that locks several. The buyer's own order
     * keeps a checkout or key that both have.
     */
    private static final String MOVE = """
            WITH locked AS (
                SELECT number, checkout, client_key FROM orders WHERE number = ANY ($3) AND buyer = $1
                ORDER BY number FOR UPDATE
            ), moved AS (
                UPDATE orders
                SET buyer = $2, sequence = sequence + 1,
                    checkout = CASE WHEN NOT EXISTS (
                        SELECT FROM orders own WHERE own.buyer = $2 AND own.checkout = locked.checkout)
                        THEN locked.checkout END,
                    client_key = CASE WHEN NOT EXISTS (
                        SELECT FROM orders own WHERE own.buyer = $2 AND own.client_key = locked.client_key)
                        THEN locked.client_key END
                FROM locked WHERE orders.number = locked.number
                RETURNING orders.number, orders.buyer, orders.sequence
            ), happened AS (
                SELECT number, buyer, sequence, '%s' AS kind, $4::timestamptz AS at, CAST($5::text AS json) AS detail
                FROM moved
            ), %s
            SELECT number FROM moved
            """.formatted(OrderEvent.CLAIMED, EventLog.APPEND);

    /** As with an order: the buyer's own row keeps a key that both have. A session gives up a few keys at most. */
    private static final String MOVE_VOIDED_KEYS = """
            UPDATE orders SET buyer = $2
            WHERE number IN (
                SELECT number FROM orders AS guests
                WHERE buyer = $1 AND client_key IS NOT NULL AND state = 'VOIDED' AND NOT EXISTS (
                    SELECT FROM orders own WHERE own.buyer = $2 AND own.client_key = guests.client_key)
                ORDER BY number LIMIT $3 FOR UPDATE)
            """;

    private static final String UNIQUE_VIOLATION = "23505";

    /** The buyer can place an order of the same checkout meanwhile; the next attempt sees it. */
    private static final int MOST_RETRIES = 3;

    private final Postgres postgres;
    private final List<OwnedRows> ownedRows;

    ClaimStore(Postgres postgres, @All List<OwnedRows> ownedRows) {
        this.postgres = postgres;
        this.ownedRows = ownedRows;
    }

    /** What a claim has done. */
    sealed interface Claimed {
        /** Another buyer has claimed the guest before. */
        record ByOther() implements Claimed {}

        /**
         * The guest is the buyer's.
         *
         * @param isNew whether this statement has claimed the guest
         * @param orders how many orders have moved
         */
        record ByBuyer(boolean isNew, int orders) implements Claimed {}
    }

    /**
     * Claims the guest unless another buyer has, and gives the guest's orders to the buyer, with everything that
     * belongs to them, and the keys that the guest has given up: all of it or nothing.
     *
     * @param most orders that move at once
     */
    Uni<Claimed> claim(Buyer guest, Buyer buyer, Instant at, int most) {
        return postgres.<Claimed>transaction(
                        "claim",
                        transaction -> query(
                                        transaction,
                                        CLAIM,
                                        Tuple.of(guest.subject(), buyer.subject(), Timestamptz.of(at)))
                                .compose(inserted -> inserted.size() == 1
                                        ? move(transaction, guest, buyer, at, most)
                                                .<Claimed>map(orders -> new Claimed.ByBuyer(true, orders))
                                        : claimAgain(transaction, guest, buyer, at, most)))
                .onFailure(ClaimStore::isTaken)
                .retry()
                .atMost(MOST_RETRIES);
    }

    private Future<Claimed> claimAgain(SqlConnection transaction, Buyer guest, Buyer buyer, Instant at, int most) {
        return query(transaction, CLAIMANT, Tuple.of(guest.subject()))
                .compose(rows -> rows.iterator().next().getString("buyer").equals(buyer.subject())
                        ? move(transaction, guest, buyer, at, most)
                                .<Claimed>map(orders -> new Claimed.ByBuyer(false, orders))
                        : Future.succeededFuture(new Claimed.ByOther()));
    }

    private Future<Integer> move(SqlConnection transaction, Buyer guest, Buyer buyer, Instant at, int most) {
        return query(transaction, NUMBERS, Tuple.of(guest.subject(), (long) most))
                .map(rows -> texts(rows, "number"))
                .compose(numbers -> moveRows(transaction, guest, buyer, numbers).compose(_ -> {
                    Tuple change = Tuple.of(guest.subject(), buyer.subject(), numbers.toArray(String[]::new));
                    return query(
                                    transaction,
                                    MOVE,
                                    Tuple.of(
                                            guest.subject(),
                                            buyer.subject(),
                                            numbers.toArray(String[]::new),
                                            Timestamptz.of(at),
                                            OrderJson.claimDetail(buyer, guest)))
                            // After the orders, whose locks keep other statements from appending events.
                            .compose(moved -> query(transaction, EventLog.REASSIGN, change)
                                    .compose(_ -> query(
                                            transaction,
                                            MOVE_VOIDED_KEYS,
                                            Tuple.of(guest.subject(), buyer.subject(), (long) most)))
                                    .map(_ -> moved.size()));
                }));
    }

    private Future<Void> moveRows(SqlConnection transaction, Buyer guest, Buyer buyer, List<String> numbers) {
        Future<Void> moved = Future.succeededFuture();
        for (OwnedRows rows : ownedRows) {
            moved = moved.compose(_ -> rows.reassign(transaction, guest, buyer, numbers));
        }
        return moved;
    }

    private static Future<RowSet<Row>> query(SqlConnection transaction, String sql, Tuple parameters) {
        return transaction.preparedQuery(sql).execute(parameters);
    }

    private static boolean isTaken(Throwable failure) {
        return failure instanceof PgException refusal && UNIQUE_VIOLATION.equals(refusal.getSqlState());
    }

    /** The buyer who has claimed the guest. */
    Uni<Optional<Buyer>> claimantOf(Buyer guest) {
        return postgres.query(CLAIMANT, Tuple.of(guest.subject()))
                .map(rows -> texts(rows, "buyer").stream().map(Buyer::new).findFirst());
    }

    /** The guests whom the buyer has claimed, the latest first. */
    Uni<List<Buyer>> guestsOf(Buyer buyer, int most) {
        return postgres.query(GUESTS, Tuple.of(buyer.subject(), (long) most))
                .map(rows -> texts(rows, "guest").stream().map(Buyer::new).toList());
    }

    private static List<String> texts(RowSet<Row> rows, String column) {
        List<String> texts = new ArrayList<>(rows.size());
        rows.forEach(row -> texts.add(row.getString(column)));
        return texts;
    }
}
