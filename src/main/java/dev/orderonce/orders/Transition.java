package dev.orderonce.orders;

import dev.orderonce.identity.Actor;
import dev.orderonce.numbers.OrderNumber;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Who moves an order, and why; stored with the event.
 *
 * @param by who makes it
 * @param reason in words
 * @param duplicateOf the order that this one was found to repeat
 * @param payment the payment that it is about; a move that settles one is made only while the order is being paid with
 *     it
 * @param fence the token of the lock under which it is made
 */
public record Transition(
        Actor by,
        Optional<String> reason,
        Optional<OrderNumber> duplicateOf,
        Optional<String> payment,
        OptionalLong fence) {

    public static Transition of(Actor by) {
        return new Transition(by, Optional.empty(), Optional.empty(), Optional.empty(), OptionalLong.empty());
    }

    public Transition reason(String words) {
        return new Transition(by, Optional.of(words), duplicateOf, payment, fence);
    }

    public Transition duplicateOf(OrderNumber other) {
        return new Transition(by, reason, Optional.of(other), payment, fence);
    }

    public Transition payment(String id) {
        return new Transition(by, reason, duplicateOf, Optional.of(id), fence);
    }

    public Transition under(OptionalLong token) {
        return new Transition(by, reason, duplicateOf, payment, token);
    }
}
