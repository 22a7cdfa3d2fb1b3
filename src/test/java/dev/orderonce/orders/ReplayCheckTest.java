package dev.orderonce.orders;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orderonce.identity.Buyer;
import dev.orderonce.money.Money;
import dev.orderonce.numbers.OrderNumber;
import dev.orderonce.numbers.VoidReason;
import java.time.Instant;
import java.util.Currency;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The response to a request whose number is already decided. */
class ReplayCheckTest {
    private static final Buyer ALICE = new Buyer("alice");
    private static final Buyer BOB = new Buyer("bob");
    private static final OrderNumber NUMBER = new OrderNumber("1TVSMATNANANAQKFFY");
    private static final Instant PLACED_AT = Instant.parse("2029-11-29T21:35:00.123456Z");

    private static final OrderDraft DRAFT = tea(2);
    private static final OrderDraft OTHER_DRAFT = tea(3);

    private static OrderDraft tea(long quantity) {
        return new OrderDraft(
                new Money(quantity * 2100, Currency.getInstance("EUR")),
                List.of(new Line("tea-1", Optional.of("Green tea"), quantity, 2100)),
                List.of());
    }

    private static Order orderOf(Buyer buyer) {
        return new Order(
                NUMBER,
                Optional.empty(),
                buyer,
                OrderState.CREATED,
                Optional.empty(),
                DRAFT,
                PLACED_AT,
                List.of(),
                0,
                1);
    }

    private static Tombstone tombstoneOf(Buyer buyer, VoidReason why) {
        return new Tombstone(NUMBER, Optional.empty(), buyer, why, PLACED_AT);
    }

    @Test
    void anotherBuyersOrder_isRefusedWhateverIsRequested() {
        // Given
        Order bobs = orderOf(BOB);

        // Then
        assertThat(ReplayCheck.of(ALICE, NUMBER, DRAFT, bobs)).isEqualTo(new Placement.NotYours());
        assertThat(ReplayCheck.of(ALICE, NUMBER, OTHER_DRAFT, bobs)).isEqualTo(new Placement.NotYours());
    }

    @ParameterizedTest
    @EnumSource
    void anotherBuyersTombstone_isNotYours(VoidReason why) {
        // When
        Placement placement = ReplayCheck.of(ALICE, NUMBER, DRAFT, tombstoneOf(BOB, why));

        // Then
        assertThat(placement).isEqualTo(new Placement.NotYours());
    }

    @ParameterizedTest
    @EnumSource
    void aTombstone_isASpentNumberForItsOwnReason(VoidReason why) {
        // When
        Placement placement = ReplayCheck.of(ALICE, NUMBER, DRAFT, tombstoneOf(ALICE, why));

        // Then
        assertThat(placement).isEqualTo(new Placement.NumberSpent(NUMBER, why));
    }

    @Test
    void theSameContent_isAlreadyPlaced() {
        // Given
        Order order = orderOf(ALICE);

        // When
        Placement placement = ReplayCheck.of(ALICE, NUMBER, tea(2), order);

        // Then
        assertThat(placement).isEqualTo(new Placement.AlreadyPlaced(order));
    }

    @Test
    void theSameContentUnderOtherNamesAndWithAnotherYes_isAlreadyPlacedAsItWas() {
        // Given
        Order order = orderOf(ALICE);
        OrderDraft repeat = new OrderDraft(
                DRAFT.total(),
                List.of(new Line("tea-1", Optional.of("Grüner Tee"), 2, 2100)),
                List.of(new Acknowledgement.LargeAmount(4200)));

        // When
        Placement placement = ReplayCheck.of(ALICE, NUMBER, repeat, order);

        // Then
        assertThat(placement).isEqualTo(new Placement.AlreadyPlaced(order));
    }

    @Test
    void otherContent_isAMismatchThatNamesWhatDiffers() {
        // Given
        Order order = orderOf(ALICE);

        // When
        Placement placement = ReplayCheck.of(ALICE, NUMBER, OTHER_DRAFT, order);

        // Then
        assertThat(placement)
                .isEqualTo(new Placement.Mismatch(
                        order,
                        List.of(new Difference("/total", 4200L, 6300L), new Difference("/lines/0/quantity", 2L, 3L))));
    }

    /** The checkout's order has another number than the request. */
    @Test
    void theCheckoutsOrderUnderAnotherNumber_isAlreadyPlacedOrCompletesTheCheckout() {
        // Given
        OrderNumber second = new OrderNumber("000000000000000000");
        Order order = orderOf(ALICE);

        // Then
        assertThat(ReplayCheck.of(ALICE, second, DRAFT, order)).isEqualTo(new Placement.AlreadyPlaced(order));
        assertThat(ReplayCheck.of(ALICE, second, OTHER_DRAFT, order))
                .isEqualTo(new Placement.CheckoutCompleted(order, Content.differences(DRAFT, OTHER_DRAFT)));
    }

    @Test
    void anotherCheckoutThanTheOrders_isAMismatch() {
        // Given
        OrderDraft placed = DRAFT.completing(Optional.of("c1"));
        Order order = new Order(
                NUMBER, Optional.empty(), ALICE, OrderState.PAID, Optional.empty(), placed, PLACED_AT, List.of(), 0, 3);

        // Then
        assertThat(ReplayCheck.of(ALICE, NUMBER, DRAFT, order)).isEqualTo(new Placement.AlreadyPlaced(order));
        assertThat(ReplayCheck.of(ALICE, NUMBER, placed, order)).isEqualTo(new Placement.AlreadyPlaced(order));
        assertThat(ReplayCheck.of(ALICE, NUMBER, DRAFT.completing(Optional.of("c2")), order))
                .isEqualTo(new Placement.Mismatch(order, List.of(new Difference("/checkout", "c1", "c2"))));
    }
}
