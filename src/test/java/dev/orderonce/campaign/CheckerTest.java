package dev.orderonce.campaign;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orderonce.campaign.Facts.Dispute;
import dev.orderonce.campaign.Facts.Event;
import dev.orderonce.campaign.Facts.Message;
import dev.orderonce.campaign.Facts.Money;
import dev.orderonce.campaign.Facts.Name;
import dev.orderonce.campaign.Facts.Payment;
import dev.orderonce.campaign.Facts.Received;
import dev.orderonce.campaign.Facts.Refund;
import dev.orderonce.campaign.Facts.Row;
import dev.orderonce.campaign.Operation.Kind;
import dev.orderonce.campaign.Operation.Outcome;
import dev.orderonce.campaign.Verdict.Rule;
import dev.orderonce.campaign.Verdict.Violation;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The campaign's checker accepts a correct history, and finds what is wrong with a broken one. */
class CheckerTest {
    private static final String BUYER = "buyer";
    private static final String NUMBER = "0DB6HN4FV4FF8B4P9R";
    private static final String OTHER = "0DB6HP4FV4FF8B4P9S";
    private static final String PURCHASE = "tea";
    private static final String CHECKOUT = "checkout";
    private static final String KEY = "key-of-a-payment-00001";
    private static final String REFERENCE = "reference";
    private static final long AT = 1_800_000_000_000L;
    private static final long SECOND = 1_000_000L;
    private static final String DISPUTE = "D0DB6HN4FV4FF8B4P";
    private static final String RECORD = "record";
    private static final String WORK = "work";
    private static final String RESULT = "\"done\"";

    /** A purchase that was placed under a number, paid, and published. */
    private final List<Operation> operations = new ArrayList<>(List.of(
            place(NUMBER, 2).ended(Outcome.ACKNOWLEDGED, NUMBER, "", 1),
            operation(Kind.PAY, NUMBER, KEY, 0).ended(Outcome.ACKNOWLEDGED, NUMBER, "CAPTURED", 0)));

    private final Map<String, Row> rows = new HashMap<>(Map.of(NUMBER, row(NUMBER, "PAID", CHECKOUT, 2)));
    private final List<Payment> payments = new ArrayList<>(List.of(new Payment(REFERENCE, NUMBER, KEY, "CAPTURED")));
    private final Map<String, Integer> captures = new HashMap<>(Map.of(REFERENCE, 1));
    private final Map<String, Long> held = new HashMap<>(Map.of(REFERENCE, 2 * Operation.PRICE));
    private final List<String> complaints = new ArrayList<>();
    private final Map<String, List<Event>> events =
            new HashMap<>(Map.of(NUMBER, List.of(event(1, "PLACED"), event(2, "PAYMENT_BEGUN"), event(3, "PAID"))));
    private final Map<String, Long> streamed = new HashMap<>(Map.of(NUMBER, 0b1110L));
    private final List<Event> overtaken = new ArrayList<>();
    private final Map<String, Long> delivered = new HashMap<>(streamed);
    private final List<Event> deliveredTooEarly = new ArrayList<>();
    private final List<Refund> refunds = new ArrayList<>();
    private final Map<String, Dispute> disputes = new HashMap<>();
    private final List<Message> messages = new ArrayList<>();
    private final Map<String, Name> names = new HashMap<>();
    private long unsigned;
    private final List<Checker.Loss> losses = new ArrayList<>();

    private static Operation operation(Kind kind, String number, String key, long quantity) {
        return Operation.requested(1, kind, BUYER, PURCHASE, kind == Kind.PLACE ? CHECKOUT : "", number, key, quantity);
    }

    private static Operation place(String number, long quantity) {
        return operation(Kind.PLACE, number, "", quantity);
    }

    private static Row row(String number, String state, String checkout, long quantity) {
        return new Row(number, BUYER, state, checkout, "", PURCHASE, quantity, quantity * Operation.PRICE, 3);
    }

    private static Event event(int sequence, String kind) {
        return new Event(NUMBER, sequence, kind, AT);
    }

    private Verdict verdict() {
        return Checker.check(
                operations,
                new Facts(
                        rows,
                        new Money(payments, refunds, captures, held, complaints),
                        events,
                        new Received(streamed, overtaken, 0),
                        new Received(delivered, deliveredTooEarly, unsigned),
                        disputes,
                        messages,
                        names),
                losses);
    }

    private List<Rule> broken() {
        return verdict().violations().stream().map(Violation::rule).distinct().toList();
    }

    @Test
    void correctHistory_isAccepted() {
        // Given the purchase, When it is checked
        Verdict verdict = verdict();

        // Then
        assertThat(verdict.violations()).isEmpty();
        assertThat(verdict.acknowledged()).isEqualTo(1);
        assertThat(verdict.orders()).isEqualTo(1);
        assertThat(verdict.captures()).isEqualTo(1);
        assertThat(verdict.events()).isEqualTo(3);
    }

    @Test
    void acknowledgedOrderWithoutRow_isLost() {
        rows.clear();
        assertThat(broken()).containsExactly(Rule.LOST);
    }

    @Test
    void acknowledgedOrderWithTombstone_isLost() {
        rows.put(NUMBER, row(NUMBER, Facts.TOMBSTONE, "", 0));
        assertThat(broken()).containsExactly(Rule.LOST, Rule.ALTERED);
    }

    @Test
    void secondOrderOfAPurchase_isDoubled() {
        rows.put(OTHER, row(OTHER, "CREATED", "", 2));
        events.put(OTHER, events.get(NUMBER));
        streamed.put(OTHER, 0b1110L);
        delivered.put(OTHER, 0b1110L);
        assertThat(broken()).containsExactly(Rule.DOUBLED);
    }

    @Test
    void secondCreationOfAnOrder_isFound() {
        operations.add(place(NUMBER, 2).ended(Outcome.ACKNOWLEDGED, NUMBER, "", 1));
        assertThat(broken()).containsExactly(Rule.CREATED_TWICE);
    }

    @Test
    void replay_isNoSecondCreation() {
        operations.add(place(NUMBER, 2).ended(Outcome.ACKNOWLEDGED, NUMBER, "", 0));
        assertThat(broken()).isEmpty();
    }

    @Test
    void acknowledgedOrderOfOtherContent_isAltered() {
        operations.add(place(NUMBER, 3).ended(Outcome.ACKNOWLEDGED, NUMBER, "", 0));
        assertThat(broken()).containsExactly(Rule.ALTERED);
    }

    @Test
    void acknowledgedOrderOfAnotherBuyer_isAltered() {
        operations.add(Operation.requested(2, Kind.LOOK_UP, "somebody", PURCHASE, "", NUMBER, "", 0)
                .ended(Outcome.ACKNOWLEDGED, NUMBER, "", 0));
        assertThat(broken()).containsExactly(Rule.ALTERED);
    }

    @Test
    void orderUnderAnotherNumberOfTheCheckout_isAccepted() {
        operations.add(place(OTHER, 2).ended(Outcome.ACKNOWLEDGED, NUMBER, "", 0));
        assertThat(broken()).isEmpty();
    }

    @Test
    void orderUnderADeniedNumber_isFound() {
        operations.add(place(NUMBER, 2).ended(Outcome.DENIED, "", "", 0));
        assertThat(broken()).containsExactly(Rule.DENIED);
    }

    @Test
    void orderUnderAVoidedNumber_isFound() {
        operations.add(operation(Kind.VOID, NUMBER, "", 0).ended(Outcome.ACKNOWLEDGED, "", "", 0));
        assertThat(broken()).containsExactly(Rule.DENIED);
    }

    @Test
    void orderUnderADeniedKey_isFound() {
        String key = "key-of-an-order-000001";
        rows.put(NUMBER, new Row(NUMBER, BUYER, "PAID", CHECKOUT, key, PURCHASE, 2, 2 * Operation.PRICE, 3));
        operations.add(operation(Kind.PLACE, "", key, 2).ended(Outcome.DENIED, "", "", 0));
        assertThat(broken()).containsExactly(Rule.DENIED);
    }

    @Test
    void refusalWithoutAnOrder_isFound() {
        operations.add(place(OTHER, 2).ended(Outcome.REFUSED, "", "", 0));
        assertThat(broken()).containsExactly(Rule.REFUSED);
    }

    @Test
    void refusalOfOtherContent_isAccepted() {
        operations.add(place(NUMBER, 3).ended(Outcome.REFUSED, NUMBER, "", 0));
        assertThat(broken()).isEmpty();
    }

    @Test
    void orderThatNobodyRequested_isInvented() {
        operations.clear();
        assertThat(broken()).containsExactly(Rule.INVENTED);
    }

    @Test
    void secondCapture_isFound() {
        payments.add(new Payment("second", NUMBER, "another-key", "CAPTURED"));
        captures.put("second", 1);
        assertThat(broken()).containsExactly(Rule.CAPTURED_TWICE);
    }

    @Test
    void moneyWithoutPayment_isFound() {
        captures.put("unheard", 1);
        assertThat(broken()).containsExactly(Rule.MONEY);
    }

    @Test
    void moneyOfACancelledOrder_isFound() {
        rows.put(NUMBER, row(NUMBER, "CANCELLED", CHECKOUT, 2));
        assertThat(broken()).containsExactly(Rule.MONEY);
    }

    @Test
    void acknowledgedCaptureThatTheLedgerLacks_isFound() {
        captures.clear();
        assertThat(broken()).containsExactly(Rule.MONEY);
    }

    @Test
    void providersComplaint_isFound() {
        complaints.add("more was requested back than was captured");
        assertThat(broken()).containsExactly(Rule.MONEY);
    }

    @Test
    void acknowledgedCancellationOfAPaidOrder_isAltered() {
        operations.add(operation(Kind.CANCEL, NUMBER, "", 0).ended(Outcome.ACKNOWLEDGED, NUMBER, "", 0));
        assertThat(broken()).containsExactly(Rule.ALTERED);
    }

    @Test
    void missingEvent_isFound() {
        events.put(NUMBER, List.of(event(1, "PLACED"), event(3, "PAID")));
        assertThat(broken()).containsExactly(Rule.EVENTS);
    }

    @Test
    void eventThatTheStreamLacks_isFound() {
        streamed.put(NUMBER, 0b1010L);
        assertThat(broken()).containsExactly(Rule.STREAM);
    }

    @Test
    void eventThatOvertookAnEarlierOne_isFound() {
        overtaken.add(event(3, "PAID"));
        assertThat(broken()).containsExactly(Rule.STREAM);
    }

    @Test
    void eventThatRedisLost_isCounted() {
        streamed.put(NUMBER, 0b1010L);
        losses.add(new Checker.Loss(AT - 1, AT + 1));
        assertThat(broken()).isEmpty();
        assertThat(verdict().lostWithRedis()).isEqualTo(1);
    }

    @Test
    void eventThatTheReceiverOfWebhooksLacks_isFound() {
        delivered.put(NUMBER, 0b0110L);
        losses.add(new Checker.Loss(AT - 1, AT + 1));
        assertThat(broken()).containsExactly(Rule.WEBHOOKS);
    }

    @Test
    void webhookThatOvertookAnEarlierOne_isFound() {
        deliveredTooEarly.add(event(3, "PAID"));
        assertThat(broken()).containsExactly(Rule.WEBHOOKS);
    }

    @Test
    void webhookWithoutAValidSignature_isFound() {
        unsigned = 1;
        assertThat(broken()).containsExactly(Rule.WEBHOOKS);
    }

    /** A part of the money was returned. */
    private void refund(long amount, String state) {
        refunds.add(new Refund(NUMBER, "refund-of-support-0001", amount, state));
        operations.add(operation(Kind.REFUND, NUMBER, "refund-of-support-0001", amount)
                .ended(Outcome.ACKNOWLEDGED, NUMBER, state, 1));
        held.merge(REFERENCE, -amount, Long::sum);
    }

    @Test
    void refundOfAPart_isAccepted() {
        refund(50, "REFUNDED");
        assertThat(broken()).isEmpty();
        assertThat(verdict().refunds()).isEqualTo(1);
    }

    @Test
    void refundThatTheProviderLacks_isFound() {
        refund(50, "REFUNDED");
        held.merge(REFERENCE, 50L, Long::sum);
        assertThat(broken()).containsExactly(Rule.MONEY);
    }

    @Test
    void refundThatTheProviderMadeTwice_isFound() {
        refund(50, "REFUNDED");
        held.merge(REFERENCE, -50L, Long::sum);
        assertThat(broken()).containsExactly(Rule.MONEY);
    }

    @Test
    void refundInProgress_isFound() {
        refund(50, "REFUNDING");
        assertThat(broken()).containsExactly(Rule.MONEY);
        assertThat(verdict().unsettled()).isEqualTo(1);
    }

    @Test
    void paymentInProgress_isFound() {
        // Given a paid order, of which another attempt has no result
        payments.add(new Payment("second", NUMBER, "another-key", "ASKED"));

        // When
        Verdict verdict = verdict();

        // Then
        assertThat(verdict.violations()).extracting(Violation::rule).containsExactly(Rule.MONEY);
        assertThat(verdict.unsettled()).isEqualTo(1);
    }

    @Test
    void orderInTheMiddleOfAPayment_isFound() {
        rows.put(NUMBER, row(NUMBER, "PAYING", CHECKOUT, 2));
        assertThat(broken()).containsExactly(Rule.MONEY);
    }

    @Test
    void refundsBeyondTheCapture_areFound() {
        rows.put(NUMBER, row(NUMBER, "REFUNDED", CHECKOUT, 2));
        refund(2 * Operation.PRICE, "REFUNDED");
        refunds.add(new Refund(NUMBER, "another-key", 1, "REFUNDED"));
        assertThat(broken()).containsExactly(Rule.MONEY);
    }

    @Test
    void secondRefundUnderOneKey_isFound() {
        refund(50, "REFUNDED");
        refunds.add(refunds.getFirst());
        held.merge(REFERENCE, -50L, Long::sum);
        assertThat(broken()).containsExactly(Rule.MONEY);
    }

    @Test
    void acknowledgedRefundWithoutRow_isFound() {
        operations.add(operation(Kind.REFUND, NUMBER, "refund-of-support-0001", 50)
                .ended(Outcome.ACKNOWLEDGED, NUMBER, "REFUNDING", 1));
        assertThat(broken()).containsExactly(Rule.MONEY);
    }

    @Test
    void refundThatWasSaidToBeConfirmed_isFoundUnconfirmed() {
        refund(50, "REFUNDED");
        refunds.set(0, new Refund(NUMBER, "refund-of-support-0001", 50, "REFUNDING"));
        assertThat(broken()).containsExactly(Rule.MONEY);
    }

    /** So many events of the order, the latest ones of these kinds. */
    private void happened(String... kinds) {
        List<Event> all = new ArrayList<>(events.get(NUMBER));
        for (String kind : kinds) {
            all.add(event(all.size() + 1, kind));
        }
        events.put(NUMBER, all);
        rows.put(NUMBER, new Row(NUMBER, BUYER, "SHIPPED", CHECKOUT, "", PURCHASE, 2, 2 * Operation.PRICE, all.size()));
        long bits = (1L << (all.size() + 1)) - 2;
        streamed.put(NUMBER, bits);
        delivered.put(NUMBER, bits);
    }

    @Test
    void shipmentAfterTheRelease_isAccepted() {
        happened("HELD", "RELEASED", "SHIPPED");
        for (Kind kind : List.of(Kind.HOLD, Kind.RELEASE, Kind.SHIP)) {
            operations.add(operation(kind, NUMBER, "", 0).ended(Outcome.ACKNOWLEDGED, NUMBER, "", 0));
        }
        assertThat(broken()).isEmpty();
    }

    @Test
    void shipmentOfAnOrderOnHold_isFound() {
        happened("HELD", "SHIPPED", "RELEASED");
        assertThat(broken()).containsExactly(Rule.HOLDS);
    }

    @Test
    void acknowledgedHoldWithoutEvent_isFound() {
        operations.add(operation(Kind.HOLD, NUMBER, "", 0).ended(Outcome.ACKNOWLEDGED, NUMBER, "", 0));
        assertThat(broken()).containsExactly(Rule.HOLDS);
    }

    /** A dispute with a message, of which a part of the money was granted. */
    private void dispute() {
        disputes.put(DISPUTE, new Dispute(NUMBER, BUYER, "RESOLVED", "REFUND", 50));
        refunds.add(new Refund(NUMBER, "dispute " + DISPUTE, 50, "REFUNDED"));
        held.merge(REFERENCE, -50L, Long::sum);
        messages.add(new Message(DISPUTE, KEY));
        operations.add(operation(Kind.DISPUTE, NUMBER, "", 0).ended(Outcome.ACKNOWLEDGED, NUMBER, DISPUTE, 1));
        operations.add(ofDispute(Kind.MESSAGE, KEY, 0).ended(Outcome.ACKNOWLEDGED, NUMBER, "ANSWERED", 1));
        operations.add(ofDispute(Kind.RESOLVE, "REFUND", 50).ended(Outcome.ACKNOWLEDGED, NUMBER, "RESOLVED", 0));
    }

    private static Operation ofDispute(Kind kind, String key, long amount) {
        return Operation.requested(1, kind, BUYER, PURCHASE, DISPUTE, NUMBER, key, amount);
    }

    @Test
    void disputeAsItWasSaid_isAccepted() {
        dispute();
        assertThat(broken()).isEmpty();
        assertThat(verdict().disputes()).isEqualTo(1);
    }

    @Test
    void acknowledgedDisputeWithoutRow_isFound() {
        dispute();
        disputes.clear();
        assertThat(broken()).containsExactly(Rule.DISPUTES);
    }

    @Test
    void otherResolutionThanWasSaid_isFound() {
        dispute();
        disputes.put(DISPUTE, new Dispute(NUMBER, BUYER, "RESOLVED", "REJECT", 0));
        assertThat(broken()).containsExactly(Rule.DISPUTES);
    }

    @Test
    void resolutionInProgress_isFound() {
        disputes.put(DISPUTE, new Dispute(NUMBER, BUYER, "RESOLVING", "REFUND", 50));
        assertThat(broken()).containsExactly(Rule.DISPUTES);
    }

    @Test
    void refundOfADisputeThatIsNotThere_isFound() {
        dispute();
        refunds.clear();
        held.put(REFERENCE, 2 * Operation.PRICE);
        assertThat(broken()).containsExactly(Rule.DISPUTES);
    }

    @Test
    void refundOfADisputeWithAnotherAmount_isFound() {
        dispute();
        refunds.set(0, new Refund(NUMBER, "dispute " + DISPUTE, 60, "REFUNDED"));
        held.merge(REFERENCE, -10L, Long::sum);
        assertThat(broken()).containsExactly(Rule.DISPUTES);
    }

    @Test
    void refundOfAllThatIsLeftByADispute_isAccepted() {
        disputes.put(DISPUTE, new Dispute(NUMBER, BUYER, "RESOLVED", "REFUND", 0));
        rows.put(NUMBER, row(NUMBER, "REFUNDED", CHECKOUT, 2));
        held.put(REFERENCE, 0L);
        assertThat(broken()).isEmpty();
    }

    @Test
    void orderOfACancellingDisputeThatIsNotCancelled_isFound() {
        disputes.put(DISPUTE, new Dispute(NUMBER, BUYER, "RESOLVED", "CANCEL", 0));
        assertThat(broken()).containsExactly(Rule.DISPUTES);
    }

    @Test
    void acknowledgedMessageWithoutRow_isFound() {
        dispute();
        messages.clear();
        assertThat(broken()).containsExactly(Rule.DISPUTES);
    }

    @Test
    void messageThatIsThereTwice_isFound() {
        dispute();
        messages.add(new Message(DISPUTE, KEY));
        assertThat(broken()).containsExactly(Rule.DISPUTES);
    }

    @Test
    void secondUndecidedDispute_isFound() {
        disputes.put(DISPUTE, new Dispute(NUMBER, BUYER, "OPEN", "", 0));
        disputes.put("another", new Dispute(NUMBER, BUYER, "ANSWERED", "", 0));
        assertThat(broken()).containsExactly(Rule.DISPUTES);
    }

    private static Operation once(Kind kind, String name, String key, long quantity) {
        return Operation.requested(1, kind, "program", name, "", "", key, quantity);
    }

    private void put(long content, Outcome outcome, int created) {
        operations.add(once(Kind.PUT, RECORD, "", content).ended(outcome, "", "", created));
    }

    @Test
    void recordOfTheFirstRequest_isAccepted() {
        names.put(RECORD, new Name(7, ""));
        put(7, Outcome.ACKNOWLEDGED, 1);
        put(7, Outcome.ACKNOWLEDGED, 0);
        put(8, Outcome.REFUSED, 0);
        assertThat(broken()).isEmpty();
    }

    @Test
    void acknowledgedRecordWithoutRow_isLost() {
        put(7, Outcome.ACKNOWLEDGED, 1);
        assertThat(broken()).containsExactly(Rule.LOST);
    }

    @Test
    void recordOfOtherContent_isAltered() {
        names.put(RECORD, new Name(8, ""));
        put(7, Outcome.ACKNOWLEDGED, 1);
        assertThat(broken()).containsExactly(Rule.ALTERED);
    }

    @Test
    void secondCreationOfARecord_isFound() {
        names.put(RECORD, new Name(7, ""));
        put(7, Outcome.ACKNOWLEDGED, 1);
        put(7, Outcome.ACKNOWLEDGED, 1);
        assertThat(broken()).containsExactly(Rule.CREATED_TWICE);
    }

    @Test
    void refusalOfTheSameRecord_isFound() {
        names.put(RECORD, new Name(7, ""));
        put(7, Outcome.REFUSED, 0);
        assertThat(broken()).containsExactly(Rule.REFUSED);
    }

    /** A claim was granted or renewed at this second, for so many. */
    private void claim(Kind kind, String claim, long from, long seconds) {
        names.putIfAbsent(WORK, new Name(0, ""));
        operations.add(once(kind, WORK, claim, seconds)
                .until((from + seconds) * SECOND)
                .ended(Outcome.ACKNOWLEDGED, "", "", 1));
    }

    private void result(Kind kind, String claim, String result) {
        operations.add(once(kind, WORK, claim, 0).ended(Outcome.ACKNOWLEDGED, "", result, 0));
    }

    @Test
    void claimAfterTheLease_isAccepted() {
        claim(Kind.CLAIM, "one", 100, 2);
        claim(Kind.RENEW, "one", 101, 3);
        claim(Kind.CLAIM, "two", 104, 2);
        names.put(WORK, new Name(0, RESULT));
        result(Kind.COMPLETE, "two", RESULT);
        result(Kind.CLAIM, "three", RESULT);
        assertThat(broken()).isEmpty();
        assertThat(verdict().names()).isEqualTo(1);
    }

    @Test
    void claimWithinTheLeaseOfAnother_isFound() {
        claim(Kind.CLAIM, "one", 100, 2);
        claim(Kind.CLAIM, "two", 101, 2);
        assertThat(broken()).containsExactly(Rule.CLAIMS);
    }

    @Test
    void claimWithinARenewedLease_isFound() {
        claim(Kind.CLAIM, "one", 100, 2);
        claim(Kind.RENEW, "one", 101, 10);
        claim(Kind.CLAIM, "two", 103, 2);
        assertThat(broken()).containsExactly(Rule.CLAIMS);
    }

    @Test
    void claimAfterTheOtherWasGivenUp_isAccepted() {
        claim(Kind.CLAIM, "one", 100, 2);
        operations.add(once(Kind.GIVE_UP, WORK, "one", 0).begunAt(100_900));
        claim(Kind.CLAIM, "two", 101, 2);
        assertThat(broken()).isEmpty();
    }

    @Test
    void claimBeforeTheOtherWasGivenUp_isFound() {
        claim(Kind.CLAIM, "one", 100, 3);
        operations.add(once(Kind.GIVE_UP, WORK, "one", 0).begunAt(101_100));
        claim(Kind.CLAIM, "two", 101, 2);
        assertThat(broken()).containsExactly(Rule.CLAIMS);
    }

    @Test
    void claimAfterALeaseThatARenewalShortened_isAccepted() {
        claim(Kind.CLAIM, "one", 100, 3);
        claim(Kind.RENEW, "one", 101, 1);
        claim(Kind.CLAIM, "two", 102, 2);
        assertThat(broken()).isEmpty();
    }

    @Test
    void claimWithinALeaseThatARenewalShortened_isFound() {
        claim(Kind.CLAIM, "one", 100, 10);
        claim(Kind.RENEW, "one", 101, 3);
        claim(Kind.CLAIM, "two", 103, 2);
        assertThat(broken()).containsExactly(Rule.CLAIMS);
    }

    @Test
    void claimAfterALeaseThatARenewalWithoutAnAnswerMayHaveShortened_isAccepted() {
        claim(Kind.CLAIM, "one", 100, 3);
        operations.add(once(Kind.RENEW, WORK, "one", 1).begunAt(100_900));
        claim(Kind.CLAIM, "two", 102, 2);
        assertThat(broken()).isEmpty();
    }

    @Test
    void claimBeforeARenewalWithoutAnAnswerCanHaveEndedTheLease_isFound() {
        claim(Kind.CLAIM, "one", 100, 3);
        operations.add(once(Kind.RENEW, WORK, "one", 1).begunAt(101_100));
        claim(Kind.CLAIM, "two", 102, 2);
        assertThat(broken()).containsExactly(Rule.CLAIMS);
    }

    @Test
    void secondResultOfAName_isFound() {
        claim(Kind.CLAIM, "one", 100, 2);
        names.put(WORK, new Name(0, RESULT));
        result(Kind.COMPLETE, "one", RESULT);
        result(Kind.CLAIM, "two", "\"otherwise\"");
        assertThat(broken()).containsExactly(Rule.CLAIMS);
    }

    @Test
    void resultThatTheNameLacks_isFound() {
        claim(Kind.CLAIM, "one", 100, 2);
        result(Kind.COMPLETE, "one", RESULT);
        assertThat(broken()).containsExactly(Rule.CLAIMS);
    }

    @Test
    void acknowledgedClaimWithoutRow_isLost() {
        claim(Kind.CLAIM, "one", 100, 2);
        names.clear();
        assertThat(broken()).containsExactly(Rule.LOST);
    }

    @Test
    void claimWithoutAnAnswer_isNotCountedAsHappened() {
        // Given a name that another worker claimed
        claim(Kind.CLAIM, "one", 100, 2);
        operations.add(once(Kind.CLAIM, WORK, "two", 2));

        // When
        Verdict verdict = verdict();

        // Then
        assertThat(verdict.indefinite()).isEqualTo(Map.of(Kind.CLAIM, 1L));
        assertThat(verdict.happened()).isEmpty();
    }

    @Test
    void operationsWithoutAnAnswer_areCountedByWhetherTheyHappened() {
        // Given a repeat that got no answer, and a purchase of which nothing exists
        operations.add(place(NUMBER, 2));
        operations.add(Operation.requested(3, Kind.PLACE, BUYER, "coffee", "", OTHER, "", 1));
        operations.add(operation(Kind.PAY, NUMBER, KEY, 0));

        // When
        Verdict verdict = verdict();

        // Then
        assertThat(verdict.violations()).isEmpty();
        assertThat(verdict.indefinite()).isEqualTo(Map.of(Kind.PLACE, 2L, Kind.PAY, 1L));
        assertThat(verdict.happened()).isEqualTo(Map.of(Kind.PLACE, 1L, Kind.PAY, 1L));
    }
}
