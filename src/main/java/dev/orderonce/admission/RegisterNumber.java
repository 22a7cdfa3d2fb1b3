package dev.orderonce.admission;

import dev.orderonce.identity.Buyer;
import dev.orderonce.numbers.OrderNumber;
import dev.orderonce.stores.StoreUnavailable;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;

/** Caches issued numbers in Redis, within the buyer's limits. */
@ApplicationScoped
public class RegisterNumber {
    private final AdmissionStore store;

    RegisterNumber(AdmissionStore store) {
        this.store = store;
    }

    /**
     * Registers a number that belongs to no checkout.
     *
     * @return fails with {@link StoreUnavailable} if Redis is unavailable; the number may have been registered then
     */
    public Uni<Registration> register(OrderNumber fresh, Buyer buyer) {
        return store.register(fresh, buyer);
    }

    /**
     * Registers a checkout's number, unless the checkout has one already.
     *
     * @param replaced the checkout's number that {@code fresh} replaces, if there is one
     * @return fails with {@link StoreUnavailable} if Redis is unavailable; the number may have been registered then
     */
    public Uni<Registration> register(Buyer buyer, String checkout, OrderNumber fresh, Optional<String> replaced) {
        return store.register(buyer, checkout, fresh, replaced);
    }

    /**
     * Marks a registered number as tried, so that its checkout is looked up before the number is issued. Without Redis
     * it stays untried.
     */
    public Uni<Void> markTried(OrderNumber number, Buyer buyer) {
        return store.markTried(number, buyer).onFailure(StoreUnavailable.class).recoverWithNull();
    }

    /** Deletes a checkout's number that was not issued, and the checkout. Without Redis both stay until they expire. */
    public Uni<Void> unregister(Buyer buyer, String checkout, OrderNumber number) {
        return store.unregister(buyer, checkout, number)
                .onFailure(StoreUnavailable.class)
                .recoverWithNull();
    }

    /** Deletes a voided number from Redis. Without Redis it counts as outstanding until it expires. */
    public Uni<Void> unregister(OrderNumber number, Buyer buyer) {
        return store.unregister(number, buyer).onFailure(StoreUnavailable.class).recoverWithNull();
    }
}
