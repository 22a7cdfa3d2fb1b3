package dev.orderonce.orders;

import dev.orderonce.admission.ClaimedGuests;
import dev.orderonce.identity.Buyer;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Optional;

/** The table of claims as the verification of numbers reads it. */
@ApplicationScoped
class FindGuests implements ClaimedGuests {
    private final ClaimStore store;

    FindGuests(ClaimStore store) {
        this.store = store;
    }

    @Override
    public Uni<List<Buyer>> of(Buyer buyer) {
        return store.guestsOf(buyer, MOST);
    }

    @Override
    public Uni<Optional<Buyer>> claimantOf(Buyer guest) {
        return store.claimantOf(guest);
    }
}
