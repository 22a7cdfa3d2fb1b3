package dev.orderonce.orders;

import dev.orderonce.admission.AdmitNumber;
import dev.orderonce.admission.Resubmission;
import dev.orderonce.idempotency.CreateOnce;
import dev.orderonce.idempotency.Created;
import dev.orderonce.idempotency.Creation;
import dev.orderonce.idempotency.IdempotencyKey;
import dev.orderonce.identity.Actor;
import dev.orderonce.identity.Buyer;
import dev.orderonce.numbers.OrderNumber;
import dev.orderonce.numbers.Validity;
import dev.orderonce.orders.PlaceOrder.CheckedDraft;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;

/** Places at most one order per idempotency key, however often the request is repeated. */
@ApplicationScoped
class PlaceByKey {
    private final CreateOnce createOnce;
    private final LookUpKey lookUpKey;
    private final AdmitNumber admitNumber;
    private final DuplicateCheck duplicateCheck;
    private final OrderStore store;
    private final Validity validity;

    PlaceByKey(
            CreateOnce createOnce,
            LookUpKey lookUpKey,
            AdmitNumber admitNumber,
            DuplicateCheck duplicateCheck,
            OrderStore store,
            Validity validity) {
        this.createOnce = createOnce;
        this.lookUpKey = lookUpKey;
        this.admitNumber = admitNumber;
        this.duplicateCheck = duplicateCheck;
        this.store = store;
        this.validity = validity;
    }

    Uni<Placement> place(Buyer buyer, Actor by, IdempotencyKey key, CheckedDraft checked) {
        OrderNumber number = OrderNumber.ofClientKey(buyer, key.text());
        return createOnce.create(new OneOrder(buyer, by, key, number, checked)).chain(created -> switch (created) {
            case Created.Existing<Placement>(Placement.KeyVoided voided) -> item(voided);
            case Created.Existing<Placement>(Placement replay) ->
                admitNumber
                        .recordResubmission(number, buyer, Resubmission.AGAIN)
                        .replaceWith(replay);
            case Created.InFlight<Placement> _ -> item(new Placement.InFlight());
            case Created.Refused<Placement>(Placement refusal) -> item(refusal);
            case Created.Made<Placement>(Placement placed) -> item(placed);
        });
    }

    private static Uni<Placement> item(Placement placement) {
        return Uni.createFrom().item(placement);
    }

    /** The order of one key, as the response to a request for it. */
    private final class OneOrder implements Creation<Placement> {
        private final Buyer buyer;
        private final Actor by;
        private final IdempotencyKey key;
        private final OrderNumber number;
        private final OrderDraft draft;
        private final Optional<Placement> refusal;

        OneOrder(Buyer buyer, Actor by, IdempotencyKey key, OrderNumber number, CheckedDraft checked) {
            this.buyer = buyer;
            this.by = by;
            this.key = key;
            this.number = number;
            this.draft = checked.draft();
            this.refusal = checked.refusal();
        }

        @Override
        public String marker() {
            return "once:o:{" + number.symbols() + '}';
        }

        @Override
        public Uni<Optional<Placement>> find() {
            return lookUpKey.find(buyer, key).map(this::replay);
        }

        @Override
        public Uni<Created<Placement>> make() {
            Uni<Optional<Placement>> refused = refusal.isPresent()
                    ? Uni.createFrom().item(refusal)
                    : duplicateCheck.check(buyer, number, ConfirmationPolicy.claim(draft));
            return refused.chain(refusal -> refusal.map(this::refuse).orElseGet(this::insert));
        }

        /** An existing order is found before anything can refuse the request. */
        private Uni<Created<Placement>> refuse(Placement refusal) {
            return find().map(found -> found.<Created<Placement>>map(Created.Existing::new)
                    .orElseGet(() -> new Created.Refused<>(refusal)));
        }

        private Uni<Created<Placement>> insert() {
            Order order = Order.placed(number, Optional.of(key), buyer, draft, validity.now());
            return store.insert(order, by).chain(decision -> switch (decision) {
                case Decision.Inserted _ -> Uni.createFrom().item(new Created.Made<>(new Placement.Placed(order)));
                case Decision.Existing(DecidedNumber row) -> existing(row);
                case Decision.ReferenceTaken(var own) ->
                    admitNumber
                            .giveBack(buyer)
                            .replaceWith(() -> new Created.Refused<>(new Placement.ReferenceTaken(own)));
            });
        }

        /** Undoes the count of a new order: the marker had expired, so this replay was counted as one. */
        private Uni<Created<Placement>> existing(DecidedNumber row) {
            return admitNumber
                    .giveBack(buyer)
                    .chain(() -> lookUpKey.statusOf(row, buyer, key))
                    .map(status -> new Created.Existing<>(replay(status).orElseThrow()));
        }

        /** Empty if nothing exists under the key. */
        private Optional<Placement> replay(KeyStatus status) {
            return switch (status) {
                case KeyStatus.Unused _ -> Optional.empty();
                case KeyStatus.Placed(Order order) ->
                    Optional.of(ReplayCheck.of(order.buyer(), order.number(), draft, order));
                case KeyStatus.Voided _ -> Optional.of(new Placement.KeyVoided());
                case KeyStatus.Collides _ -> Optional.of(new Placement.KeyCollides());
            };
        }
    }
}
