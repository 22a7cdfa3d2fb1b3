package dev.orderonce.admission;

import dev.orderonce.identity.Buyer;
import dev.orderonce.numbers.OrderNumber;
import dev.orderonce.numbers.SigningKeys;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;

/**
 * Tells whether a number was issued to whoever names it, and only so many times when it was not:
 * the signature of a number has 24 bits, and whoever may try as often as they like finds one.
 */
@ApplicationScoped
public class NumberOwners {
    private final SigningKeys keys;
    private final Limits limits;

    NumberOwners(SigningKeys keys, Limits limits) {
        this.keys = keys;
        this.limits = limits;
    }

    /** Whose number it is. */
    public sealed interface Answer {
        /** It was issued to this buyer. */
        record Own() implements Answer {}

        /** It was not. */
        record Foreign() implements Answer {}

        /**
         * The buyer has named too many that were not: whether this one is theirs is not told, or
         * the next guess would be as good as the last.
         */
        record TooManyWrong(Excess excess) implements Answer {}
    }

    /** Asks about a number. Counted in this process alone: each replica allows as many. */
    public Answer ask(OrderNumber number, Buyer buyer) {
        Optional<Excess> full = limits.fullWithoutRedis(Limit.NUMBERS_WRONG, buyer);
        if (full.isPresent()) {
            return new Answer.TooManyWrong(full.get());
        }
        if (keys.isOwn(number, buyer)) {
            return new Answer.Own();
        }
        limits.countWithoutRedis(Limit.NUMBERS_WRONG, buyer);
        return new Answer.Foreign();
    }
}
