package dev.orderonce.orders;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.toList;
import static java.util.stream.Collectors.toMap;

import dev.orderonce.events.EventLog;
import dev.orderonce.events.PublishedEvent;
import dev.orderonce.http.Outcome;
import dev.orderonce.identity.Buyer;
import dev.orderonce.numbers.OrderNumber;
import dev.orderonce.orders.FindOrder.Finding;
import dev.orderonce.postgres.KeysetPage;
import dev.orderonce.stores.StoreUnavailable;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Lists the events of an order, a page at a time. */
@ApplicationScoped
public class ListEvents {
    private final OrderReader reader;
    private final EventLog log;

    ListEvents(OrderReader reader, EventLog log) {
        this.reader = reader;
        this.log = log;
    }

    /** Every outcome of listing. */
    public sealed interface History extends Outcome {
        /** The page size or the cursor is invalid. */
        record BadParameter(String why) implements History {}

        /** No such order, or none that the caller may see. */
        record Absent() implements History {}

        /**
         * One page.
         *
         * @param after the cursor of the next page: a sequence; empty on the last page
         */
        record Page(List<OrderEvent> events, Optional<Integer> after) implements History {}

        @Override
        default String label() {
            return switch (this) {
                case BadParameter _ -> "bad-parameter";
                case Absent _ -> "absent";
                case Page _ -> "page";
            };
        }
    }

    /**
     * Lists the events of an order that was found for the caller.
     *
     * @param after the sequence of the last event of the page before; 0 for the first page
     * @param limit 1 to {@value KeysetPage#LARGEST}
     */
    public Uni<History> of(Finding finding, int after, int limit) {
        Optional<String> refusal = KeysetPage.refusal(limit);
        if (refusal.isPresent()) {
            return bad(refusal.get());
        }
        if (after < 0) {
            return bad("\"after\" must be the sequence of an event.");
        }
        return switch (finding) {
            case Finding.Absent _ -> Uni.createFrom().item(new History.Absent());
            case Finding.Found(Order order) ->
                log.ofOrder(order.number().symbols(), after, limit + 1).map(events -> page(orderEvents(events), limit));
        };
    }

    /**
     * Reads a buyer's own orders among these numbers, each with its latest events: one statement for each of the two
     * tables.
     *
     * @param mostEvents the largest number of events returned for one order, 1 or more
     * @return by number; a number without an order of this buyer is left out. Fails with {@link StoreUnavailable} if
     *     PostgreSQL is unavailable
     */
    public Uni<Map<OrderNumber, OrderHistory>> histories(Buyer buyer, Collection<OrderNumber> numbers, int mostEvents) {
        return reader.ofBuyer(buyer, numbers)
                .chain(orders -> log.latestOfOrders(
                                orders.stream()
                                        .map(order -> order.number().symbols())
                                        .toList(),
                                mostEvents)
                        .map(events -> histories(orders, events)));
    }

    private static Map<OrderNumber, OrderHistory> histories(List<Order> orders, List<PublishedEvent> events) {
        Map<String, List<OrderEvent>> byNumber =
                events.stream().collect(groupingBy(PublishedEvent::number, mapping(OrderEvent::of, toList())));
        return orders.stream()
                .collect(toMap(
                        Order::number,
                        order -> new OrderHistory(
                                order, byNumber.getOrDefault(order.number().symbols(), List.of()))));
    }

    private static List<OrderEvent> orderEvents(List<PublishedEvent> published) {
        return published.stream().map(OrderEvent::of).toList();
    }

    private static History page(List<OrderEvent> events, int limit) {
        KeysetPage<OrderEvent, Integer> page = KeysetPage.cut(events, limit, OrderEvent::sequence);
        return new History.Page(page.rows(), page.after());
    }

    private static Uni<History> bad(String why) {
        return Uni.createFrom().item(new History.BadParameter(why));
    }
}
