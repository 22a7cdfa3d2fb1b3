package dev.orderonce.orders;

import dev.orderonce.identity.Actor;
import dev.orderonce.numbers.OrderNumber;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The actor and the cause of an order's move, stored with its event.
 *
 * @param by the actor
 * @param reason the actor's reason, as text
 * @param duplicateOf the order that this one duplicates
 * @param payment the reference of the payment that the move concerns; a move that settles a payment is open only while
 *     it is the order's payment
 * @param fence the fencing token of the order's lock, if the caller holds it
 * @param precondition the versions of the order that may be changed; not stored
 */
public record Transition(
        Actor by,
        Optional<String> reason,
        Optional<OrderNumber> duplicateOf,
        Optional<String> payment,
        OptionalLong fence,
        Precondition precondition) {

    public static Transition of(Actor by) {
        return new Transition(
                by, Optional.empty(), Optional.empty(), Optional.empty(), OptionalLong.empty(), Precondition.NONE);
    }

    public Transition reason(String text) {
        return new Transition(by, Optional.of(text), duplicateOf, payment, fence, precondition);
    }

    public Transition duplicateOf(OrderNumber other) {
        return new Transition(by, reason, Optional.of(other), payment, fence, precondition);
    }

    public Transition payment(String id) {
        return new Transition(by, reason, duplicateOf, Optional.of(id), fence, precondition);
    }

    public Transition under(OptionalLong token) {
        return new Transition(by, reason, duplicateOf, payment, token, precondition);
    }

    public Transition when(Precondition met) {
        return new Transition(by, reason, duplicateOf, payment, fence, met);
    }
}
