package dev.orderonce.duplicates;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.orderonce.idempotency.IdempotencyKey;
import dev.orderonce.identity.Buyer;
import dev.orderonce.money.Money;
import dev.orderonce.numbers.OrderNumber;
import dev.orderonce.orders.Acknowledgement;
import dev.orderonce.orders.FindSimilarOrders.Pair;
import dev.orderonce.orders.Line;
import dev.orderonce.orders.Order;
import dev.orderonce.orders.OrderDraft;
import dev.orderonce.orders.OrderState;
import java.time.Duration;
import java.time.Instant;
import java.util.Currency;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The score of a pair of orders as duplicates, with its reasons: every reason and every boundary. */
class ComparisonTest {
    private static final Buyer ALICE = new Buyer("alice");
    private static final Currency EUR = Currency.getInstance("EUR");
    private static final Instant NOON = Instant.parse("2026-11-20T12:00:00Z");
    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final Duration TWO_HOURS = Duration.ofHours(2);
    private static final Duration NEXT_DAY = Duration.ofHours(23);

    private static final OrderNumber EARLIER = number("the earlier order");
    private static final OrderNumber LATER = number("the later order");
    private static final OrderDraft TEA = draft(line("tea", 2, 2100), line("mug", 1, 800));

    private static OrderNumber number(String of) {
        return OrderNumber.ofClientKey(ALICE, of);
    }

    private static Line line(String product, long quantity, long price) {
        return new Line(product, Optional.empty(), quantity, price);
    }

    private static OrderDraft draft(Line... lines) {
        long total = 0;
        for (Line line : lines) {
            total += line.quantity() * line.unitPrice();
        }
        return new OrderDraft(new Money(total, EUR), List.of(lines), List.of());
    }

    private static OrderDraft meant(OrderDraft draft, OrderNumber... besides) {
        return new OrderDraft(
                draft.total(),
                draft.lines(),
                List.of(besides).stream()
                        .<Acknowledgement>map(Acknowledgement.SecondOrder::new)
                        .toList());
    }

    private static Order order(OrderNumber number, OrderDraft content, Duration afterNoon) {
        return new Order(
                number,
                Optional.empty(),
                ALICE,
                OrderState.CREATED,
                Optional.empty(),
                content,
                NOON.plus(afterNoon),
                List.of(),
                0,
                1);
    }

    private static Order in(OrderState state, Order order) {
        return new Order(
                order.number(),
                order.clientKey(),
                order.buyer(),
                state,
                order.payment(),
                order.content(),
                order.placedAt(),
                order.holds(),
                order.refunded(),
                order.sequence());
    }

    private static Order byKey(Order order) {
        return new Order(
                order.number(),
                Optional.of(new IdempotencyKey("a-key-of-twenty-characters")),
                order.buyer(),
                order.state(),
                order.payment(),
                order.content(),
                order.placedAt(),
                order.holds(),
                order.refunded(),
                order.sequence());
    }

    private static Pair pair(OrderDraft earlier, OrderDraft later, Duration apart) {
        return new Pair(order(EARLIER, earlier, Duration.ZERO), order(LATER, later, apart));
    }

    private static Pair same(Duration apart) {
        return pair(TEA, TEA, apart);
    }

    @Test
    void sameBasketAtOnce_isCertain() {
        assertThat(Comparison.of(same(Duration.ZERO), 0))
                .isEqualTo(new Comparison(100, List.of(Reason.SAME_BASKET, Reason.WITHIN_MINUTES)));
    }

    @ParameterizedTest
    @CsvSource({
        "PT0S, 100, WITHIN_MINUTES",
        "PT15M, 100, WITHIN_MINUTES",
        "PT15M0.000001S, 90, WITHIN_AN_HOUR",
        "PT1H, 90, WITHIN_AN_HOUR",
        "PT1H0.000001S, 70, WITHIN_HOURS",
        "PT4H, 70, WITHIN_HOURS"
    })
    void sameBasket_isTheLikelierTheSooner(Duration apart, int score, Reason reason) {
        assertThat(Comparison.of(same(apart), 0)).isEqualTo(new Comparison(score, List.of(Reason.SAME_BASKET, reason)));
    }

    @ParameterizedTest
    @CsvSource({"PT4H0.000001S", "PT24H"})
    void sameBasketMuchLater_scoresNothingForItsTime(Duration apart) {
        assertThat(Comparison.of(same(apart), 0)).isEqualTo(new Comparison(60, List.of(Reason.SAME_BASKET)));
    }

    @Test
    void orderAndNamesOfTheLines_doNotMatter() {
        // Given
        OrderDraft translated =
                draft(new Line("mug", Optional.of("Becher"), 1, 800), new Line("tea", Optional.of("Tee"), 2, 2100));
        // Then
        assertThat(Comparison.of(pair(TEA, translated, MINUTE), 0).reasons()).contains(Reason.SAME_BASKET);
    }

    @ParameterizedTest
    @CsvSource({
        // in common of 1000, score within a quarter of an hour
        "600, 75",
        "601, 75",
        "800, 85",
        "999, 95",
        "1000, 95"
    })
    void nearlySameBasket_countsForWhatIsInCommon(long common, int score) {
        // Given: of 1000 in either, so much is in both; all of it, but in other lines
        OrderDraft earlier = draft(line("tea", common, 1));
        OrderDraft later = common < 1000
                ? draft(line("tea", common, 1), line("mug", 1000 - common, 1))
                : draft(line("tea", 400, 1), line("tea", 600, 1));
        // When
        Comparison comparison = Comparison.of(pair(earlier, later, MINUTE), 0);
        // Then
        assertThat(comparison)
                .isEqualTo(new Comparison(score, List.of(Reason.NEARLY_SAME_BASKET, Reason.WITHIN_MINUTES)));
    }

    @Test
    void lessThanThreeFifthsInCommon_isAnotherOrder() {
        // Given
        OrderDraft earlier = draft(line("tea", 5_999, 1));
        OrderDraft later = draft(line("tea", 5_999, 1), line("mug", 4_001, 1));
        // Then
        assertThat(Comparison.of(pair(earlier, later, Duration.ZERO), 0)).isEqualTo(new Comparison(0, List.of()));
    }

    @Test
    void sameBasketOfManyLines_isLikelier() {
        // Given
        OrderDraft many = draft(line("tea", 1, 100), line("mug", 1, 200), line("pot", 1, 300));
        // Then
        assertThat(Comparison.of(pair(many, many, TWO_HOURS), 0))
                .isEqualTo(new Comparison(75, List.of(Reason.SAME_BASKET, Reason.MANY_LINES, Reason.WITHIN_HOURS)));
    }

    @Test
    void habit_isTheSameHoursLaterAndNotMeantAsASecond() {
        assertThat(Comparison.isHabit(same(TWO_HOURS))).isTrue();
        assertThat(Comparison.isHabit(same(MINUTE))).isFalse();
        assertThat(Comparison.isHabit(pair(TEA, meant(TEA, EARLIER), TWO_HOURS)))
                .isFalse();
        assertThat(Comparison.isHabit(pair(TEA, draft(line("mug", 1, 100)), TWO_HOURS)))
                .isFalse();
    }

    @Test
    void nothingInCommon_isAnotherOrder() {
        // Given
        Pair pair = pair(draft(line("tea", 1, 100)), draft(line("mug", 1, 100)), Duration.ZERO);
        // Then
        assertThat(Comparison.of(pair, 0)).isEqualTo(new Comparison(0, List.of()));
    }

    @Test
    void inCommon_isTheSharedValueOfAllValue() {
        // Given
        OrderDraft one = draft(line("tea", 3, 100), line("mug", 1, 500));
        OrderDraft other = draft(line("tea", 5, 100), line("pot", 1, 200));
        // Then: 300 of tea, of 500 tea, 500 mug and 200 pot
        assertThat(Comparison.inCommon(one, other)).isCloseTo(300.0 / 1200, within(1e-12));
        assertThat(Comparison.inCommon(other, one)).isCloseTo(300.0 / 1200, within(1e-12));
    }

    @Test
    void inCommon_addsUpLinesOfOneProduct() {
        // Given
        OrderDraft apart = draft(line("tea", 1, 100), line("tea", 1, 100), line("mug", 2, 50));
        OrderDraft together = draft(line("mug", 1, 100), line("tea", 2, 100));
        // Then
        assertThat(Comparison.inCommon(apart, together)).isEqualTo(1.0);
    }

    @Test
    void inCommon_ofWhatCostsNothingIsNothing() {
        // Given
        OrderDraft free = draft(line("leaflet", 1, 0));
        // Then
        assertThat(Comparison.inCommon(free, free)).isZero();
        // and still the same basket is the same
        assertThat(Comparison.of(pair(free, free, MINUTE), 0).score()).isEqualTo(100);
    }

    @Test
    void inCommon_ofTheLargestOrdersDoesNotOverflow() {
        // Given
        OrderDraft one = new OrderDraft(
                new Money(OrderDraft.LARGEST_AMOUNT, EUR),
                List.of(line("tea", 1_000_000, OrderDraft.LARGEST_AMOUNT)),
                List.of());
        // Then
        assertThat(Comparison.inCommon(one, one)).isEqualTo(1.0);
    }

    @ParameterizedTest
    @EnumSource(OrderState.class)
    void endedOrder_isNoDuplicate(OrderState state) {
        // Given
        Pair pair = same(MINUTE);
        Pair earlierOver = new Pair(in(state, pair.earlier()), pair.later());
        Pair laterOver = new Pair(pair.earlier(), in(state, pair.later()));
        // Then
        assertThat(Comparison.of(earlierOver, 0).score() > 0).isEqualTo(state.isAlive());
        assertThat(Comparison.of(laterOver, 0).score() > 0).isEqualTo(state.isAlive());
        if (!state.isAlive()) {
            assertThat(Comparison.of(earlierOver, 0).reasons()).isEmpty();
        }
    }

    @Test
    void acknowledgedSecondOrder_isMeant() {
        // Given
        Pair named = pair(TEA, meant(TEA, EARLIER), MINUTE);
        Pair namedAmongOthers = pair(TEA, meant(TEA, number("another"), EARLIER), MINUTE);
        // The clocks of two replicas differ: the order that acknowledges may have the earlier time.
        Pair namedTheOtherWay = pair(meant(TEA, LATER), TEA, MINUTE);
        // Then
        for (Pair pair : List.of(named, namedAmongOthers, namedTheOtherWay)) {
            assertThat(Comparison.of(pair, 0)).isEqualTo(new Comparison(0, List.of()));
        }
    }

    @Test
    void acknowledgementOfAnotherOrder_saysNothing() {
        // Given
        Pair pair = pair(TEA, meant(TEA, number("another"), LATER), MINUTE);
        // Then
        assertThat(Comparison.of(pair, 0).score()).isEqualTo(100);
    }

    @Test
    void oneUnderANumberAndOneUnderAKey_isLikelier() {
        // Given
        Pair pair = same(TWO_HOURS);
        Pair mixed = new Pair(pair.earlier(), byKey(pair.later()));
        Pair mixedTheOtherWay = new Pair(byKey(pair.earlier()), pair.later());
        Pair bothByKey = new Pair(byKey(pair.earlier()), byKey(pair.later()));
        // Then
        Comparison expected =
                new Comparison(80, List.of(Reason.SAME_BASKET, Reason.WITHIN_HOURS, Reason.BY_ANOTHER_WAY));
        assertThat(Comparison.of(mixed, 0)).isEqualTo(expected);
        assertThat(Comparison.of(mixedTheOtherWay, 0)).isEqualTo(expected);
        assertThat(Comparison.of(bothByKey, 0).reasons()).doesNotContain(Reason.BY_ANOTHER_WAY);
    }

    @Test
    void earlierOneUnpaidAndLaterOnePaid_isLikelier() {
        // Given
        Pair pair = same(TWO_HOURS);
        Pair unpaid = new Pair(pair.earlier(), in(OrderState.PAID, pair.later()));
        Pair bothPaid = new Pair(in(OrderState.PAID, pair.earlier()), in(OrderState.PAID, pair.later()));
        Pair laterUnpaid = new Pair(in(OrderState.PAID, pair.earlier()), pair.later());
        // Then
        assertThat(Comparison.of(unpaid, 0))
                .isEqualTo(new Comparison(75, List.of(Reason.SAME_BASKET, Reason.WITHIN_HOURS, Reason.EARLIER_UNPAID)));
        for (Pair other : List.of(pair, bothPaid, laterUnpaid)) {
            assertThat(Comparison.of(other, 0).score()).isEqualTo(70);
        }
    }

    @ParameterizedTest
    @CsvSource({"1, 85", "2, 70", "6, 10", "7, 0", "1000, 0"})
    void habit_lowersTheScore(int others, int score) {
        // When
        Comparison comparison = Comparison.of(same(MINUTE), others);
        // Then
        assertThat(comparison)
                .isEqualTo(new Comparison(
                        score, List.of(Reason.SAME_BASKET, Reason.WITHIN_MINUTES, Reason.OFTEN_ORDERED)));
    }

    @Test
    void everythingAtOnce_isNotMoreThanCertain() {
        // Given
        Pair pair = same(MINUTE);
        Pair all = new Pair(pair.earlier(), byKey(in(OrderState.PAID, pair.later())));
        // Then
        assertThat(Comparison.of(all, 0))
                .isEqualTo(new Comparison(
                        100,
                        List.of(
                                Reason.SAME_BASKET,
                                Reason.WITHIN_MINUTES,
                                Reason.BY_ANOTHER_WAY,
                                Reason.EARLIER_UNPAID)));
    }

    @Test
    void nearlySameTheNextDay_isNotLikely() {
        // Given
        Pair pair = pair(draft(line("tea", 9, 100)), draft(line("tea", 9, 100), line("mug", 1, 100)), NEXT_DAY);
        // Then
        assertThat(Comparison.of(pair, 0).score()).isBetween(35, 55);
    }
}
