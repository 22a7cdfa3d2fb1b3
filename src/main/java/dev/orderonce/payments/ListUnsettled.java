package dev.orderonce.payments;

import dev.orderonce.http.Outcome;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;

/** Shows support the payments whose end the provider has not told for long. */
@ApplicationScoped
public class ListUnsettled {
    /** What one person can look into; the oldest first. */
    static final int MOST = 100;

    private final PaymentStore store;

    ListUnsettled(PaymentStore store) {
        this.store = store;
    }

    /** Every way it can end. */
    public sealed interface Listing extends Outcome {
        record Told(List<Payment> payments) implements Listing {}

        @Override
        default String label() {
            return switch (this) {
                case Told _ -> "told";
            };
        }
    }

    /**
     * Lists them.
     *
     * @return fails with {@link dev.orderonce.stores.StoreUnavailable} if PostgreSQL does not answer
     */
    public Uni<Listing> list() {
        return store.unsettled(PaymentJobs.ATTEMPTS_UNTIL_SUPPORT, MOST).<Listing>map(Listing.Told::new);
    }
}
