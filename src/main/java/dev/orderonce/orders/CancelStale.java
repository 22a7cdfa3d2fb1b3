package dev.orderonce.orders;

import dev.orderonce.numbers.Validity;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;

/** Cancels orders that were not paid in time; each order once, however many replicas run the job. */
@ApplicationScoped
public class CancelStale {
    private final OrderStore store;
    private final Validity validity;

    CancelStale(OrderStore store, Validity validity) {
        this.store = store;
        this.validity = validity;
    }

    /**
     * Cancels orders that were placed before this time and are still CREATED.
     *
     * @param most the maximum number of orders to cancel
     * @return how many were cancelled; fails with {@link dev.orderonce.stores.StoreUnavailable} if PostgreSQL is
     *     unavailable
     */
    public Uni<Integer> createdBefore(Instant time, int most) {
        return store.cancelStale(time, validity.now(), most);
    }
}
