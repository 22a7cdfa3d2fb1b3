package dev.orderonce.orders;

import dev.orderonce.numbers.OrderNumber;
import dev.orderonce.numbers.Validity;
import dev.orderonce.orders.OrderState.Move;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;

/** Moves an order from one state to another: once, however many callers try, and with one event. */
@ApplicationScoped
public class MoveOrder {
    private final OrderStore store;
    private final Validity validity;

    MoveOrder(OrderStore store, Validity validity) {
        this.store = store;
        this.validity = validity;
    }

    /** Every outcome of a move. */
    public sealed interface Moved {
        /** There is no such order. */
        record Absent() implements Moved {}

        /**
         * The order's state does not allow the move, or the order has another payment, or a later holder of its lock
         * has moved it.
         */
        record NotOpen(Order current) implements Moved {}

        /** This call made the move. */
        record Done(Order order) implements Moved {}
    }

    /**
     * Makes the move if it is open.
     *
     * @return fails with {@link dev.orderonce.stores.StoreUnavailable} if PostgreSQL is unavailable; the move may have
     *     been made then
     */
    public Uni<Moved> move(OrderNumber number, Move move, Transition transition) {
        return move(number, move.from(), move, transition);
    }

    /**
     * Makes the move if it is open and the order is in one of these states.
     *
     * @return as {@link #move(OrderNumber, Move, Transition)}
     */
    public Uni<Moved> move(OrderNumber number, List<OrderState> from, Move move, Transition transition) {
        return store.move(number, from, move, transition, validity.now())
                .chain(moved ->
                        moved.isPresent() ? Uni.createFrom().item(new Moved.Done(moved.get())) : notOpen(number));
    }

    private Uni<Moved> notOpen(OrderNumber number) {
        return store.findOrder(number)
                .map(found -> found.<Moved>map(Moved.NotOpen::new).orElseGet(Moved.Absent::new));
    }
}
