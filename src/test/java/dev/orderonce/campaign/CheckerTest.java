package dev.orderonce.campaign;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orderonce.campaign.Facts.Event;
import dev.orderonce.campaign.Facts.Payment;
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
                operations, new Facts(rows, payments, captures, held, complaints, events, streamed, overtaken), losses);
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
