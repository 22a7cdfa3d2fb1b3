package dev.orderonce.orders;

import dev.orderonce.http.Outcome;
import dev.orderonce.identity.Buyer;
import dev.orderonce.identity.Caller;
import dev.orderonce.numbers.OrderNumber;
import dev.orderonce.stores.StoreUnavailable;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;
import java.util.function.Function;

/** Finds one order for a caller who may see it; every other order is absent for that caller. */
@ApplicationScoped
public class FindOrder {
    private final OrderStore store;

    FindOrder(OrderStore store) {
        this.store = store;
    }

    /** Every outcome of the search. */
    public sealed interface Finding extends Outcome {
        /** No such order, or none that the caller may see. */
        record Absent() implements Finding {}

        /** The order as it is now. */
        record Found(Order order) implements Finding {}

        @Override
        default String label() {
            return switch (this) {
                case Absent _ -> "absent";
                case Found _ -> "found";
            };
        }
    }

    /** Finds an order that the caller may see: staff see those of every buyer. */
    public Uni<Finding> forCaller(Caller caller, String written) {
        return caller.isStaff() ? ofAnyBuyer(written) : ofBuyer(caller.buyer(), written);
    }

    /** Finds an order of this buyer. */
    public Uni<Finding> ofBuyer(Buyer buyer, String written) {
        return find(written, number -> store.findOwnOrder(number, buyer));
    }

    /** Finds an order of any buyer, for the shop's staff. */
    public Uni<Finding> ofAnyBuyer(String written) {
        return find(written, store::findOrder);
    }

    /**
     * Finds an order for the service itself, not for a caller.
     *
     * @return fails with {@link StoreUnavailable} if PostgreSQL is unavailable
     */
    public Uni<Optional<Order>> byNumber(OrderNumber number) {
        return store.findOrder(number);
    }

    private static Uni<Finding> find(String written, Function<OrderNumber, Uni<Optional<Order>>> search) {
        // The signature is not verified: an order outlives the key that signed its number.
        return OrderNumber.read(written)
                .map(search)
                .orElseGet(() -> Uni.createFrom().item(Optional.empty()))
                .map(found -> found.<Finding>map(Finding.Found::new).orElseGet(Finding.Absent::new));
    }
}
