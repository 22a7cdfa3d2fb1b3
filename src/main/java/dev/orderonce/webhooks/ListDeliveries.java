package dev.orderonce.webhooks;

import dev.orderonce.http.Outcome;
import dev.orderonce.postgres.KeysetPage;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Optional;

/** Lists the attempts to deliver to an endpoint, a page at a time. */
@ApplicationScoped
class ListDeliveries {
    private final WebhookReader reader;

    ListDeliveries(WebhookReader reader) {
        this.reader = reader;
    }

    /** Every outcome of listing deliveries. */
    sealed interface Listing extends Outcome {
        /** A parameter is not valid. */
        record BadParameter(String why) implements Listing {}

        /** There is no such endpoint. */
        record Absent() implements Listing {}

        /**
         * One page, the latest first.
         *
         * @param after the cursor of the next page; empty on the last page
         */
        record Page(List<Delivery> deliveries, Optional<Long> after) implements Listing {}

        @Override
        default String label() {
            return switch (this) {
                case BadParameter _ -> "bad-parameter";
                case Absent _ -> "absent";
                case Page _ -> "page";
            };
        }
    }

    /**
     * Lists the attempts to deliver to an endpoint.
     *
     * @param after where the page begins; empty for the first page
     * @param limit 1 to {@value KeysetPage#LARGEST}
     */
    Uni<Listing> list(WebhookId id, Optional<Long> after, int limit) {
        Optional<String> refusal = KeysetPage.refusal(limit);
        if (refusal.isPresent()) {
            return Uni.createFrom().item(new Listing.BadParameter(refusal.get()));
        }
        return reader.find(id)
                .chain(found -> found.isEmpty()
                        ? Uni.createFrom().item(new Listing.Absent())
                        : reader.deliveries(id, after, limit).map(page -> new Listing.Page(page.rows(), page.after())));
    }
}
