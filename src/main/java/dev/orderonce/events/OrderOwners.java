package dev.orderonce.events;

import io.smallrye.mutiny.Uni;
import java.util.Collection;
import java.util.Map;

/** Finds the buyers of orders; the package that owns the orders implements it. */
public interface OrderOwners {
    /**
     * Returns the buyer of each order, by its number.
     *
     * @param numbers canonical
     * @return without the numbers that have no order
     */
    Uni<Map<String, String>> of(Collection<String> numbers);
}
