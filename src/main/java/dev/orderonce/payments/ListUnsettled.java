package dev.orderonce.payments;

import dev.orderonce.http.Outcome;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;

/** Lists, for support, the payments whose result the provider has not confirmed for long. */
@ApplicationScoped
public class ListUnsettled {
    /** As many as one person can examine. */
    static final int MOST = 100;

    private final PaymentReader reader;

    ListUnsettled(PaymentReader reader) {
        this.reader = reader;
    }

    /** Unsettled payments, the oldest first. */
    public record Listing(List<Payment> payments) implements Outcome {
        @Override
        public String label() {
            return "told";
        }
    }

    /**
     * Lists at most {@value #MOST} unsettled payments, the oldest first.
     *
     * @return fails with {@link dev.orderonce.stores.StoreUnavailable} if PostgreSQL does not answer
     */
    public Uni<Listing> list() {
        return reader.unsettled(PaymentJobs.ATTEMPTS_UNTIL_SUPPORT, MOST).map(Listing::new);
    }
}
