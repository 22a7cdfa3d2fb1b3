package dev.orderonce.orders;

import dev.orderonce.events.OrderOwners;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Collection;
import java.util.Map;

/** Finds the buyers of orders. */
@ApplicationScoped
class FindOwners implements OrderOwners {
    private final OrderStore store;

    FindOwners(OrderStore store) {
        this.store = store;
    }

    @Override
    public Uni<Map<String, String>> of(Collection<String> numbers) {
        return store.owners(numbers);
    }
}
