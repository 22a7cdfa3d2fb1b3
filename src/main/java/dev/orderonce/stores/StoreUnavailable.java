package dev.orderonce.stores;

import dev.orderonce.http.Outcome;
import io.smallrye.mutiny.Uni;

/**
 * A store did not answer, so nobody knows what it did: the request may have taken effect or not
 * (I3). Repeating it under the same number is safe.
 */
public final class StoreUnavailable extends RuntimeException implements Outcome {
    private static final long serialVersionUID = 1;

    private final Store store;

    public StoreUnavailable(Store store, String why) {
        this(store, why, null);
    }

    /**
     * Without a stack trace: it is raised once per waiting request when a store goes away, and says
     * where by itself.
     */
    public StoreUnavailable(Store store, String why, @org.jspecify.annotations.Nullable Throwable cause) {
        super(store + ": " + why, cause, false, false);
        this.store = store;
    }

    /** Fails with it, for what has no other cause than that the store did not answer. */
    public static <T> Uni<T> failure(Store store) {
        return Uni.createFrom().failure(new StoreUnavailable(store, "it did not answer"));
    }

    @Override
    public String label() {
        return "unavailable";
    }

    public Store store() {
        return store;
    }

    /** The stores a request can wait for. */
    public enum Store {
        POSTGRESQL,
        REDIS
    }
}
