package dev.orderonce.orders;

import dev.orderonce.orders.FindOrder.Finding;
import dev.orderonce.stores.StoreUnavailable;
import dev.orderonce.stores.StoreUnavailable.Store;

import io.smallrye.mutiny.Uni;

import jakarta.enterprise.context.ApplicationScoped;

import java.util.List;

/** Tells what has happened to an order. */
@ApplicationScoped
public class ListEvents {
    private final OrderStore store;

    ListEvents(OrderStore store) {
        this.store = store;
    }

    /** Every way it can end. */
    public sealed interface History {
        /** No such order, or none that the asker may see. */
        record Absent() implements History {}

        /** PostgreSQL did not answer. */
        record Unavailable(Store silent) implements History {}

        record Told(List<OrderEvent> events) implements History {}
    }

    /** The events of an order that was found for whoever asks. */
    public Uni<History> of(Finding finding) {
        return switch (finding) {
            case Finding.Absent absent -> Uni.createFrom().item(new History.Absent());
            case Finding.Unavailable(Store silent) ->
                    Uni.createFrom().item(new History.Unavailable(silent));
            case Finding.Found(Order order) ->
                    store.events(order.number())
                            .<History>map(History.Told::new)
                            .onFailure(StoreUnavailable.class)
                            .recoverWithItem(silent -> new History.Unavailable(silent.store()));
        };
    }
}
