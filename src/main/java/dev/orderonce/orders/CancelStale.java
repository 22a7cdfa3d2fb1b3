package dev.orderonce.orders;

import dev.orderonce.numbers.Validity;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;

/** Cancels orders that have stayed CREATED since before a time; each once, however many replicas do so. */
@ApplicationScoped
public class CancelStale {
    private final OrderStore store;
    private final Validity validity;

    CancelStale(OrderStore store, Validity validity) {
        this.store = store;
        this.validity = validity;
    }

    /**
     * Cancels some of them.
     *
     * @return how many, at most as many as may be; fails with {@link dev.orderonce.stores.StoreUnavailable} if
     *     PostgreSQL does not answer
     */
    public Uni<Integer> createdBefore(Instant time, int most) {
        return store.cancelStale(time, validity.now(), most);
    }
}
