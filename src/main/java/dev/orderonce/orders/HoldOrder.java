package dev.orderonce.orders;

import dev.orderonce.http.FreeText;
import dev.orderonce.http.Outcome;
import dev.orderonce.http.Violation;
import dev.orderonce.identity.Actor;
import dev.orderonce.identity.Subject;
import dev.orderonce.numbers.OrderNumber;
import dev.orderonce.numbers.Validity;
import dev.orderonce.orders.FindOrder.Finding;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/** Holds orders and releases them, for support. */
@ApplicationScoped
public class HoldOrder {
    public static final int LONGEST_REASON = 500;

    private final OrderStore store;
    private final FindOrder findOrder;
    private final Validity validity;

    HoldOrder(OrderStore store, FindOrder findOrder, Validity validity) {
        this.store = store;
        this.findOrder = findOrder;
        this.validity = validity;
    }

    /** Every outcome of holding or releasing an order, in the order of the checks. */
    public sealed interface Holding extends Outcome {
        /** The reason is missing or not valid. */
        record Invalid(List<Violation> violations) implements Holding {}

        /** There is no such order. */
        record Absent() implements Holding {}

        /** The order is not in the version that the request expects. */
        record Changed(Order current) implements Holding {}

        /** The order is shipped, or cancelled: nothing is left to hold. */
        record NotOpen(Order current) implements Holding {}

        /** Support holds the order already, or nothing holds it any more. */
        record AlreadyDone(Order order) implements Holding {}

        /** This request changed the order's holds. */
        record Done(Order order) implements Holding {}

        @Override
        default String label() {
            return switch (this) {
                case Invalid _ -> "invalid";
                case Absent _ -> "absent";
                case Changed _ -> "changed";
                case NotOpen _ -> "not-open";
                case AlreadyDone _ -> "already-done";
                case Done _ -> "done";
            };
        }
    }

    /**
     * Holds an order that is not shipped.
     *
     * @param reason 1 to {@value #LONGEST_REASON} characters
     */
    public Uni<Holding> hold(Subject support, String written, @Nullable String reason, Precondition precondition) {
        return change(
                        support,
                        written,
                        reason,
                        precondition,
                        (number, because) -> store.hold(number, because, validity.now()))
                .map(holding -> holding instanceof Holding.AlreadyDone(Order order)
                                && !order.holds().contains(Hold.OF_SUPPORT)
                        ? new Holding.NotOpen(order)
                        : holding);
    }

    /**
     * Ends every hold of an order, whatever set it: support takes responsibility.
     *
     * @param reason 1 to {@value #LONGEST_REASON} characters
     */
    public Uni<Holding> release(Subject support, String written, @Nullable String reason, Precondition precondition) {
        return change(
                support,
                written,
                reason,
                precondition,
                (number, because) -> store.release(number, because, validity.now()));
    }

    private Uni<Holding> change(
            Subject support,
            String written,
            @Nullable String reason,
            Precondition precondition,
            BiFunction<OrderNumber, Transition, Uni<Optional<Order>>> change) {
        List<Violation> violations = new ArrayList<>();
        Optional<String> words = FreeText.read("reason", reason, LONGEST_REASON, violations);
        if (words.isEmpty()) {
            return item(new Holding.Invalid(List.copyOf(violations)));
        }
        Optional<OrderNumber> number = OrderNumber.read(written);
        if (number.isEmpty()) {
            return item(new Holding.Absent());
        }
        Transition because =
                Transition.of(new Actor.Person(support)).reason(words.get()).when(precondition);
        return change.apply(number.get(), because)
                .chain(changed -> changed.isPresent()
                        ? item(new Holding.Done(changed.get()))
                        : findOrder.ofAnyBuyer(written).map(found -> unchanged(found, precondition)));
    }

    private static Holding unchanged(Finding finding, Precondition precondition) {
        return switch (finding) {
            case Finding.Absent _ -> new Holding.Absent();
            case Finding.Found(Order order) ->
                precondition.isMetBy(order) ? new Holding.AlreadyDone(order) : new Holding.Changed(order);
        };
    }

    private static Uni<Holding> item(Holding holding) {
        return Uni.createFrom().item(holding);
    }
}
