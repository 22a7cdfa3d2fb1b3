package dev.orderonce.admission;

import dev.orderonce.identity.Buyer;
import dev.orderonce.numbers.OrderNumber;
import dev.orderonce.numbers.SigningKeys;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;

/**
 * Verifies that a number was issued to a buyer, and bounds the buyer's wrong numbers: a signature has 24 bits, and
 * unlimited guesses would find one.
 */
@ApplicationScoped
public class VerifyNumber {
    private final SigningKeys keys;
    private final Limits limits;

    VerifyNumber(SigningKeys keys, Limits limits) {
        this.keys = keys;
        this.limits = limits;
    }

    /** Whose number it is. */
    public sealed interface Owner {
        /** It was issued to this buyer. */
        record Self() implements Owner {}

        /** It was not issued to this buyer. */
        record Other() implements Owner {}

        /**
         * The buyer has named too many wrong numbers. Whether this one is the buyer's is not returned, or the next
         * guess would be as good as the last.
         */
        record TooManyWrong(RateLimited limited) implements Owner {}
    }

    /** Verifies the number without a store; each process counts wrong numbers by itself. */
    public Owner verify(OrderNumber number, Buyer buyer) {
        Optional<RateLimited> limited = limits.full(Limit.NUMBERS_WRONG, buyer);
        if (limited.isPresent()) {
            return new Owner.TooManyWrong(limited.get());
        }
        if (keys.isOwn(number, buyer)) {
            return new Owner.Self();
        }
        limits.count(Limit.NUMBERS_WRONG, buyer);
        return new Owner.Other();
    }
}
