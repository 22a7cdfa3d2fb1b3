package dev.orderonce.orders;

import java.util.Optional;
import java.util.OptionalLong;

/**
 * Who moves an order, and why; kept with the event.
 *
 * @param by a subject, or the name of one of this service's own duties
 * @param reason in words
 * @param payment the payment that it is about; a move that settles one is made only while the order
 *     is being paid with it
 * @param fence the token of the lock under which it is made
 */
public record Because(
        String by, Optional<String> reason, Optional<String> payment, OptionalLong fence) {

    public static Because of(String by) {
        return new Because(by, Optional.empty(), Optional.empty(), OptionalLong.empty());
    }

    public Because reason(String words) {
        return new Because(by, Optional.of(words), payment, fence);
    }

    public Because payment(String id) {
        return new Because(by, reason, Optional.of(id), fence);
    }

    public Because under(OptionalLong token) {
        return new Because(by, reason, payment, token);
    }
}
