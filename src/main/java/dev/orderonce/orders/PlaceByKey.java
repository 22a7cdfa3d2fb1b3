package dev.orderonce.orders;

import dev.orderonce.admission.AdmitNumber;
import dev.orderonce.admission.Resubmission;
import dev.orderonce.admission.VerifyNumber;
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
    private final VerifyNumber verifyNumber;
    private final AdmitNumber admitNumber;
    private final DuplicateCheck duplicateCheck;
    private final OrderStore store;
    private final Validity validity;

    PlaceByKey(
            CreateOnce createOnce,
            VerifyNumber verifyNumber,
            AdmitNumber admitNumber,
            DuplicateCheck duplicateCheck,
            OrderStore store,
            Validity validity) {
        this.createOnce = createOnce;
        this.verifyNumber = verifyNumber;
        this.admitNumber = admitNumber;
        this.duplicateCheck = duplicateCheck;
        this.store = store;
        this.validity = validity;
    }

    Uni<Placement> place(Buyer buyer, Actor by, IdempotencyKey key, CheckedDraft checked) {
        OrderNumber number = OrderNumber.ofClientKey(buyer, key.text());
        return createOnce.create(new OneOrder(buyer, by, key, number, checked)).chain(created -> switch (created) {
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

        /** An order that was claimed from a guest has the key, and a number that was derived from the guest. */
        @Override
        public Uni<Optional<Placement>> find() {
            return store.find(number)
                    .chain(found -> found.isPresent() ? Uni.createFrom().item(found) : store.find(buyer, key))
                    .chain(found -> found.map(row -> replay(row).map(Optional::of))
                            .orElseGet(() -> Uni.createFrom().item(Optional.empty())));
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
            return admitNumber.giveBack(buyer).chain(() -> replay(row)).map(Created.Existing::new);
        }

        /**
         * Compares the stored key, because the number is only a digest of buyer and key: another key's order is never
         * returned. An order that was claimed from the caller, a guest, has no key if its new buyer has used the same
         * one.
         */
        private Uni<Placement> replay(DecidedNumber row) {
            if (!(row instanceof Order order)) {
                return item(new Placement.KeyCollides());
            }
            boolean isOfKey = order.clientKey().equals(Optional.of(key));
            boolean isClaimed = !order.buyer().equals(buyer);
            return verifyNumber
                    .isOwn(order.buyer(), buyer, buyer)
                    .map(isOwn ->
                            isOwn && (isOfKey || (isClaimed && order.clientKey().isEmpty()))
                                    ? ReplayCheck.of(order.buyer(), order.number(), draft, order)
                                    : new Placement.KeyCollides());
        }
    }
}
