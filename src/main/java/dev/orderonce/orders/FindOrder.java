package dev.orderonce.orders;

import dev.orderonce.http.Outcome;
import dev.orderonce.identity.Buyer;
import dev.orderonce.numbers.OrderNumber;
import dev.orderonce.stores.StoreUnavailable;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;
import java.util.function.Function;

/** Finds one order for somebody who may see it; anybody else's reads as absent. */
@ApplicationScoped
public class FindOrder {
    private final OrderStore store;

    FindOrder(OrderStore store) {
        this.store = store;
    }

    /** Every way the search can end. */
    public sealed interface Finding extends Outcome {
        /** No such order, or none that the asker may see. */
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

    /** One of this buyer's own. */
    public Uni<Finding> ofBuyer(Buyer buyer, String written) {
        return find(written, number -> store.findOwn(number, buyer));
    }

    /** Anybody's, for the shop's staff. */
    public Uni<Finding> ofAnybody(String written) {
        return find(written, store::find);
    }

    /**
     * For this service itself, which asks on nobody's behalf.
     *
     * @return fails with {@link StoreUnavailable} if PostgreSQL does not answer
     */
    public Uni<Optional<Order>> standing(OrderNumber number) {
        return store.find(number)
                .map(found -> found.filter(Order.class::isInstance).map(Order.class::cast));
    }

    private static Uni<Finding> find(String written, Function<OrderNumber, Uni<Optional<DecidedNumber>>> search) {
        // The signature is not asked: an order outlives the key that signed its number.
        Optional<OrderNumber> number = OrderNumber.read(written);
        if (number.isEmpty()) {
            return Uni.createFrom().item(new Finding.Absent());
        }
        return search.apply(number.get()).map(FindOrder::finding);
    }

    private static Finding finding(Optional<DecidedNumber> found) {
        return found.filter(Order.class::isInstance)
                .<Finding>map(standing -> new Finding.Found((Order) standing))
                .orElseGet(Finding.Absent::new);
    }
}
