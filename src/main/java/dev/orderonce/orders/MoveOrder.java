package dev.orderonce.orders;

import dev.orderonce.numbers.OrderNumber;
import dev.orderonce.numbers.Validity;
import dev.orderonce.orders.OrderState.Move;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;

/** Moves an order from one state to another: once, whoever else tries, and with one event. */
@ApplicationScoped
public class MoveOrder {
    private final OrderStore store;
    private final Validity validity;

    MoveOrder(OrderStore store, Validity validity) {
        this.store = store;
        this.validity = validity;
    }

    /** Every way a move can end. */
    public sealed interface Moved {
        /** There is no such order. */
        record Absent() implements Moved {}

        /**
         * The move is not open from where the order stands, or it stands there for another payment, or under a later
         * lock.
         */
        record NotOpen(Order current) implements Moved {}

        /** It was made. */
        record Done(Order order) implements Moved {}
    }

    /**
     * Makes the move if it is open.
     *
     * @return fails with {@link dev.orderonce.stores.StoreUnavailable} if PostgreSQL does not answer; the move may have
     *     been made then
     */
    public Uni<Moved> move(OrderNumber number, Move move, Transition because) {
        return store.move(number, move, because, validity.now())
                .chain(moved ->
                        moved.isPresent() ? Uni.createFrom().item(new Moved.Done(moved.get())) : notMade(number));
    }

    private Uni<Moved> notMade(OrderNumber number) {
        return store.find(number)
                .map(found -> found.filter(Order.class::isInstance)
                        .map(Order.class::cast)
                        .<Moved>map(Moved.NotOpen::new)
                        .orElseGet(Moved.Absent::new));
    }
}
