package dev.orderonce.orders;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orderonce.orders.OrderState.Move;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every pair of states: which transitions are allowed, and what a representation offers. */
class OrderStateTest {
    /** The transitions of the design. */
    private static final Map<OrderState, Set<OrderState>> FOLLOW = Map.of(
            OrderState.CREATED, Set.of(OrderState.PAYING, OrderState.CANCELLED),
            OrderState.PAYING, Set.of(OrderState.CREATED, OrderState.PAID, OrderState.CANCELLED),
            OrderState.PAID, Set.of(OrderState.SHIPPED, OrderState.REFUNDING, OrderState.CANCELLED),
            OrderState.SHIPPED, Set.of(OrderState.COMPLETED, OrderState.RETURNING, OrderState.REFUNDING),
            OrderState.COMPLETED, Set.of(OrderState.RETURNING, OrderState.REFUNDING),
            OrderState.RETURNING, Set.of(OrderState.RETURNED, OrderState.REFUNDING),
            OrderState.RETURNED, Set.of(OrderState.REFUNDING),
            OrderState.CANCELLED, Set.of(),
            OrderState.REFUNDING, Set.of(OrderState.REFUNDED),
            OrderState.REFUNDED, Set.of());

    @ParameterizedTest
    @EnumSource
    void fromEachState_exactlyTheDrawnOnesFollow(OrderState from) {
        // When
        Set<OrderState> following = Arrays.stream(Move.values())
                .filter(move -> move.isOpenFrom(from))
                .map(Move::to)
                .collect(Collectors.toSet());
        // Then
        assertThat(following).isEqualTo(FOLLOW.get(from));
    }

    @ParameterizedTest
    @EnumSource
    void betweenTwoStates_thereIsOneMoveAtMost(OrderState from) {
        // When
        List<OrderState> targets = Arrays.stream(Move.values())
                .filter(move -> move.isOpenFrom(from))
                .map(Move::to)
                .toList();
        // Then
        assertThat(targets).doesNotHaveDuplicates();
    }

    @Test
    void representation_offersWhatCallersMayRequest() {
        assertThat(OrderState.CREATED.next()).containsExactlyInAnyOrder("pay", "cancel");
        assertThat(OrderState.PAYING.next()).isEmpty();
        assertThat(OrderState.PAID.next()).containsExactlyInAnyOrder("ship", "cancel", "refund");
        assertThat(OrderState.SHIPPED.next()).containsExactlyInAnyOrder("complete", "return", "refund");
        assertThat(OrderState.COMPLETED.next()).containsExactlyInAnyOrder("return", "refund");
        assertThat(OrderState.RETURNING.next()).containsExactlyInAnyOrder("receive", "refund");
        assertThat(OrderState.RETURNED.next()).containsExactly("refund");
        assertThat(OrderState.CANCELLED.next()).isEmpty();
        assertThat(OrderState.REFUNDING.next()).isEmpty();
        assertThat(OrderState.REFUNDED.next()).isEmpty();
    }
}
