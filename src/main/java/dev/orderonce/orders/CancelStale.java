package dev.orderonce.orders;

import dev.orderonce.numbers.Validity;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;

/**
 * Cancels what has stayed CREATED since before a time; each order once, whoever else does so too.
 */
@ApplicationScoped
public class CancelStale {
    /** Rows that one statement holds: some milliseconds' worth. */
    private static final int AT_ONCE = 500;

    private final OrderStore store;
    private final Validity validity;

    CancelStale(OrderStore store, Validity validity) {
        this.store = store;
        this.validity = validity;
    }

    /** All of them, some at a time. Fails with {@link dev.orderonce.stores.StoreUnavailable}. */
    public Uni<Void> createdBefore(Instant time) {
        return Uni.createFrom()
                .deferred(() -> store.cancelStale(time, Order.kept(validity.now()), AT_ONCE))
                .repeat()
                .whilst(cancelled -> cancelled == AT_ONCE)
                .collect()
                .last()
                .replaceWithVoid();
    }
}
