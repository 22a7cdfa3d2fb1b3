package dev.orderonce.disputes;

import dev.orderonce.admission.FindResubmissions;
import dev.orderonce.admission.Resubmission;
import dev.orderonce.disputes.StoredEvidence.StoredOrder;
import dev.orderonce.orders.Order;
import dev.orderonce.orders.OrderHistory;
import dev.orderonce.stores.StoreUnavailable;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import org.jboss.logging.Logger;

/** Gathers the evidence of a dispute: its orders with their events, and their resubmissions from Redis. */
@ApplicationScoped
class GatherEvidence {
    private static final Logger LOG = Logger.getLogger(GatherEvidence.class);

    private final FindResubmissions findResubmissions;
    private final Clock clock;

    GatherEvidence(FindResubmissions findResubmissions, Clock clock) {
        this.findResubmissions = findResubmissions;
        this.clock = clock;
    }

    /**
     * Gathers it. Without Redis the resubmissions are unknown, and the evidence says so: a buyer can open a dispute all
     * the same.
     *
     * @param other the order that the disputed one is said to be a duplicate of
     */
    Uni<StoredEvidence> gather(OrderHistory disputed, Optional<OrderHistory> other) {
        Uni<Optional<StoredOrder>> ofOther = other.map(
                        history -> evidenceOf(history).map(Optional::of))
                .orElseGet(() -> Uni.createFrom().item(Optional.empty()));
        return Uni.combine()
                .all()
                .unis(evidenceOf(disputed), ofOther)
                .with((order, duplicateOf) -> new StoredEvidence(clock.instant(), order, duplicateOf));
    }

    private Uni<StoredOrder> evidenceOf(OrderHistory history) {
        return resubmissionsOf(history.order()).map(found -> StoredOrder.of(history, found));
    }

    private Uni<Optional<List<Resubmission>>> resubmissionsOf(Order order) {
        return findResubmissions
                .of(order.buyer(), order.number())
                .map(Optional::of)
                .onFailure(StoreUnavailable.class)
                .recoverWithItem(unavailable -> {
                    LOG.debugf("the resubmissions of an order are unknown: %s", unavailable.getMessage());
                    return Optional.empty();
                });
    }
}
