package dev.orderonce.payments;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.orderonce.orders.MoneyEvent;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every pair of states: exactly the transitions of the diagram, with their effects. */
class PaymentStateTest {
    private static final Map<Pair, MoneyEvent> WAYS = Map.of(
            new Pair(PaymentState.ASKED, PaymentState.CAPTURED), MoneyEvent.CAPTURED,
            new Pair(PaymentState.ASKED, PaymentState.DECLINED), MoneyEvent.DECLINED,
            new Pair(PaymentState.CAPTURED, PaymentState.REFUNDING), MoneyEvent.REFUND_BEGUN,
            new Pair(PaymentState.DECLINED, PaymentState.REFUNDING), MoneyEvent.CAPTURED_AFTER_ALL,
            new Pair(PaymentState.REFUNDING, PaymentState.REFUNDED), MoneyEvent.REFUNDED);

    record Pair(PaymentState from, PaymentState to) {}

    static Stream<Pair> pairs() {
        return Arrays.stream(PaymentState.values())
                .flatMap(from -> Arrays.stream(PaymentState.values()).map(to -> new Pair(from, to)));
    }

    @ParameterizedTest
    @MethodSource("pairs")
    void everyChange_isOneOfTheDiagramOrRefused(Pair pair) {
        MoneyEvent expected = WAYS.get(pair);
        if (expected == null) {
            assertThatThrownBy(() -> pair.from().eventOf(pair.to())).isInstanceOf(IllegalArgumentException.class);
        } else {
            assertThat(pair.from().eventOf(pair.to())).isEqualTo(expected);
        }
    }
}
