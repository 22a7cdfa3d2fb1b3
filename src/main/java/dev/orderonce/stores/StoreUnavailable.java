package dev.orderonce.stores;

/**
 * A store did not answer, so nobody knows what it did: the request may have taken effect or not
 * (I3). Repeating it under the same number is safe.
 */
public final class StoreUnavailable extends RuntimeException {
    private final Store store;

    public StoreUnavailable(Store store, String why) {
        this(store, why, null);
    }

    /**
     * Without a stack trace: it is raised once per waiting request when a store goes away, and says
     * where by itself.
     */
    public StoreUnavailable(
            Store store, String why, @org.jspecify.annotations.Nullable Throwable cause) {
        super(store + ": " + why, cause, false, false);
        this.store = store;
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
