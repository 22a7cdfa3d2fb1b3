package dev.orderonce.stores;

import dev.orderonce.http.Outcome;
import io.smallrye.mutiny.Uni;

/**
 * A store did not reply within its timeout, or cannot be reached. Whether the request took effect is unknown (I3);
 * repeating it under the same number or key is safe.
 */
public final class StoreUnavailable extends RuntimeException implements Outcome {
    private static final long serialVersionUID = 1;

    private final Store store;

    public StoreUnavailable(Store store, String reason) {
        this(store, reason, null);
    }

    /** Has no stack trace: it is created for each waiting request when a store becomes unavailable. */
    public StoreUnavailable(Store store, String reason, @org.jspecify.annotations.Nullable Throwable cause) {
        super(store + ": " + reason, cause, false, false);
        this.store = store;
    }

    /** A failure without another cause. */
    public static <T> Uni<T> failure(Store store) {
        return Uni.createFrom().failure(new StoreUnavailable(store, "no reply"));
    }

    /** The {@code outcome} in metrics. */
    @Override
    public String label() {
        return "unavailable";
    }

    public Store store() {
        return store;
    }

    /** The stores a request can wait for, and the one that only a job waits for. */
    public enum Store {
        POSTGRESQL,
        REDIS,
        KAFKA
    }
}
