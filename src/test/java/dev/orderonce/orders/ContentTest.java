package dev.orderonce.orders;

import static dev.orderonce.orders.Charge.Kind.DISCOUNT;
import static dev.orderonce.orders.Charge.Kind.FEE;
import static dev.orderonce.orders.Charge.Kind.SHIPPING;
import static dev.orderonce.orders.Charge.Kind.TAX;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

import dev.orderonce.money.Money;
import dev.orderonce.numbers.OrderNumber;
import java.util.Arrays;
import java.util.Currency;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** When two drafts have the same content, and the differences when they do not. */
class ContentTest {
    private static final Line TEA = line("tea-1", 2, 2100);
    private static final Line CUP = line("cup-1", 1, 500);
    private static final OrderDraft DRAFT = draft("EUR", 4700, TEA, CUP);
    private static final Map<String, Object> TEA_FIELDS =
            Map.of("productCode", "tea-1", "quantity", 2L, "unitPrice", 2100L);
    private static final Map<String, Object> CUP_FIELDS =
            Map.of("productCode", "cup-1", "quantity", 1L, "unitPrice", 500L);

    private static Line line(String productCode, long quantity, long unitPrice) {
        return new Line(productCode, Optional.empty(), quantity, unitPrice);
    }

    private static OrderDraft draft(String currency, long total, Line... lines) {
        return new OrderDraft(new Money(total, Currency.getInstance(currency)), List.of(lines), List.of());
    }

    private static OrderDraft ofLines(Line... lines) {
        return draft("EUR", 4700, lines);
    }

    // --- The fingerprint ---

    /** Rows hold the fingerprint: if its algorithm changed, old orders would no longer match new ones. */
    @Test
    void aKnownDraft_hasTheKnownFingerprint() {
        // When
        byte[] fingerprint = Content.fingerprint(DRAFT);

        // Then it is SHA-256 of EUR 4700 cup-1 1 500 tea-1 2 2100, a line each, cut to 128 bits
        assertThat(HexFormat.of().formatHex(fingerprint)).isEqualTo("878639d5071523f2891597de2370f4dd");
    }

    @Test
    void linesInAnotherOrder_areTheSame() {
        assertThat(Content.fingerprint(ofLines(CUP, TEA))).isEqualTo(Content.fingerprint(DRAFT));
    }

    @Test
    void linesOfOneProductInAnotherOrder_areTheSame() {
        // Given
        Line dear = line("tea-1", 1, 2500);
        Line more = line("tea-1", 3, 2100);

        // Then
        assertThat(Content.fingerprint(ofLines(dear, TEA, more)))
                .isEqualTo(Content.fingerprint(ofLines(more, dear, TEA)));
    }

    @Test
    void otherNames_areTheSame() {
        // Given
        OrderDraft named = ofLines(
                new Line("tea-1", Optional.of("Grüner Tee"), 2, 2100), new Line("cup-1", Optional.of("Tasse"), 1, 500));

        // Then
        assertThat(Content.fingerprint(named)).isEqualTo(Content.fingerprint(DRAFT));
    }

    @Test
    void otherAcknowledgements_areTheSame() {
        // Given
        OrderDraft acknowledged = new OrderDraft(
                DRAFT.total(),
                DRAFT.lines(),
                List.of(
                        new Acknowledgement.LargeAmount(4700),
                        new Acknowledgement.SecondOrder(new OrderNumber("1TVSMATNANANAQKFFY"))));

        // Then
        assertThat(Content.fingerprint(acknowledged)).isEqualTo(Content.fingerprint(DRAFT));
    }

    static Stream<Arguments> others() {
        return Stream.of(
                argumentSet("currency", draft("USD", 4700, TEA, CUP)),
                argumentSet("total", draft("EUR", 4701, TEA, CUP)),
                argumentSet("product", ofLines(line("tea-2", 2, 2100), CUP)),
                argumentSet("product in another case", ofLines(line("Tea-1", 2, 2100), CUP)),
                argumentSet("product with a space", ofLines(line("tea-1 ", 2, 2100), CUP)),
                argumentSet("quantity", ofLines(line("tea-1", 3, 2100), CUP)),
                argumentSet("price", ofLines(line("tea-1", 2, 2101), CUP)),
                argumentSet("quantity and price swapped", ofLines(line("tea-1", 2100, 2), CUP)),
                argumentSet("a digit moved", ofLines(line("tea-1", 22, 100), CUP)),
                argumentSet("a digit moved from the code", ofLines(line("tea-", 12, 2100), CUP)),
                argumentSet("prices exchanged", ofLines(line("tea-1", 2, 500), line("cup-1", 1, 2100))),
                argumentSet("a line left out", ofLines(TEA)),
                argumentSet("a line twice", ofLines(TEA, TEA, CUP)),
                argumentSet("a line added", ofLines(TEA, CUP, line("pot-1", 1, 0))),
                argumentSet("a line in two", ofLines(line("tea-1", 1, 2100), line("tea-1", 1, 2100), CUP)),
                argumentSet("a charge", charging(new Charge(FEE, "Gift wrap", 0))),
                argumentSet("no lines", ofLines()));
    }

    @ParameterizedTest
    @MethodSource("others")
    void anotherBusinessField_isNotTheSame(OrderDraft other) {
        assertThat(Content.fingerprint(other)).isNotEqualTo(Content.fingerprint(DRAFT));
        assertThat(Content.differences(DRAFT, other)).isNotEmpty();
    }

    private static OrderDraft charging(Charge... charges) {
        return new OrderDraft(
                DRAFT.total(), DRAFT.lines(), List.of(charges), List.of(), Optional.empty(), OrderNotes.NONE);
    }

    @Test
    void chargesInAnotherOrderOrWithOtherLabels_areTheSame() {
        // Given
        OrderDraft placed = charging(new Charge(SHIPPING, "Express", 490), new Charge(TAX, "VAT", 5));
        OrderDraft submitted = charging(new Charge(TAX, "MwSt", 5), new Charge(SHIPPING, "Eilig", 490));
        // Then
        assertThat(Content.fingerprint(submitted)).isEqualTo(Content.fingerprint(placed));
        assertThat(Content.differences(placed, submitted)).isEmpty();
    }

    /** After the lines, which without charges are all there is, as before there were any. */
    @Test
    void knownCharges_haveTheKnownFingerprint() {
        // Given
        OrderDraft charged = charging(new Charge(TAX, "VAT", 5), new Charge(SHIPPING, "Express", 490));
        // Then each is a line of a tab and its kind, and a line of its amount
        assertThat(HexFormat.of().formatHex(Content.fingerprint(charged)))
                .isEqualTo("2c93ba0bd02fb25b6ec0a7f56549e17a");
    }

    @Test
    void notes_areNotCompared() {
        // Given
        OrderNotes notes = new OrderNotes(
                Optional.of("S-1"), Map.of("channel", "web"), Optional.of("by bike"), Optional.of("a@example.com"));
        OrderDraft noted = new OrderDraft(DRAFT.total(), DRAFT.lines(), List.of(), List.of(), Optional.empty(), notes);
        // Then
        assertThat(Content.fingerprint(noted)).isEqualTo(Content.fingerprint(DRAFT));
        assertThat(Content.differences(DRAFT, noted)).isEmpty();
    }

    // --- What differs ---

    @Test
    void nothing_differsFromItself() {
        assertThat(Content.differences(DRAFT, ofLines(CUP, TEA))).isEmpty();
    }

    static Stream<Arguments> differences() {
        Line teaForLess = line("tea-1", 5, 1900);
        return Stream.of(
                argumentSet(
                        "another currency",
                        DRAFT,
                        draft("USD", 4700, TEA, CUP),
                        List.of(new Difference("/currency", "EUR", "USD"))),
                argumentSet(
                        "another total",
                        DRAFT,
                        draft("EUR", 4701, TEA, CUP),
                        List.of(new Difference("/total", 4700L, 4701L))),
                argumentSet(
                        "another quantity",
                        DRAFT,
                        ofLines(CUP, line("tea-1", 3, 2100)),
                        List.of(new Difference("/lines/1/quantity", 2L, 3L))),
                argumentSet(
                        "another price",
                        DRAFT,
                        ofLines(line("tea-1", 2, 2101), CUP),
                        List.of(new Difference("/lines/0/unitPrice", 2100L, 2101L))),
                argumentSet(
                        "a line added",
                        ofLines(TEA),
                        ofLines(TEA, CUP),
                        List.of(new Difference("/lines/1", null, CUP_FIELDS))),
                argumentSet(
                        "a line left out",
                        ofLines(TEA, CUP),
                        ofLines(TEA),
                        List.of(new Difference("/lines/1", CUP_FIELDS, null))),
                argumentSet(
                        "one product for another",
                        ofLines(TEA),
                        ofLines(CUP),
                        List.of(
                                new Difference("/lines/0", null, CUP_FIELDS),
                                new Difference("/lines/0", TEA_FIELDS, null))),
                argumentSet(
                        "the second of two lines of one product",
                        ofLines(teaForLess, TEA),
                        ofLines(line("tea-1", 4, 2100), teaForLess),
                        List.of(new Difference("/lines/0/quantity", 2L, 4L))),
                argumentSet(
                        "the dearer of two lines of one product left out",
                        ofLines(TEA, teaForLess),
                        ofLines(teaForLess),
                        List.of(new Difference("/lines/0", TEA_FIELDS, null))),
                argumentSet(
                        "a dearer line of one product added",
                        ofLines(teaForLess),
                        ofLines(TEA, teaForLess),
                        List.of(new Difference("/lines/0", null, TEA_FIELDS))),
                argumentSet(
                        "one of two equal lines left out",
                        ofLines(TEA, CUP, TEA),
                        ofLines(CUP, TEA),
                        List.of(new Difference("/lines/2", TEA_FIELDS, null))),
                argumentSet(
                        "two of three equal lines left out",
                        ofLines(TEA, TEA, TEA),
                        ofLines(TEA),
                        List.of(
                                new Difference("/lines/1", TEA_FIELDS, null),
                                new Difference("/lines/2", TEA_FIELDS, null))),
                argumentSet(
                        "another charge of one kind, and one left out",
                        charging(new Charge(TAX, "VAT", 5), new Charge(SHIPPING, "Express", 490)),
                        charging(new Charge(SHIPPING, "Standard", 290)),
                        List.of(
                                new Difference("/charges/0/amount", 490L, 290L),
                                new Difference("/charges/0", Map.of("kind", "TAX", "amount", 5L), null))),
                argumentSet(
                        "a discount added",
                        DRAFT,
                        charging(new Charge(DISCOUNT, "Coupon", -100)),
                        List.of(new Difference("/charges/0", null, Map.of("kind", "DISCOUNT", "amount", -100L)))),
                argumentSet(
                        "everything",
                        DRAFT,
                        draft("USD", 1, line("tea-1", 1, 1), line("pot-1", 1, 0)),
                        List.of(
                                new Difference("/currency", "EUR", "USD"),
                                new Difference("/total", 4700L, 1L),
                                new Difference(
                                        "/lines/1",
                                        null,
                                        Map.of("productCode", "pot-1", "quantity", 1L, "unitPrice", 0L)),
                                new Difference("/lines/0/quantity", 2L, 1L),
                                new Difference("/lines/0/unitPrice", 2100L, 1L),
                                new Difference("/lines/1", CUP_FIELDS, null))));
    }

    @ParameterizedTest
    @MethodSource("differences")
    void whatDiffers_isNamedWithBothValues(OrderDraft placed, OrderDraft submitted, List<Difference> expected) {
        assertThat(Content.differences(placed, submitted)).isEqualTo(expected);
    }

    // --- Both together ---

    @Test
    void differences_areEmptyExactlyIfTheFingerprintsAreEqual() {
        long seed = 20_260_101;
        int pairs = 20_000;
        Random random = new Random(seed);
        int same = 0;
        for (int pair = 0; pair < pairs; pair++) {
            // Given drafts from so small a world that many of them are the same
            OrderDraft placed = anyDraft(random);
            OrderDraft submitted = anyDraft(random);

            // When
            boolean isSame = Arrays.equals(Content.fingerprint(placed), Content.fingerprint(submitted));
            List<Difference> differences = Content.differences(placed, submitted);

            // Then
            assertThat(differences.isEmpty())
                    .as("seed %d, pair %d: %s and %s: %s", seed, pair, placed, submitted, differences)
                    .isEqualTo(isSame);
            assertThat(Content.differences(submitted, placed))
                    .as("seed %d, pair %d, the other way round", seed, pair)
                    .extracting(ContentTest::withoutPosition)
                    .containsExactlyInAnyOrderElementsOf(mirrored(differences));
            same += isSame ? 1 : 0;
        }
        assertThat(same).as("seed %d: pairs that are the same", seed).isBetween(100, pairs - 100);
    }

    private static OrderDraft anyDraft(Random random) {
        return new OrderDraft(
                new Money(random.nextInt(2), Currency.getInstance(random.nextBoolean() ? "EUR" : "USD")),
                IntStream.range(0, random.nextInt(4))
                        .mapToObj(i -> anyLine(random))
                        .toList(),
                IntStream.range(0, Math.max(0, random.nextInt(6) - 3))
                        .mapToObj(i -> anyCharge(random))
                        .toList(),
                random.nextBoolean() ? List.of() : List.of(new Acknowledgement.LargeAmount(1)),
                Optional.empty(),
                OrderNotes.NONE);
    }

    private static Charge anyCharge(Random random) {
        return new Charge(
                random.nextBoolean() ? FEE : DISCOUNT, random.nextBoolean() ? "one" : "another", random.nextInt(2));
    }

    private static Line anyLine(Random random) {
        return new Line(
                random.nextBoolean() ? "a" : "b",
                random.nextBoolean() ? Optional.empty() : Optional.of("name"),
                1 + random.nextInt(2),
                random.nextInt(2));
    }

    /** The position is that in the request, which the other way round is the order. */
    private static Difference withoutPosition(Difference difference) {
        return new Difference(
                difference.field().replaceAll("[0-9]+", "N"), difference.placed(), difference.submitted());
    }

    private static List<Difference> mirrored(List<Difference> differences) {
        return differences.stream()
                .map(difference -> withoutPosition(new Difference(
                        difference.field(),
                        /* placed= */ difference.submitted(),
                        /* submitted= */ difference.placed())))
                .toList();
    }
}
