package dev.orderonce.numbers;

import dev.orderonce.identity.Buyer;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;

/** Tells how often an order was submitted again, as far as Redis remembers. */
@ApplicationScoped
public class FindSubmits {
    private final NumberCache cache;

    FindSubmits(NumberCache cache) {
        this.cache = cache;
    }

    /**
     * The oldest first; at most {@value NumberScripts#MOST_SUBMITS}, kept for {@code
     * numbers.submits-kept-for}.
     *
     * @return fails with {@link dev.orderonce.stores.StoreUnavailable} if Redis does not answer
     */
    public Uni<List<Submit>> of(Buyer buyer, OrderNumber number) {
        return cache.submits(buyer, number);
    }
}
