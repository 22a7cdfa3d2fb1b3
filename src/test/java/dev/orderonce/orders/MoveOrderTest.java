package dev.orderonce.orders;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orderonce.identity.Actor;
import dev.orderonce.numbers.OrderNumber;
import dev.orderonce.orders.MoveOrder.Moved;
import dev.orderonce.orders.OrderState.Move;
import dev.orderonce.testkit.Database;
import dev.orderonce.testkit.Racers;
import dev.orderonce.testkit.Shop;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Transitions on the real table: every state and every transition, races, stale locks, other payments. */
@QuarkusTest
class MoveOrderTest {
    private static final Duration BOUND = Duration.ofSeconds(10);
    private static final Transition BY = Transition.of(new Actor.Job("test")).payment("p-1");

    @Inject
    MoveOrder moveOrder;

    private final Shop shop = Shop.newBuyer();

    private OrderNumber orderIn(OrderState state) {
        String number = shop.newOrder(4200);
        Database.setState(number, state.name(), "p-1");
        return OrderNumber.read(number).orElseThrow();
    }

    private Moved move(OrderNumber number, Move move, Transition because) {
        return moveOrder.move(number, move, because).await().atMost(BOUND);
    }

    static Stream<Arguments> everyStateAndEveryMove() {
        return Arrays.stream(OrderState.values())
                .flatMap(state -> Arrays.stream(Move.values()).map(move -> Arguments.of(state, move)));
    }

    @ParameterizedTest
    @MethodSource("everyStateAndEveryMove")
    void fromAState_aMoveIsMadeIfItIsOpenAndChangesNothingIfNot(OrderState state, Move move) {
        // Given
        OrderNumber number = orderIn(state);
        // When
        Moved moved = move(number, move, BY);
        // Then
        if (move.isOpenFrom(state)) {
            assertThat(moved)
                    .isInstanceOfSatisfying(
                            Moved.Done.class,
                            done -> assertThat(done.order().state()).isEqualTo(move.to()));
            assertThat(Database.events(number.symbols())).isEqualTo(2);
        } else {
            assertThat(moved)
                    .isInstanceOfSatisfying(
                            Moved.NotOpen.class,
                            refused -> assertThat(refused.current().state()).isEqualTo(state));
            assertThat(Database.events(number.symbols())).isOne();
        }
    }

    @Test
    void sixteenAtOnce_oneMovesAndOneEventIsLeft() {
        // Given
        OrderNumber number = orderIn(OrderState.PAID);
        Callable<Moved> racer = () -> move(number, Move.SHIPPED, BY);
        // When
        List<Moved> answers = Racers.race(Collections.nCopies(16, racer));
        // Then
        assertThat(answers).filteredOn(Moved.Done.class::isInstance).hasSize(1);
        assertThat(Database.events(number.symbols())).isEqualTo(2);
    }

    @Test
    void staleHolderOfALock_isRefusedByTheRow() {
        // Given: a later holder has changed the state and changed it back
        OrderNumber number = orderIn(OrderState.CREATED);
        move(number, Move.PAYMENT_BEGUN, BY.under(OptionalLong.of(20)));
        move(number, Move.PAYMENT_REFUSED, BY.under(OptionalLong.of(20)));
        // When
        Moved stale = move(number, Move.PAYMENT_BEGUN, BY.under(OptionalLong.of(19)));
        Moved same = move(number, Move.PAYMENT_BEGUN, BY.under(OptionalLong.of(20)));
        // Then
        assertThat(stale).isInstanceOf(Moved.NotOpen.class);
        assertThat(same).isInstanceOf(Moved.Done.class);
    }

    @Test
    void captureOfAnotherPayment_movesNothing() {
        // Given
        OrderNumber number = orderIn(OrderState.PAYING);
        // When
        Moved moved =
                move(number, Move.PAID, Transition.of(new Actor.Job("test")).payment("p-2"));
        // Then
        assertThat(moved).isInstanceOf(Moved.NotOpen.class);
        assertThat(Database.state(number.symbols())).isEqualTo("PAYING");
    }

    @Test
    void numberWithoutAnOrder_isAbsent() {
        // Given
        OrderNumber number = OrderNumber.read(shop.newNumber()).orElseThrow();
        // Then
        assertThat(move(number, Move.CANCELLED, BY)).isInstanceOf(Moved.Absent.class);
    }

    @Test
    void tombstone_isAbsent() {
        // Given
        String number = shop.newNumber();
        shop.voidNumber(number).then().statusCode(200);
        // Then
        assertThat(move(OrderNumber.read(number).orElseThrow(), Move.CANCELLED, BY))
                .isInstanceOf(Moved.Absent.class);
    }
}
