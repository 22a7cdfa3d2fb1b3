package dev.orderonce.orders;

import dev.orderonce.http.Outcome;
import dev.orderonce.identity.Actor;
import dev.orderonce.identity.Subject;
import dev.orderonce.numbers.OrderNumber;
import dev.orderonce.orders.MoveOrder.Moved;
import dev.orderonce.orders.OrderState.Move;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;

/** Ships paid orders and completes shipped ones. */
@ApplicationScoped
public class FulfilOrder {
    private final MoveOrder moveOrder;

    FulfilOrder(MoveOrder moveOrder) {
        this.moveOrder = moveOrder;
    }

    /** Every outcome of a fulfilment step. */
    public sealed interface Fulfilment extends Outcome {
        /** There is no such order. */
        record Absent() implements Fulfilment {}

        /** The order's state does not allow it. */
        record NotOpen(Order current) implements Fulfilment {}

        /** An earlier request did it. */
        record AlreadyDone(Order order) implements Fulfilment {}

        record Done(Order order) implements Fulfilment {}

        @Override
        default String label() {
            return switch (this) {
                case Absent _ -> "absent";
                case NotOpen _ -> "not-open";
                case AlreadyDone _ -> "already-done";
                case Done _ -> "done";
            };
        }
    }

    public Uni<Fulfilment> ship(Subject by, String written) {
        return fulfil(by, written, Move.SHIPPED);
    }

    public Uni<Fulfilment> complete(Subject by, String written) {
        return fulfil(by, written, Move.COMPLETED);
    }

    private Uni<Fulfilment> fulfil(Subject by, String written, Move move) {
        Optional<OrderNumber> number = OrderNumber.read(written);
        if (number.isEmpty()) {
            return Uni.createFrom().item(new Fulfilment.Absent());
        }
        return moveOrder
                .move(number.get(), move, Transition.of(new Actor.Person(by)))
                .map(moved -> fulfilment(moved, move));
    }

    private static Fulfilment fulfilment(Moved moved, Move move) {
        return switch (moved) {
            case Moved.Absent _ -> new Fulfilment.Absent();
            case Moved.NotOpen(Order current) when current.state() == move.to() -> new Fulfilment.AlreadyDone(current);
            case Moved.NotOpen(Order current) -> new Fulfilment.NotOpen(current);
            case Moved.Done(Order order) -> new Fulfilment.Done(order);
        };
    }
}
