package dev.orderonce.disputes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orderonce.orders.OrderState;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every combination of a verdict and an order's state. */
class VerdictTest {
    private static final Set<OrderState> UNPAID =
            EnumSet.of(OrderState.CREATED, OrderState.PAYING, OrderState.CANCELLED);

    private static final Set<OrderState> PAID = EnumSet.complementOf(EnumSet.copyOf(UNPAID));

    @ParameterizedTest
    @EnumSource
    void cancel_isForWhatHoldsNoMoney(OrderState state) {
        assertThat(Verdict.CANCEL.isOpenFrom(state)).isEqualTo(UNPAID.contains(state));
    }

    @ParameterizedTest
    @EnumSource
    void refund_isForWhatWasPaid(OrderState state) {
        assertThat(Verdict.REFUND.isOpenFrom(state)).isEqualTo(PAID.contains(state));
    }

    @ParameterizedTest
    @EnumSource
    void reject_isForEverything(OrderState state) {
        assertThat(Verdict.REJECT.isOpenFrom(state)).isTrue();
    }

    @Test
    void anotherName_isNoVerdict() {
        assertThat(Verdict.read("refund")).isEmpty();
        assertThat(Verdict.read("REFUND")).contains(Verdict.REFUND);
    }
}
