package dev.orderonce.orders;

import dev.orderonce.identity.Buyer;
import dev.orderonce.numbers.Fate;
import dev.orderonce.numbers.Ledger;
import dev.orderonce.numbers.OrderNumber;
import dev.orderonce.numbers.Why;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;

/** The table of orders as the numbers see it: whether something stands under them, not what. */
@ApplicationScoped
class OrderLedger implements Ledger {
    private final OrderStore store;

    OrderLedger(OrderStore store) {
        this.store = store;
    }

    @Override
    public Uni<Fate> fateOf(OrderNumber number) {
        return store.find(number).map(found -> found.map(OrderLedger::fate).orElseGet(Fate.Undecided::new));
    }

    @Override
    public Uni<Fate> bury(OrderNumber number, Buyer buyer, Why why, Instant at) {
        return store.decide(new Tombstone(number, buyer, why, at)).map(decision -> fate(decision.standing()));
    }

    private static Fate fate(Standing standing) {
        return switch (standing) {
            case Order order -> new Fate.Ordered(order.buyer());
            case Tombstone tombstone -> new Fate.Buried(tombstone.buyer(), tombstone.why());
        };
    }
}
