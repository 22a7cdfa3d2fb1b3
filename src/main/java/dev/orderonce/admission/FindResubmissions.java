package dev.orderonce.admission;

import dev.orderonce.identity.Buyer;
import dev.orderonce.numbers.OrderNumber;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;

/** Finds how often an order was submitted again. */
@ApplicationScoped
public class FindResubmissions {
    private final AdmissionStore store;

    FindResubmissions(AdmissionStore store) {
        this.store = store;
    }

    /**
     * The resubmissions that Redis still has, the oldest first; at most 100.
     *
     * @return fails with {@link dev.orderonce.stores.StoreUnavailable} if Redis is unavailable
     */
    public Uni<List<Resubmission>> of(Buyer buyer, OrderNumber number) {
        return store.resubmissions(buyer, number);
    }
}
