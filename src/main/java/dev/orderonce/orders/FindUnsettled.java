package dev.orderonce.orders;

import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;

/** Finds the payments of orders whose payment or refund is in progress. */
@ApplicationScoped
public class FindUnsettled {
    private final OrderStore store;

    FindUnsettled(OrderStore store) {
        this.store = store;
    }

    /**
     * The first {@code most} of these payments after a reference, in the order of the references.
     *
     * @param after empty for the first page
     */
    public Uni<List<String>> payments(String after, int most) {
        return store.unsettledPayments(after, most);
    }
}
