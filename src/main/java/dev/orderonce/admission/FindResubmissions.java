package dev.orderonce.admission;

import dev.orderonce.identity.Buyer;
import dev.orderonce.numbers.OrderNumber;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;

/** Tells how often an order was submitted again, as far as Redis remembers. */
@ApplicationScoped
public class FindResubmissions {
    private final AdmissionStore cache;

    FindResubmissions(AdmissionStore cache) {
        this.cache = cache;
    }

    /**
     * The oldest first; at most {@value NumberScripts#MOST_SUBMITS}, kept for {@code
     * numbers.resubmission-ttl}.
     *
     * @return fails with {@link dev.orderonce.stores.StoreUnavailable} if Redis does not answer
     */
    public Uni<List<Resubmission>> of(Buyer buyer, OrderNumber number) {
        return cache.submits(buyer, number);
    }
}
