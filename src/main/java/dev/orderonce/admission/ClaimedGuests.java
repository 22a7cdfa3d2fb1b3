package dev.orderonce.admission;

import dev.orderonce.identity.Buyer;
import io.smallrye.mutiny.Uni;
import java.util.List;
import java.util.Optional;

/**
 * The guests whose orders buyers have claimed. The package of orders implements it, because a claim gives the orders to
 * the buyer, and this package does not depend on orders.
 *
 * <p>All methods fail with {@link dev.orderonce.stores.StoreUnavailable} when PostgreSQL is unavailable.
 */
public interface ClaimedGuests {
    /** The guests of a buyer, the latest first: at most {@value #MOST}. */
    Uni<List<Buyer>> of(Buyer buyer);

    /** The buyer who has claimed a guest. */
    Uni<Optional<Buyer>> claimantOf(Buyer guest);

    /** Guests whose numbers can be open at the same time: each is a session, and a number is placed within hours. */
    int MOST = 20;
}
