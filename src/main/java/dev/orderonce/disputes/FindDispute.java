package dev.orderonce.disputes;

import dev.orderonce.http.Outcome;
import dev.orderonce.identity.Buyer;
import dev.orderonce.stores.StoreUnavailable;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;

/** Finds one dispute for somebody who may see it; anybody else's reads as absent. */
@ApplicationScoped
public class FindDispute {
    private final DisputeStore store;

    FindDispute(DisputeStore store) {
        this.store = store;
    }

    /** Every way the search can end. */
    public sealed interface Finding extends Outcome {
        /** No such dispute, or none that the asker may see. */
        record Absent() implements Finding {}

        /** The dispute as it is now. */
        record Found(DisputeDetails dossier) implements Finding {}

        @Override
        default String label() {
            return switch (this) {
                case Absent _ -> "absent";
                case Found _ -> "found";
            };
        }
    }

    /**
     * Finds it.
     *
     * @param as a buyer sees their own; everybody else sees all
     */
    public Uni<Finding> find(Buyer asking, Party as, String written) {
        return standing(asking, as, written)
                .chain(found ->
                        found.map(this::tell).orElseGet(() -> Uni.createFrom().item(new Finding.Absent())));
    }

    private Uni<Finding> tell(Dispute dispute) {
        return store.dossier(dispute).map(Finding.Found::new);
    }

    /**
     * For somebody who is about to do something with it.
     *
     * @return fails with {@link StoreUnavailable} if PostgreSQL does not answer
     */
    Uni<Optional<Dispute>> standing(Buyer asking, Party as, String written) {
        Optional<DisputeId> id = DisputeId.read(written);
        return id.isEmpty()
                ? Uni.createFrom().item(Optional.empty())
                : store.find(id.get()).map(found -> found.filter(dispute -> maySee(asking, as, dispute)));
    }

    private static boolean maySee(Buyer asking, Party as, Dispute dispute) {
        return as != Party.BUYER || dispute.buyer().equals(asking);
    }
}
