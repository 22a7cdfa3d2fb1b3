package dev.orderonce.orders;

import dev.orderonce.admission.AdmitNumber;
import dev.orderonce.idempotency.CreateOnce;
import dev.orderonce.idempotency.Created;
import dev.orderonce.idempotency.Creation;
import dev.orderonce.idempotency.IdempotencyKey;
import dev.orderonce.identity.Buyer;
import dev.orderonce.numbers.OrderNumber;
import dev.orderonce.numbers.Validity;
import dev.orderonce.orders.PlaceOrder.Wanted;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;

/** Turns a client's key and a draft into at most one order, however often it is asked. */
@ApplicationScoped
class PlaceByKey {
    private final CreateOnce once;
    private final AdmitNumber admitNumber;
    private final ConfirmationPolicy askFirst;
    private final OrderStore store;
    private final Validity validity;

    PlaceByKey(
            CreateOnce once,
            AdmitNumber admitNumber,
            ConfirmationPolicy askFirst,
            OrderStore store,
            Validity validity) {
        this.once = once;
        this.admitNumber = admitNumber;
        this.askFirst = askFirst;
        this.store = store;
        this.validity = validity;
    }

    Uni<Placement> place(Buyer buyer, IdempotencyKey key, Wanted wanted) {
        OrderNumber number = OrderNumber.ofClientKey(buyer, key.text());
        return once.create(new OneOrder(buyer, key, number, wanted)).chain(created -> switch (created) {
            case Created.Stands<Placement>(Placement judged) ->
                admitNumber.note(number, buyer, "again").replaceWith(judged);
            case Created.InFlight<Placement> _ -> item(new Placement.InFlight());
            case Created.Refused<Placement>(Placement refusal) -> item(refusal);
            case Created.Made<Placement>(Placement placed) -> item(placed);
        });
    }

    private static Uni<Placement> item(Placement placement) {
        return Uni.createFrom().item(placement);
    }

    /** The order that this key stands for, as whoever asks for it is told. */
    private final class OneOrder implements Creation<Placement> {
        private final Buyer buyer;
        private final IdempotencyKey key;
        private final OrderNumber number;
        private final OrderDraft draft;
        private final Optional<Placement> refusal;

        OneOrder(Buyer buyer, IdempotencyKey key, OrderNumber number, Wanted wanted) {
            this.buyer = buyer;
            this.key = key;
            this.number = number;
            this.draft = wanted.draft();
            this.refusal = wanted.refusal();
        }

        @Override
        public String mark() {
            return "once:o:{" + number.symbols() + '}';
        }

        @Override
        public Uni<Optional<Placement>> find() {
            return store.find(number).map(found -> found.map(this::judge));
        }

        @Override
        public Uni<Created<Placement>> make() {
            Uni<Optional<Placement>> asked = refusal.isPresent()
                    ? Uni.createFrom().item(refusal)
                    : askFirst.ask(buyer, number, askFirst.likeness(draft));
            return asked.chain(refused -> refused.map(this::refuse).orElseGet(this::offer));
        }

        /** An order that stands is found before anything can refuse the request. */
        private Uni<Created<Placement>> refuse(Placement refusal) {
            return find().map(found ->
                    found.<Created<Placement>>map(Created.Stands::new).orElseGet(() -> new Created.Refused<>(refusal)));
        }

        private Uni<Created<Placement>> offer() {
            Order offered = Order.placed(number, Optional.of(key), buyer, draft, validity.now());
            return store.decide(offered)
                    .chain(decision -> decision.isOurs()
                            ? Uni.createFrom().item(new Created.Made<>(new Placement.Placed(offered)))
                            : stoodAlready(decision.standing()));
        }

        /** Nobody knew of it any more but PostgreSQL, so it was counted as a new one. */
        private Uni<Created<Placement>> stoodAlready(DecidedNumber standing) {
            return admitNumber.giveBack(buyer).replaceWith(() -> new Created.Stands<>(judge(standing)));
        }

        /**
         * The number is a digest: whether it is this key's is told by the key that is stored with
         * it, and another's order is never shown.
         */
        private Placement judge(DecidedNumber standing) {
            return standing instanceof Order order
                            && order.buyer().equals(buyer)
                            && order.clientKey().equals(Optional.of(key))
                    ? ReplayCheck.of(buyer, draft, order)
                    : new Placement.KeyCollides();
        }
    }
}
