package dev.orderonce.orders;

import dev.orderonce.admission.Admission;
import dev.orderonce.admission.AdmitNumber;
import dev.orderonce.admission.Admittance;
import dev.orderonce.admission.ContentClaim;
import dev.orderonce.admission.RateLimited;
import dev.orderonce.admission.VerifyNumber;
import dev.orderonce.identity.Actor;
import dev.orderonce.identity.Buyer;
import dev.orderonce.numbers.OrderNumber;
import dev.orderonce.numbers.Validity;
import dev.orderonce.numbers.VoidReason;
import dev.orderonce.orders.PlaceOrder.CheckedDraft;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;

/** Places at most one order per issued number, however often the request is repeated. */
@ApplicationScoped
class PlaceByNumber {
    private final VerifyNumber verifyNumber;
    private final AdmitNumber admitNumber;
    private final DuplicateCheck duplicateCheck;
    private final OrderStore store;
    private final Validity validity;

    PlaceByNumber(
            VerifyNumber verifyNumber,
            AdmitNumber admitNumber,
            DuplicateCheck duplicateCheck,
            OrderStore store,
            Validity validity) {
        this.verifyNumber = verifyNumber;
        this.admitNumber = admitNumber;
        this.duplicateCheck = duplicateCheck;
        this.store = store;
        this.validity = validity;
    }

    Uni<Placement> place(Buyer buyer, Actor by, String written, CheckedDraft checked) {
        return OrderNumber.read(written)
                .map(number -> number.isIssuable()
                        ? placeIssued(buyer, by, number, checked)
                        : replayOfClientKey(buyer, number, checked.draft()))
                .orElseGet(() -> item(new Placement.NotYours()));
    }

    private Uni<Placement> placeIssued(Buyer buyer, Actor by, OrderNumber number, CheckedDraft checked) {
        return switch (verifyNumber.verify(number, buyer)) {
            case VerifyNumber.Owner.Self _ -> place(buyer, buyer, by, number, checked);
            case VerifyNumber.Owner.Other _ ->
                verifyNumber
                        .guestOf(number, buyer)
                        .chain(guest -> guest.map(issuedTo -> place(buyer, issuedTo, by, number, checked))
                                .orElseGet(() -> replayOwn(buyer, number, checked.draft(), new Placement.NotYours())));
            case VerifyNumber.Owner.TooManyWrong(RateLimited limited) ->
                replayOwn(buyer, number, checked.draft(), new Placement.Limited(limited));
        };
    }

    private Uni<Placement> place(Buyer buyer, Buyer issuedTo, Actor by, OrderNumber number, CheckedDraft checked) {
        return new Request(
                        buyer,
                        issuedTo,
                        by,
                        number,
                        checked.draft(),
                        checked.refusal(),
                        checked.draft().checkout())
                .place();
    }

    /** Replays without a limit, and whomever the number was issued to: the buyer knows their own order already. */
    private Uni<Placement> replayOwn(Buyer buyer, OrderNumber number, OrderDraft draft, Placement refusal) {
        return store.findOwnOrder(number, buyer)
                .map(found -> found.map(order -> ReplayCheck.of(buyer, number, draft, order))
                        .orElse(refusal));
    }

    /**
     * Replays a number that was never issued: it may be that of an order which the buyer placed under an idempotency
     * key. No order can be placed under it.
     */
    private Uni<Placement> replayOfClientKey(Buyer buyer, OrderNumber number, OrderDraft draft) {
        return store.find(number)
                .map(found -> found.map(row -> ReplayCheck.of(buyer, number, draft, row))
                        .orElseGet(Placement.NotYours::new));
    }

    private static Uni<Placement> item(Placement placement) {
        return Uni.createFrom().item(placement);
    }

    /** One request under a number that was issued to its buyer, or to a guest whom the buyer has claimed. */
    private final class Request {
        private final Buyer buyer;

        /** Redis knows the number under this name. */
        private final Buyer issuedTo;

        private final Actor by;
        private final OrderNumber number;
        private final OrderDraft draft;
        private final Optional<Placement> refusal;

        /** The number's own, as soon as it is known; before that, and without Redis, what the request names. */
        private final Optional<String> checkout;

        Request(
                Buyer buyer,
                Buyer issuedTo,
                Actor by,
                OrderNumber number,
                OrderDraft draft,
                Optional<Placement> refusal,
                Optional<String> checkout) {
            this.buyer = buyer;
            this.issuedTo = issuedTo;
            this.by = by;
            this.number = number;
            this.draft = draft;
            this.refusal = refusal;
            this.checkout = checkout;
        }

        Uni<Placement> place() {
            return refusal.map(this::refuseUnlessPlaced).orElseGet(this::admit);
        }

        private Request of(Admittance<?> admittance) {
            return new Request(buyer, issuedTo, by, number, draft, refusal, admittance.checkout());
        }

        private Uni<Placement> admit() {
            ContentClaim claim = ConfirmationPolicy.claim(draft);
            return admitNumber
                    .admit(number, issuedTo, draft.checkout(), claim)
                    .onItemOrFailure()
                    .transformToUni((admittance, failure) -> failure != null
                            ? findOr(Uni.createFrom().failure(failure))
                            : of(admittance).place(admittance.admission(), claim));
        }

        private Uni<Placement> place(Admission admission, ContentClaim claim) {
            return switch (admission) {
                case Admission.Admitted _ -> insertOrder();
                case Admission.SeenBefore _ -> findOr(checkAgain(claim));
                case Admission.OtherCheckout _ -> findUnderNumberOr(item(new Placement.OtherCheckout()));
                case Admission.Refused(VoidReason reason, boolean isFinal) -> findOr(refuse(reason, isFinal));
                case RateLimited limited -> findOr(item(new Placement.Limited(limited)));
                case Admission.PossibleDuplicate duplicate ->
                    insertUnless(duplicateCheck.compare(issuedTo, number, claim, duplicate));
            };
        }

        /** Refuses the draft unless its order exists; Redis neither sets a marker nor counts the request. */
        private Uni<Placement> refuseUnlessPlaced(Placement refusal) {
            return admitNumber
                    .lookUp(number, issuedTo, draft.checkout())
                    .onItemOrFailure()
                    .transformToUni((admittance, failure) -> failure != null
                            ? findOr(Uni.createFrom().failure(failure))
                            : of(admittance).refuseUnlessPlaced(admittance.admission(), refusal));
        }

        private Uni<Placement> refuseUnlessPlaced(Admission.LookUp admission, Placement refusal) {
            return switch (admission) {
                case Admission.Admitted _ -> findOr(item(refusal));
                case Admission.Refused(VoidReason reason, boolean isFinal) -> findOr(refuse(reason, isFinal));
            };
        }

        /**
         * Finds the checkout's order, or what exists under the number, before anything can refuse the request.
         *
         * @param undecided subscribed to only if neither exists
         */
        private Uni<Placement> findOr(Uni<Placement> undecided) {
            return replayOr(store.find(number, buyer, checkout), undecided);
        }

        /** The checkout that the request names is not the number's: its order must not be the response. */
        private Uni<Placement> findUnderNumberOr(Uni<Placement> undecided) {
            return replayOr(store.find(number), undecided);
        }

        private Uni<Placement> replayOr(Uni<Optional<DecidedNumber>> finding, Uni<Placement> undecided) {
            return finding.chain(found -> found.map(this::replay).orElse(undecided));
        }

        private Uni<Placement> replay(DecidedNumber row) {
            return verifyNumber
                    .isOwn(row.buyer(), buyer, issuedTo)
                    .map(isOwn -> isOwn ? ReplayCheck.of(row.buyer(), number, draft, row) : new Placement.NotYours());
        }

        /** The number was tried before, and no order exists under it. */
        private Uni<Placement> checkAgain(ContentClaim claim) {
            return Uni.createFrom().deferred(() -> insertUnless(duplicateCheck.check(issuedTo, number, claim)));
        }

        /** The order that refuses this one may be the checkout's, or this number's own. */
        private Uni<Placement> insertUnless(Uni<Optional<Placement>> refusal) {
            return refusal.chain(
                    refused -> refused.map(why -> findOr(item(why))).orElseGet(this::insertOrder));
        }

        private Uni<Placement> refuse(VoidReason reason, boolean isFinal) {
            return isFinal
                    ? item(new Placement.NumberSpent(number, reason))
                    : Uni.createFrom()
                            .deferred(() -> store.insertUnlessDecided(
                                            new Tombstone(number, Optional.empty(), buyer, reason, validity.now()))
                                    .chain(this::replay));
        }

        private Uni<Placement> insertOrder() {
            Order order = Order.placed(number, Optional.empty(), buyer, draft.completing(checkout), validity.now());
            return store.insert(order, by).chain(decision -> switch (decision) {
                case Decision.Inserted _ -> item(new Placement.Placed(order));
                case Decision.Existing(DecidedNumber row) -> replay(row);
                case Decision.ReferenceTaken(var own) -> item(new Placement.ReferenceTaken(own));
            });
        }
    }
}
