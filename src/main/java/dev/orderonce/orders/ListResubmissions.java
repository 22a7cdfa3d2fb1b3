package dev.orderonce.orders;

import dev.orderonce.admission.FindResubmissions;
import dev.orderonce.admission.Resubmission;
import dev.orderonce.http.Outcome;
import dev.orderonce.orders.FindOrder.Finding;
import dev.orderonce.stores.StoreUnavailable;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;

/** Lists the requests that submitted an order again. */
@ApplicationScoped
public class ListResubmissions {
    private final FindResubmissions findResubmissions;

    ListResubmissions(FindResubmissions findResubmissions) {
        this.findResubmissions = findResubmissions;
    }

    /** Every outcome of listing. */
    public sealed interface Listing extends Outcome {
        /** There is no such order. */
        record Absent() implements Listing {}

        /** The resubmissions that Redis still has, the oldest first. */
        record Listed(List<Resubmission> resubmissions) implements Listing {}

        @Override
        default String label() {
            return switch (this) {
                case Absent _ -> "absent";
                case Listed _ -> "listed";
            };
        }
    }

    /**
     * Lists the resubmissions of an order that was found for the caller.
     *
     * @return fails with {@link StoreUnavailable} if Redis is unavailable
     */
    public Uni<Listing> of(Finding finding) {
        return switch (finding) {
            case Finding.Absent _ -> Uni.createFrom().item(new Listing.Absent());
            case Finding.Found(Order order) ->
                findResubmissions.of(order.buyer(), order.number()).map(Listing.Listed::new);
        };
    }
}
