package dev.orderonce.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orderonce.orders.Hold;
import dev.orderonce.orders.MoneyEvent;
import dev.orderonce.orders.OrderEvent;
import dev.orderonce.orders.OrderState;
import dev.orderonce.orders.OrderState.Move;
import dev.orderonce.testkit.Database;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The invariants of the orders in PostgreSQL, whatever was sent. Excludes the orders of other tests. */
final class Invariants {
    private static final Set<String> WITHOUT_MOVE = Stream.concat(
                    Arrays.stream(MoneyEvent.values()).map(MoneyEvent::kind),
                    Stream.of(Hold.SET_KIND, Hold.ENDED_KIND, OrderEvent.CLAIMED))
            .collect(Collectors.toSet());

    /** Each selects rows that violate an invariant. */
    private static final Map<String, String> NEVER = Map.of(
            "two rows under one number",
            "SELECT number FROM orders WHERE buyer LIKE ? GROUP BY number HAVING count(*) > 1",
            "two orders under one idempotency key",
            "SELECT client_key FROM orders WHERE buyer LIKE ? AND client_key IS NOT NULL GROUP BY buyer, client_key HAVING count(*) > 1",
            "two orders of one checkout",
            "SELECT checkout FROM orders WHERE buyer LIKE ? AND checkout IS NOT NULL GROUP BY buyer, checkout HAVING count(*) > 1",
            "events that are not 1 to sequence",
            """
                    SELECT o.number FROM orders o LEFT JOIN order_events e ON e.number = o.number
                    WHERE o.buyer LIKE ? AND o.state <> 'VOIDED' GROUP BY o.number
                    HAVING count(e.sequence) <> o.sequence OR min(e.sequence) <> 1 OR max(e.sequence) <> o.sequence
                    """,
            "a tombstone with events",
            "SELECT number FROM orders JOIN order_events USING (number) WHERE orders.buyer LIKE ? AND orders.state = 'VOIDED'",
            "two payments that hold money for one order",
            "SELECT number FROM payments JOIN orders USING (number) WHERE orders.buyer LIKE ? AND payments.state = 'CAPTURED' GROUP BY number HAVING count(*) > 1",
            "a paid order without its captured payment",
            """
                    SELECT number FROM orders WHERE buyer LIKE ? AND total > 0
                    AND state IN ('PAID', 'SHIPPED', 'COMPLETED', 'RETURNING', 'RETURNED')
                    AND NOT EXISTS (SELECT FROM payments p WHERE p.id = orders.payment AND (p.state = 'CAPTURED'
                        OR orders.state <> 'PAID' AND p.state IN ('REFUNDING', 'REFUNDED')))
                    """,
            "refunds that are not the sums of their payment",
            """
                    SELECT p.id FROM payments p LEFT JOIN refunds r ON r.payment = p.id
                    WHERE p.buyer LIKE ? AND p.state = 'CAPTURED' GROUP BY p.id
                    HAVING COALESCE(sum(r.amount) FILTER (WHERE r.state = 'REFUNDED'), 0) <> p.refunded
                        OR COALESCE(sum(r.amount) FILTER (WHERE r.state = 'REFUNDING'), 0) <> p.refunding
                    """,
            "two undecided disputes of one order",
            "SELECT number FROM disputes WHERE buyer LIKE ? AND state IN ('OPEN', 'ANSWERED', 'RESOLVING') GROUP BY number HAVING count(*) > 1",
            "messages that are not 1 to their count",
            """
                    SELECT d.id FROM disputes d LEFT JOIN dispute_messages m ON m.dispute = d.id
                    WHERE d.buyer LIKE ? GROUP BY d.id
                    HAVING count(m.sequence) <> d.messages OR max(m.sequence) <> d.messages
                    """);

    private Invariants() {}

    /** Checks all of them for the buyers whose subjects match this LIKE pattern. */
    static void assertHold(String buyers) throws SQLException {
        for (Map.Entry<String, String> never : NEVER.entrySet()) {
            assertThat(rows(never.getValue(), buyers)).as(never.getKey()).isEmpty();
        }
        List<List<String>> events = rows("""
                        SELECT number, order_events.sequence, kind, orders.state FROM order_events JOIN orders USING (number)
                        WHERE orders.buyer LIKE ? AND orders.total > 0 ORDER BY number, order_events.sequence
                        """, buyers);
        OrderState replayed = OrderState.CREATED;
        for (int i = 0; i < events.size(); i++) {
            List<String> event = events.get(i);
            String kind = event.get(2);
            if (event.get(1).equals("1")) {
                assertThat(kind).as("the first event of %s", event.getFirst()).isEqualTo("PLACED");
                replayed = OrderState.CREATED;
            } else if (!WITHOUT_MOVE.contains(kind)) {
                Move move = Move.valueOf(kind);
                assertThat(move.isOpenFrom(replayed))
                        .as("%s: %s from %s", event.getFirst(), move, replayed)
                        .isTrue();
                replayed = move.to();
            }
            boolean isLatest =
                    i + 1 == events.size() || !events.get(i + 1).getFirst().equals(event.getFirst());
            if (isLatest) {
                assertThat(replayed)
                        .as("events of %s, replayed", event.getFirst())
                        .isEqualTo(OrderState.valueOf(event.getLast()));
            }
        }
    }

    private static List<List<String>> rows(String sql, String buyers) throws SQLException {
        try (Connection connection = Database.connect();
                PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, buyers);
            try (ResultSet rows = statement.executeQuery()) {
                List<List<String>> all = new ArrayList<>();
                int columns = rows.getMetaData().getColumnCount();
                while (rows.next()) {
                    List<String> row = new ArrayList<>();
                    for (int i = 1; i <= columns; i++) {
                        row.add(String.valueOf(rows.getString(i)));
                    }
                    all.add(row);
                }
                return all;
            }
        }
    }
}
