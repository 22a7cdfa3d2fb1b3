package dev.orderonce.idempotency;

import io.smallrye.mutiny.Uni;
import java.util.Optional;

/**
 * Something that must be created once: how to find it and how to make it, both in the store that decides.
 *
 * @param <T> what is created
 */
public interface Creation<T> {

    /** The Redis key of its marker: unique to it, and the same for every repeat. */
    String marker();

    /** Finds it; fails with {@link dev.orderonce.stores.StoreUnavailable}. */
    Uni<Optional<T>> find();

    /**
     * Makes it unless it exists. Of simultaneous calls one makes it; the others return the existing one.
     *
     * @return {@link Created.Made}, {@link Created.Existing} or {@link Created.Refused}; fails with
     *     {@link dev.orderonce.stores.StoreUnavailable} if the store is unavailable, and then it may have been made
     */
    Uni<Created<T>> make();
}
