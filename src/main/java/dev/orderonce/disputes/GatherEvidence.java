package dev.orderonce.disputes;

import dev.orderonce.admission.FindResubmissions;
import dev.orderonce.admission.Resubmission;
import dev.orderonce.disputes.Evidence.OrderEvidence;
import dev.orderonce.orders.ListEvents;
import dev.orderonce.orders.Order;
import dev.orderonce.orders.OrderEvent;
import dev.orderonce.stores.StoreUnavailable;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import org.jboss.logging.Logger;

/** Gathers what is known of a dispute's orders, so that nobody has to. */
@ApplicationScoped
class GatherEvidence {
    private static final Logger LOG = Logger.getLogger(GatherEvidence.class);

    /** An order has some ten; only one that is declined again and again has more than this. */
    private static final int MOST_EVENTS = 200;

    private final ListEvents listEvents;
    private final FindResubmissions findSubmits;
    private final Clock clock;

    GatherEvidence(ListEvents listEvents, FindResubmissions findSubmits, Clock clock) {
        this.listEvents = listEvents;
        this.findSubmits = findSubmits;
        this.clock = clock;
    }

    /**
     * Gathers it.
     *
     * @param other the order that the other one is a duplicate of, if that is what is said
     * @return fails with {@link StoreUnavailable} if PostgreSQL does not answer
     */
    Uni<Evidence> gather(Order order, Optional<Order> other) {
        Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
        return evidenceOf(order)
                .chain(ofOrder -> evidenceOf(other).map(ofOther -> new Evidence(now, ofOrder, ofOther.orElse(null))));
    }

    private Uni<Optional<OrderEvidence>> evidenceOf(Optional<Order> order) {
        return order.isEmpty()
                ? Uni.createFrom().item(Optional.empty())
                : evidenceOf(order.get()).map(Optional::of);
    }

    private Uni<OrderEvidence> evidenceOf(Order order) {
        return eventsOf(order)
                .chain(events -> submitsOf(order).map(submits -> OrderEvidence.of(order, events, submits)));
    }

    private Uni<List<OrderEvent>> eventsOf(Order order) {
        return listEvents.latest(order.number(), MOST_EVENTS);
    }

    /** Without Redis it is not known, and said so: a buyer is not sent away because of it. */
    private Uni<Optional<List<Resubmission>>> submitsOf(Order order) {
        return findSubmits
                .of(order.buyer(), order.number())
                .map(Optional::of)
                .onFailure(StoreUnavailable.class)
                .invoke(silent -> LOG.debugf("submits are not known: %s", silent.getMessage()))
                .onFailure(StoreUnavailable.class)
                .recoverWithItem(silent -> Optional.empty());
    }
}
