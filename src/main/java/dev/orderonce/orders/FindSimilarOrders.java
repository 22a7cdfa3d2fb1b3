package dev.orderonce.orders;

import dev.orderonce.numbers.OrderNumber;
import dev.orderonce.postgres.UnreadableRow;
import dev.orderonce.postgres.UnreadableRows;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Finds the orders that a buyer placed within a short time of others of the same buyer. */
@ApplicationScoped
public class FindSimilarOrders {
    private final SimilarOrderStore store;
    private final OrderStore orders;
    private final UnreadableRows unreadableRows;

    FindSimilarOrders(SimilarOrderStore store, OrderStore orders, UnreadableRows unreadableRows) {
        this.store = store;
        this.orders = orders;
        this.unreadableRows = unreadableRows;
    }

    /** Two orders of one buyer in one currency; the smaller total is at least three fifths of the other. */
    public record Pair(Order earlier, Order later) {
        static Pair of(Order one, Order other) {
            boolean isInOrder = one.placedAt().equals(other.placedAt())
                    ? one.number().compareTo(other.number()) < 0
                    : one.placedAt().isBefore(other.placedAt());
            return isInOrder ? new Pair(one, other) : new Pair(other, one);
        }

        /** Whether both have the same content. */
        public boolean isSame() {
            return Content.differences(earlier.content(), later.content()).isEmpty();
        }
    }

    /**
     * Every pair with one of these orders; a pair of two of them is returned twice.
     *
     * @param within the maximum time between both
     * @param most the maximum number of neighbours before, and after, each order
     * @return fails with {@link dev.orderonce.stores.StoreUnavailable} if PostgreSQL is unavailable
     */
    public Uni<List<Pair>> near(Collection<OrderNumber> placed, Duration within, int most) {
        return store.near(placed, within, most)
                .chain(near -> near.isEmpty() ? Uni.createFrom().item(List.<Pair>of()) : pairs(near));
    }

    private Uni<Optional<DecidedNumber>> find(OrderNumber number) {
        return orders.find(number)
                .onFailure(UnreadableRow.class)
                .invoke(unreadableRows::report)
                .onFailure(UnreadableRow.class)
                .recoverWithItem(Optional.empty());
    }

    /** Pairs each order with its neighbours; the orders are read concurrently, so that they share statements. */
    private Uni<List<Pair>> pairs(Map<OrderNumber, List<Order>> near) {
        return Multi.createFrom()
                .iterable(near.keySet())
                .onItem()
                .transformToUni(this::find)
                .merge(near.size())
                .collect()
                .asList()
                .map(found -> {
                    List<Pair> pairs = new ArrayList<>();
                    for (var row : found) {
                        if (row.orElse(null) instanceof Order placed) {
                            near.getOrDefault(placed.number(), List.of())
                                    .forEach(other -> pairs.add(Pair.of(placed, other)));
                        }
                    }
                    return pairs;
                });
    }
}
