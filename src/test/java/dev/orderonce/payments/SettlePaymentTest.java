package dev.orderonce.payments;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orderonce.orders.OrderState;
import dev.orderonce.payments.SettlePayment.Step;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Every pair of an order's and a payment's state, for the order's own payment and for another: the next step. */
class SettlePaymentTest {
    /** Of the payment that the order is being paid with; as the class comment has it. */
    private static final Map<PaymentState, Map<OrderState, Step>> WITH_IT = Map.of(
            PaymentState.ASKED, row(Step.QUERY, OrderState.PAYING, Step.CAPTURE),
            PaymentState.CAPTURED,
                    Map.of(
                            OrderState.CREATED, Step.BEGIN_REFUND,
                            OrderState.PAYING, Step.SET_PAID,
                            OrderState.PAID, Step.DONE,
                            OrderState.SHIPPED, Step.DONE,
                            OrderState.COMPLETED, Step.DONE,
                            OrderState.RETURNING, Step.DONE,
                            OrderState.RETURNED, Step.DONE,
                            OrderState.CANCELLED, Step.BEGIN_REFUND,
                            OrderState.REFUNDING, Step.BEGIN_REFUND,
                            OrderState.REFUNDED, Step.BEGIN_REFUND),
            PaymentState.DECLINED,
                    row(Step.DONE, OrderState.PAYING, Step.REOPEN, OrderState.REFUNDING, Step.SET_REFUNDED),
            PaymentState.REFUNDING, row(Step.REFUND),
            PaymentState.REFUNDED,
                    row(Step.DONE, OrderState.PAYING, Step.REOPEN, OrderState.REFUNDING, Step.SET_REFUNDED));

    /** Of another payment than the order's, whatever the state of the order. */
    private static final Map<PaymentState, Step> WITH_ANOTHER = Map.of(
            PaymentState.ASKED, Step.DECLINE,
            PaymentState.CAPTURED, Step.BEGIN_REFUND,
            PaymentState.DECLINED, Step.DONE,
            PaymentState.REFUNDING, Step.REFUND,
            PaymentState.REFUNDED, Step.DONE);

    private static Map<OrderState, Step> row(Step others) {
        return Arrays.stream(OrderState.values()).collect(Collectors.toMap(state -> state, state -> others));
    }

    private static Map<OrderState, Step> row(Step others, OrderState state, Step step) {
        Map<OrderState, Step> row = row(others);
        row.put(state, step);
        return row;
    }

    private static Map<OrderState, Step> row(Step others, OrderState one, Step first, OrderState two, Step second) {
        Map<OrderState, Step> row = row(others, one, first);
        row.put(two, second);
        return row;
    }

    static Stream<Arguments> everyPair() {
        return Arrays.stream(PaymentState.values())
                .flatMap(payment -> Arrays.stream(OrderState.values()).map(order -> Arguments.of(payment, order)));
    }

    @ParameterizedTest
    @MethodSource("everyPair")
    void ordersOwnPayment_takesTheStepOfTheTable(PaymentState payment, OrderState order) {
        assertThat(SettlePayment.next(payment, order, true, false))
                .isEqualTo(Objects.requireNonNull(WITH_IT.get(payment)).get(order));
    }

    @ParameterizedTest
    @MethodSource("everyPair")
    void anotherPayment_holdsNoMoneyInTheEnd(PaymentState payment, OrderState order) {
        assertThat(SettlePayment.next(payment, order, false, false)).isEqualTo(WITH_ANOTHER.get(payment));
    }

    @ParameterizedTest
    @EnumSource
    void refundInProgress_isRequestedWhileMoneyIsHeld(OrderState order) {
        assertThat(SettlePayment.next(PaymentState.REFUNDING, order, true, true))
                .isEqualTo(Step.REFUND_PART);
        Step ofCaptured =
                Objects.requireNonNull(WITH_IT.get(PaymentState.CAPTURED)).get(order);
        assertThat(SettlePayment.next(PaymentState.CAPTURED, order, true, true))
                .isEqualTo(ofCaptured == Step.DONE ? Step.REFUND_PART : ofCaptured);
    }
}
