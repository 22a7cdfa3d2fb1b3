package dev.orderonce.orders;

import dev.orderonce.identity.Buyer;
import dev.orderonce.numbers.OrderNumber;
import dev.orderonce.numbers.Validity;
import dev.orderonce.once.ClientKey;
import dev.orderonce.once.CreateOnce;
import dev.orderonce.once.Created;
import dev.orderonce.once.Creation;

import io.smallrye.mutiny.Uni;

import jakarta.enterprise.context.ApplicationScoped;

import java.util.Optional;

/** Turns a client's key and a draft into at most one order, however often it is asked. */
@ApplicationScoped
class PlaceByKey {
    private final CreateOnce once;
    private final OrderStore store;
    private final Validity validity;

    PlaceByKey(CreateOnce once, OrderStore store, Validity validity) {
        this.once = once;
        this.store = store;
        this.validity = validity;
    }

    Uni<Placement> place(Buyer buyer, ClientKey key, OrderDraft draft) {
        OrderNumber number = OrderNumber.ofClientKey(buyer, key.text());
        return once.create(new OneOrder(buyer, key, number, draft))
                .map(
                        created ->
                                switch (created) {
                                    case Created.Stands<Standing>(Standing standing) ->
                                            judge(buyer, key, draft, standing);
                                    case Created.InFlight<Standing> busy ->
                                            new Placement.InFlight();
                                    case Created.Unavailable<Standing>(var silent) ->
                                            new Placement.Unavailable(silent);
                                    case Created.Made<Standing>(Order order) ->
                                            new Placement.Placed(order);
                                    case Created.Made<Standing>(Tombstone impossible) ->
                                            throw new IllegalStateException(
                                                    "no key is ever spent without an order");
                                });
    }

    /**
     * The number is a digest: whether it is this key's is told by the key that is stored with it,
     * and another's order is never shown.
     */
    private static Placement judge(
            Buyer buyer, ClientKey key, OrderDraft draft, Standing standing) {
        return standing instanceof Order order
                        && order.buyer().equals(buyer)
                        && order.clientKey().equals(Optional.of(key))
                ? Judgement.of(buyer, draft, order)
                : new Placement.KeyCollides();
    }

    /** The order that this key stands for. */
    private final class OneOrder implements Creation<Standing> {
        private final Buyer buyer;
        private final ClientKey key;
        private final OrderNumber number;
        private final OrderDraft draft;

        OneOrder(Buyer buyer, ClientKey key, OrderNumber number, OrderDraft draft) {
            this.buyer = buyer;
            this.key = key;
            this.number = number;
            this.draft = draft;
        }

        @Override
        public String mark() {
            return "once:o:{" + number.symbols() + '}';
        }

        @Override
        public Uni<Optional<Standing>> find() {
            return store.find(number);
        }

        @Override
        public Uni<Created<Standing>> make() {
            Order offered = Order.placed(number, Optional.of(key), buyer, draft, validity.now());
            return store.decide(offered)
                    .map(
                            decision ->
                                    decision.isOurs()
                                            ? new Created.Made<>(decision.standing())
                                            : new Created.Stands<>(decision.standing()));
        }
    }
}
