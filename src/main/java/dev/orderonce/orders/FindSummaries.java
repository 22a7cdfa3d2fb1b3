package dev.orderonce.orders;

import dev.orderonce.numbers.OrderNumber;
import dev.orderonce.stores.StoreUnavailable;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Collection;
import java.util.Map;

/** Finds what lists show of orders, without their lines. */
@ApplicationScoped
public class FindSummaries {
    private final OrderReader reader;

    FindSummaries(OrderReader reader) {
        this.reader = reader;
    }

    /**
     * The orders with these numbers, in one statement.
     *
     * @return without those that do not exist; fails with {@link StoreUnavailable} if PostgreSQL is unavailable
     */
    public Uni<Map<OrderNumber, OrderSummary>> of(Collection<OrderNumber> numbers) {
        return numbers.isEmpty() ? Uni.createFrom().item(Map.of()) : reader.summaries(numbers);
    }
}
