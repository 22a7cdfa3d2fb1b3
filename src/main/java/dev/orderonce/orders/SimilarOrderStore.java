package dev.orderonce.orders;

import dev.orderonce.numbers.OrderNumber;
import dev.orderonce.postgres.Postgres;
import dev.orderonce.postgres.UnreadableRows;
import io.smallrye.mutiny.Uni;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The table of orders, searched for orders of one buyer that were placed within a short time. */
@ApplicationScoped
class SimilarOrderStore {
    /**
     * For each order, the nearest few of its buyer's other orders before and after it, by the index on buyer and time:
     * the cost does not grow with the table. Both directions, because orders may be committed in another sequence than
     * they were decided in: then the search for the later committed one finds the other.
     *
     * <p>If two baskets have three fifths of their value in common, the smaller total is at least three fifths of the
     * larger: this cheap condition leaves out most other orders.
     */
    private static final String NEAR = """
            SELECT n.number AS placed, o.number, o.buyer, o.state, o.decided_at, o.currency, o.total,
                   o.lines::text, o.acknowledgements::text, o.void_reason, o.client_key, o.payment, o.checkout,
                   o.holds, o.refunded, o.charges::text, o.reference, o.metadata::text, o.delivery, o.contact,
                   o.sequence
            FROM unnest($1::text[]) AS placed (number)
            JOIN orders n ON n.number = placed.number
            JOIN LATERAL (
                (SELECT * FROM orders before
                 WHERE before.buyer = n.buyer AND before.state <> 'VOIDED'
                   AND (before.decided_at, before.number) < (n.decided_at, n.number)
                   AND before.decided_at >= n.decided_at - $2 * interval '1 millisecond'
                 ORDER BY before.decided_at DESC, before.number DESC LIMIT $3)
                UNION ALL
                (SELECT * FROM orders after
                 WHERE after.buyer = n.buyer AND after.state <> 'VOIDED'
                   AND (after.decided_at, after.number) > (n.decided_at, n.number)
                   AND after.decided_at <= n.decided_at + $2 * interval '1 millisecond'
                 ORDER BY after.decided_at, after.number LIMIT $3)
            ) o ON o.currency = n.currency
               AND o.total * 5 >= n.total * 3 AND n.total * 5 >= o.total * 3
            """;

    private final Postgres postgres;
    private final UnreadableRows unreadableRows;

    SimilarOrderStore(Postgres postgres, UnreadableRows unreadableRows) {
        this.postgres = postgres;
        this.unreadableRows = unreadableRows;
    }

    private record Neighbour(OrderNumber placed, DecidedNumber row) {
        static Neighbour of(Row row) {
            return new Neighbour(new OrderNumber(row.getString("placed")), OrderStore.decided(row));
        }
    }

    /**
     * The neighbours of each of these orders; an order without neighbours is left out.
     *
     * @param most the maximum number on each side
     */
    Uni<Map<OrderNumber, List<Order>>> near(Collection<OrderNumber> placed, Duration within, int most) {
        Tuple parameters = Tuple.tuple()
                .addArrayOfString(placed.stream().map(OrderNumber::symbols).toArray(String[]::new))
                .addDouble((double) within.toMillis())
                .addLong((long) most);
        return postgres.query(NEAR, parameters).map(rows -> {
            Map<OrderNumber, List<Order>> near = new HashMap<>();
            for (Neighbour neighbour : unreadableRows.leaveOut("orders", "number", rows, Neighbour::of)) {
                if (neighbour.row() instanceof Order order) {
                    near.computeIfAbsent(neighbour.placed(), number -> new ArrayList<>())
                            .add(order);
                }
            }
            return near;
        });
    }
}
