package dev.orderonce.orders;

import dev.orderonce.http.Outcome;
import dev.orderonce.http.Violation;
import dev.orderonce.identity.Buyer;
import dev.orderonce.identity.GuestTokens;
import dev.orderonce.numbers.Validity;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Gives the orders of a guest to the buyer who has signed in; the first buyer wins, forever. */
@ApplicationScoped
public class ClaimGuest {
    /** Longer than any header that an HTTP server accepts, and so than any token that has been in one. */
    static final int LONGEST_TOKEN = 16_384;

    /** A person places a few orders as a guest; the transaction of this many takes less than a statement may. */
    static final int MOST_ORDERS = 1000;

    private static final Violation NOT_A_GUESTS =
            new Violation("/guestToken", "must be the token of a guest's session, which is valid now");

    private static final Violation OWN =
            new Violation("/guestToken", "must be the token of another subject than the caller");

    private final GuestTokens tokens;
    private final ClaimStore store;
    private final Validity validity;

    ClaimGuest(GuestTokens tokens, ClaimStore store, Validity validity) {
        this.tokens = tokens;
        this.store = store;
        this.validity = validity;
    }

    /** Every outcome of claiming, in the order the checks run. */
    public sealed interface Claiming extends Outcome {
        /** The token is missing, invalid, or the caller's own. */
        record Invalid(List<Violation> violations) implements Claiming {}

        /** Another buyer has claimed the guest. */
        record ClaimedByOther() implements Claiming {}

        /**
         * The buyer had claimed the guest before.
         *
         * @param orders how many orders this request has moved: those that the guest has placed since
         */
        record ClaimedAgain(Buyer guest, int orders) implements Claiming {}

        /** This request has claimed the guest. */
        record Claimed(Buyer guest, int orders) implements Claiming {}

        @Override
        default String label() {
            return switch (this) {
                case Invalid _ -> "invalid";
                case ClaimedByOther _ -> "claimed-by-other";
                case ClaimedAgain _ -> "claimed-again";
                case Claimed _ -> "claimed";
            };
        }
    }

    /**
     * Claims the guest.
     *
     * @param guestToken a token of the guest's session
     * @return fails with {@link dev.orderonce.stores.StoreUnavailable} if PostgreSQL is unavailable
     */
    public Uni<Claiming> claim(Buyer buyer, @Nullable String guestToken) {
        return guestToken == null || guestToken.length() > LONGEST_TOKEN
                ? item(invalid(NOT_A_GUESTS))
                : tokens.verify(guestToken).chain(guest -> claim(buyer, guest));
    }

    private Uni<Claiming> claim(Buyer buyer, Optional<Buyer> verified) {
        if (verified.isEmpty()) {
            return item(invalid(NOT_A_GUESTS));
        }
        Buyer guest = verified.get();
        return guest.equals(buyer)
                ? item(invalid(OWN))
                : store.claim(guest, buyer, validity.now(), MOST_ORDERS).map(claimed -> switch (claimed) {
                    case ClaimStore.Claimed.ByOther _ -> new Claiming.ClaimedByOther();
                    case ClaimStore.Claimed.ByBuyer(boolean isNew, int orders) ->
                        isNew ? new Claiming.Claimed(guest, orders) : new Claiming.ClaimedAgain(guest, orders);
                });
    }

    private static Claiming invalid(Violation violation) {
        return new Claiming.Invalid(List.of(violation));
    }

    private static Uni<Claiming> item(Claiming claiming) {
        return Uni.createFrom().item(claiming);
    }
}
