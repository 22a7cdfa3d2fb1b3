package dev.orderonce.admission;

import dev.orderonce.identity.Buyer;
import dev.orderonce.numbers.OrderNumber;
import dev.orderonce.numbers.SigningKeys;
import io.smallrye.mutiny.Uni;
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
    private final ClaimedGuests guests;

    VerifyNumber(SigningKeys keys, Limits limits, ClaimedGuests guests) {
        this.keys = keys;
        this.limits = limits;
        this.guests = guests;
    }

    /** Whose number it is. */
    public sealed interface Owner {
        /** It was issued to this buyer. */
        record Self() implements Owner {}

        /**
         * It was not issued to this buyer; {@link #guestOf} says whether it was issued to one of the buyer's guests.
         */
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
        return keys.isOwn(number, buyer) ? new Owner.Self() : new Owner.Other();
    }

    /**
     * Returns the guest to whom a number of {@link Owner.Other} was issued, if the buyer has claimed that guest; else
     * counts the number as a wrong one.
     *
     * @return fails with {@link dev.orderonce.stores.StoreUnavailable} if PostgreSQL is unavailable
     */
    public Uni<Optional<Buyer>> guestOf(OrderNumber number, Buyer buyer) {
        return guests.of(buyer).map(claimed -> {
            Optional<Buyer> issuedTo =
                    claimed.stream().filter(guest -> keys.isOwn(number, guest)).findFirst();
            if (issuedTo.isEmpty()) {
                limits.count(Limit.NUMBERS_WRONG, buyer);
            }
            return issuedTo;
        });
    }

    /**
     * Whether the row under a verified number, or under a key, is the caller's. The row of a guest that was claimed has
     * another owner, the claimant: a repeat of the guest's request must find it, or it would become a second order.
     *
     * @param issuedTo the caller, or the guest of {@link #guestOf}
     * @return fails like {@link #guestOf}
     */
    public Uni<Boolean> isOwn(Buyer owner, Buyer caller, Buyer issuedTo) {
        return owner.equals(caller) || owner.equals(issuedTo)
                ? Uni.createFrom().item(true)
                : guests.claimantOf(issuedTo).map(claimant -> claimant.equals(Optional.of(owner)));
    }
}
