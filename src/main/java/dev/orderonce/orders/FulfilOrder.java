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

/** Ships paid orders, completes shipped ones, and takes them back. */
@ApplicationScoped
public class FulfilOrder {
    /** A try fails in vain only if a hold ends between its two statements. */
    private static final int MOST_TRIES = 3;

    private final MoveOrder moveOrder;

    FulfilOrder(MoveOrder moveOrder) {
        this.moveOrder = moveOrder;
    }

    /** Every outcome of a fulfilment step. */
    public sealed interface Fulfilment extends Outcome {
        /** There is no such order. */
        record Absent() implements Fulfilment {}

        /** The order is not in the version that the request expects. */
        record Changed(Order current) implements Fulfilment {}

        /** The order's state does not allow it. */
        record NotOpen(Order current) implements Fulfilment {}

        /** The order is on hold: it is not shipped. */
        record OnHold(Order current) implements Fulfilment {}

        /** An earlier request did it. */
        record AlreadyDone(Order order) implements Fulfilment {}

        record Done(Order order) implements Fulfilment {}

        @Override
        default String label() {
            return switch (this) {
                case Absent _ -> "absent";
                case Changed _ -> "changed";
                case NotOpen _ -> "not-open";
                case OnHold _ -> "on-hold";
                case AlreadyDone _ -> "already-done";
                case Done _ -> "done";
            };
        }
    }

    public Uni<Fulfilment> ship(Subject by, String written, Precondition precondition) {
        return fulfil(by, written, Move.SHIPPED, precondition);
    }

    public Uni<Fulfilment> complete(Subject by, String written, Precondition precondition) {
        return fulfil(by, written, Move.COMPLETED, precondition);
    }

    /** The goods are on their way back; refunding them is a request of its own. */
    public Uni<Fulfilment> beginReturn(Subject by, String written, Precondition precondition) {
        return fulfil(by, written, Move.RETURN_BEGUN, precondition);
    }

    /** The shop has the goods back. */
    public Uni<Fulfilment> receiveReturn(Subject by, String written, Precondition precondition) {
        return fulfil(by, written, Move.RETURNED, precondition);
    }

    private Uni<Fulfilment> fulfil(Subject by, String written, Move move, Precondition precondition) {
        Optional<OrderNumber> number = OrderNumber.read(written);
        if (number.isEmpty()) {
            return Uni.createFrom().item(new Fulfilment.Absent());
        }
        return fulfil(number.get(), move, Transition.of(new Actor.Person(by)).when(precondition), MOST_TRIES);
    }

    private Uni<Fulfilment> fulfil(OrderNumber number, Move move, Transition because, int triesLeft) {
        return moveOrder
                .move(number, move, because)
                .chain(moved -> triesLeft > 1 && isOpenNow(moved, move)
                        ? fulfil(number, move, because, triesLeft - 1)
                        : Uni.createFrom().item(fulfilment(moved, move, because.precondition())));
    }

    /** Whether a hold refused the move and has ended since. */
    private static boolean isOpenNow(Moved moved, Move move) {
        return moved instanceof Moved.NotOpen(Order current)
                && move.isOpenFrom(current.state())
                && current.holds().isEmpty();
    }

    private static Fulfilment fulfilment(Moved moved, Move move, Precondition precondition) {
        return switch (moved) {
            case Moved.Absent _ -> new Fulfilment.Absent();
            case Moved.NotOpen(Order current) when !precondition.isMetBy(current) -> new Fulfilment.Changed(current);
            case Moved.NotOpen(Order current) when current.state() == move.to() -> new Fulfilment.AlreadyDone(current);
            case Moved.NotOpen(Order current) when move.isOpenFrom(current.state()) -> new Fulfilment.OnHold(current);
            case Moved.NotOpen(Order current) -> new Fulfilment.NotOpen(current);
            case Moved.Done(Order order) -> new Fulfilment.Done(order);
        };
    }
}
