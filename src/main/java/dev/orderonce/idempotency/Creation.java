package dev.orderonce.idempotency;

import io.smallrye.mutiny.Uni;
import java.util.Optional;

/**
 * Something that must be created once: how to find it and how to make it, both in the store that
 * decides.
 *
 * @param <T> what stands there when it is created
 */
public interface Creation<T> {

    /** Its mark's key in Redis: its own, and the same for every repeat. */
    String mark();

    /** What stands there now; fails with {@link dev.orderonce.stores.StoreUnavailable}. */
    Uni<Optional<T>> find();

    /**
     * Makes it unless something stands there. However many do so at once, one makes it and the
     * others are told what stands.
     *
     * @return {@link Created.Made}, {@link Created.Stands} or, if something is against it, {@link
     *     Created.Refused}; fails with {@link dev.orderonce.stores.StoreUnavailable} if the store
     *     does not answer, and then it may have been made
     */
    Uni<Created<T>> make();
}
