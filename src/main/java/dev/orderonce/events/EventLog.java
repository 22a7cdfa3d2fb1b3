package dev.orderonce.events;

import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;

/**
 * The event log of orders, as other packages append to it and read it.
 *
 * <p>An event is appended by the statement that makes it happen, so that both are committed or neither is (I6); that
 * statement contains {@link #APPEND}.
 */
@ApplicationScoped
public class EventLog {
    /**
     * A CTE that appends the rows of the CTE {@code happened}, which has the columns {@code number}, {@code buyer},
     * {@code sequence}, {@code kind}, {@code at} and {@code detail}. The id is the next one of the order's
     * {@linkplain LogPartition partition}.
     */
    public static final String APPEND = """
            logged AS (
                INSERT INTO order_events (id, number, buyer, sequence, kind, at, detail)
                SELECT next_event_id(number), number, buyer, sequence, kind, at, detail FROM happened
            )""";

    /**
     * Gives the events of orders to another buyer: $1 is the buyer before, $2 the new one, $3 the numbers. An event
     * whose actor is the buyer before says so with the member {@code guest}.
     */
    public static final String REASSIGN = """
            UPDATE order_events SET buyer = $2, detail = CASE WHEN detail ->> 'by' = $1
                THEN CAST(CAST(detail AS jsonb) || jsonb_build_object('guest', $1::text) AS json) ELSE detail END
            WHERE number = ANY ($3) AND buyer = $1
            """;

    private final OutboxStore store;
    private final EventReader reader;

    EventLog(OutboxStore store, EventReader reader) {
        this.store = store;
        this.reader = reader;
    }

    /**
     * Returns the first {@code most} events of one order after a sequence, in their order.
     *
     * @param number the order's number, canonical
     */
    public Uni<List<PublishedEvent>> ofOrder(String number, int after, int most) {
        return reader.ofOrder(number, after, most);
    }

    /**
     * Returns the last {@code most} events of each of these orders, by number and sequence.
     *
     * @param numbers the orders' numbers, canonical
     */
    public Uni<List<PublishedEvent>> latestOfOrders(List<String> numbers, int most) {
        return numbers.isEmpty() ? Uni.createFrom().item(List.of()) : store.latestOfOrders(numbers, most);
    }
}
