package dev.orderonce.orders;

import dev.orderonce.numbers.OrderNumber;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Who moves an order, and why; kept with the event.
 *
 * @param by a subject, or the name of one of this service's own duties
 * @param reason in words
 * @param duplicateOf the order that this one was found to repeat
 * @param payment the payment that it is about; a move that settles one is made only while the order
 *     is being paid with it
 * @param fence the token of the lock under which it is made
 */
public record Because(
        String by,
        Optional<String> reason,
        Optional<OrderNumber> duplicateOf,
        Optional<String> payment,
        OptionalLong fence) {

    public static Because of(String by) {
        return new Because(by, Optional.empty(), Optional.empty(), Optional.empty(), OptionalLong.empty());
    }

    public Because reason(String words) {
        return new Because(by, Optional.of(words), duplicateOf, payment, fence);
    }

    public Because duplicateOf(OrderNumber other) {
        return new Because(by, reason, Optional.of(other), payment, fence);
    }

    public Because payment(String id) {
        return new Because(by, reason, duplicateOf, Optional.of(id), fence);
    }

    public Because under(OptionalLong token) {
        return new Because(by, reason, duplicateOf, payment, token);
    }
}
