package dev.orderonce.orders;

import dev.orderonce.identity.Buyer;
import dev.orderonce.issuing.NumberRegistry;
import dev.orderonce.issuing.NumberStatus;
import dev.orderonce.numbers.OrderNumber;
import dev.orderonce.numbers.VoidReason;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.Optional;

/** The orders table as a registry of numbers: whether a number is decided, and by which buyer's order or tombstone. */
@ApplicationScoped
class OrderRegistry implements NumberRegistry {
    private final OrderStore store;

    OrderRegistry(OrderStore store) {
        this.store = store;
    }

    @Override
    public Uni<NumberStatus> statusOf(OrderNumber number) {
        return store.find(number).map(found -> found.map(OrderRegistry::status).orElseGet(NumberStatus.Undecided::new));
    }

    @Override
    public Uni<Optional<OrderNumber>> orderOf(Buyer buyer, String checkout) {
        return store.findOrder(buyer, checkout).map(found -> found.map(Order::number));
    }

    @Override
    public Uni<NumberStatus> voidIfUndecided(OrderNumber number, Buyer buyer, VoidReason reason, Instant at) {
        return store.insertUnlessDecided(new Tombstone(number, Optional.empty(), buyer, reason, at))
                .map(OrderRegistry::status);
    }

    private static NumberStatus status(DecidedNumber row) {
        return switch (row) {
            case Order order -> new NumberStatus.Placed(order.buyer());
            case Tombstone tombstone -> new NumberStatus.Voided(tombstone.buyer(), tombstone.reason());
        };
    }
}
