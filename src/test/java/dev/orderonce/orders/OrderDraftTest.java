package dev.orderonce.orders;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

import dev.orderonce.http.Violation;
import dev.orderonce.money.Money;
import dev.orderonce.numbers.OrderNumber;
import dev.orderonce.orders.OrderDraft.Reading;
import dev.orderonce.orders.OrderSubmission.AcknowledgementSubmission;
import dev.orderonce.orders.OrderSubmission.ChargeSubmission;
import dev.orderonce.orders.OrderSubmission.LineSubmission;
import java.util.Arrays;
import java.util.Collections;
import java.util.Currency;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which submissions are accepted, and the errors reported for all others. */
class OrderDraftTest {
    private static final Currency EUR = Currency.getInstance("EUR");
    private static final LineSubmission TEA = line("tea-1", "Green tea", 2L, 2100L);
    private static final OrderNumber EARLIER = new OrderNumber("1TVSMATNANANAQKFFY");

    private static final String KINDS = "must be LARGE_AMOUNT or SECOND_ORDER";
    private static final String AMOUNTS = "must be a whole number from 0 to 9007199254740991";
    private static final String QUANTITIES = "must be a whole number from 1 to 1000000";
    private static final String CODES = "must have 1 to 64 characters, not only spaces";
    private static final String NAMES = "must have 1 to 200 characters, not only spaces";
    private static final String NOT_PLAIN = "must not hold control characters or broken Unicode";
    private static final String NOT_A_CURRENCY = "is not an ISO 4217 code of a currency";

    private static OrderSubmission submission(
            @Nullable String currency,
            @Nullable Long total,
            @Nullable List<@Nullable LineSubmission> lines,
            @Nullable List<@Nullable AcknowledgementSubmission> acknowledgements) {
        return new OrderSubmission(
                null, null, currency, total, lines, null, acknowledgements, null, null, null, null, null);
    }

    private static OrderSubmission in(@Nullable String currency) {
        return submission(currency, 4200L, List.of(TEA), List.of());
    }

    private static OrderSubmission totalling(@Nullable Long total, @Nullable LineSubmission... lines) {
        return submission("EUR", total, Arrays.asList(lines), null);
    }

    private static OrderSubmission acknowledging(@Nullable AcknowledgementSubmission... acknowledgements) {
        return submission("EUR", 4200L, List.of(TEA), Arrays.asList(acknowledgements));
    }

    private static LineSubmission line(
            @Nullable String productCode, @Nullable String name, @Nullable Long quantity, @Nullable Long unitPrice) {
        return new LineSubmission(productCode, name, quantity, unitPrice);
    }

    private static AcknowledgementSubmission acknowledgement(
            @Nullable String kind, @Nullable Long total, @Nullable String earlier) {
        return new AcknowledgementSubmission(kind, total, earlier);
    }

    private static Reading invalid(String field, String message) {
        return new Reading.Invalid(List.of(new Violation(field, message)));
    }

    // --- Sound ---

    @Test
    void aSoundSubmission_isDraftedAsItWasSent() {
        // Given
        OrderSubmission submission = submission(
                "EUR",
                4700L,
                List.of(TEA, line("cup-1", null, 1L, 500L)),
                List.of(
                        acknowledgement("LARGE_AMOUNT", 4700L, null),
                        acknowledgement("SECOND_ORDER", null, EARLIER.shown())));

        // When
        Reading reading = OrderDraft.read(submission);

        // Then
        assertThat(reading)
                .isEqualTo(new Reading.Drafted(new OrderDraft(
                        new Money(4700, EUR),
                        List.of(
                                new Line("tea-1", Optional.of("Green tea"), 2, 2100),
                                new Line("cup-1", Optional.empty(), 1, 500)),
                        List.of(new Acknowledgement.LargeAmount(4700), new Acknowledgement.SecondOrder(EARLIER)))));
    }

    static Stream<Arguments> sound() {
        return Stream.of(
                argumentSet("no acknowledgements", totalling(4200L, TEA)),
                argumentSet("one of a thing", totalling(5L, line("x", null, 1L, 5L))),
                argumentSet("a million of it", totalling(5_000_000L, line("x", null, 1_000_000L, 5L))),
                argumentSet("for nothing", totalling(0L, line("x", null, 3L, 0L))),
                argumentSet(
                        "the largest amount",
                        totalling(9_007_199_254_740_991L, line("x", null, 1L, 9_007_199_254_740_991L))),
                argumentSet("the longest code", totalling(5L, line("x".repeat(64), null, 1L, 5L))),
                argumentSet("the longest name", totalling(5L, line("x", "x".repeat(200), 1L, 5L))),
                argumentSet("two lines of one product", totalling(8400L, TEA, TEA)),
                argumentSet("100 lines", submission("EUR", 420_000L, Collections.nCopies(100, TEA), List.of())),
                argumentSet(
                        "10 acknowledgements",
                        submission(
                                "EUR",
                                4200L,
                                List.of(TEA),
                                Collections.nCopies(10, acknowledgement("LARGE_AMOUNT", 4200L, null)))));
    }

    @ParameterizedTest
    @MethodSource("sound")
    void whatIsWithinTheBounds_isDrafted(OrderSubmission submission) {
        assertThat(OrderDraft.read(submission)).isInstanceOf(Reading.Drafted.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"EUR", "USD", "JPY", "KWD", "CHF"})
    void aCurrencyInUse_isTaken(String code) {
        // When
        Reading reading = OrderDraft.read(in(code));

        // Then
        assertThat(reading)
                .isInstanceOfSatisfying(
                        Reading.Drafted.class,
                        drafted -> assertThat(drafted.draft().total())
                                .isEqualTo(new Money(4200, Currency.getInstance(code))));
    }

    @ParameterizedTest
    @ValueSource(strings = {"🍵", "👩🏽‍🔬", "お茶", "شاي", "Łódź 1 / \"ß\" \\ <b>", " x "})
    void textInAnyScript_isTakenUnchanged(String text) {
        // When
        Reading reading = OrderDraft.read(totalling(5L, line(text, text, 1L, 5L)));

        // Then
        assertThat(reading)
                .isInstanceOfSatisfying(
                        Reading.Drafted.class,
                        drafted -> assertThat(drafted.draft().lines())
                                .containsExactly(new Line(text, Optional.of(text), 1, 5)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"1TVSMATNANANAQKFFY", "1TVSMA-TNANAN-AQKFFY", "itvsma tnanan aqkffy" // as a person writes it
            })
    void theEarlierOrder_isReadHoweverItIsWritten(String earlier) {
        // When
        Reading reading = OrderDraft.read(acknowledging(acknowledgement("SECOND_ORDER", null, earlier)));

        // Then
        assertThat(reading)
                .isInstanceOfSatisfying(
                        Reading.Drafted.class,
                        drafted -> assertThat(drafted.draft().acknowledgements())
                                .containsExactly(new Acknowledgement.SecondOrder(EARLIER)));
    }

    // --- Currency and total ---

    @ParameterizedTest
    @ValueSource(strings = {"", "EU", "EURO", "eur", "Eur", "€", "XXX", "XAU", "XTS", "ZZZ", "123", "ＥＵＲ"})
    void anUnknownOrPseudoCurrency_isRefused(String code) {
        assertThat(OrderDraft.read(in(code))).isEqualTo(invalid("/currency", NOT_A_CURRENCY));
    }

    static Stream<Arguments> wrongHeads() {
        return Stream.of(
                argumentSet("no currency", in(null), "currency", "is missing"),
                argumentSet("no total", totalling(null, TEA), "total", "is missing"),
                argumentSet("a negative total", totalling(-1L, TEA), "total", AMOUNTS),
                argumentSet("a total that browsers round", totalling(9_007_199_254_740_992L, TEA), "total", AMOUNTS),
                argumentSet("no lines", submission("EUR", 0L, null, null), "lines", "must hold 1 to 100 lines"),
                argumentSet("an empty list of lines", totalling(0L), "lines", "must hold 1 to 100 lines"),
                argumentSet(
                        "101 lines",
                        submission("EUR", 424_200L, Collections.nCopies(101, TEA), null),
                        "lines",
                        "must hold 1 to 100 lines"));
    }

    static Stream<Arguments> wrongLines() {
        return Stream.of(
                argumentSet("null", null, "", "must be an object"),
                argumentSet("no code", line(null, null, 1L, 5L), "/productCode", "is missing"),
                argumentSet("an empty code", line("", null, 1L, 5L), "/productCode", CODES),
                argumentSet("a blank code", line("  ", null, 1L, 5L), "/productCode", CODES),
                argumentSet("a long code", line("x".repeat(65), null, 1L, 5L), "/productCode", CODES),
                argumentSet("an empty name", line("x", "", 1L, 5L), "/name", NAMES),
                argumentSet("a blank name", line("x", " \u3000", 1L, 5L), "/name", NAMES),
                argumentSet("a long name", line("x", "x".repeat(201), 1L, 5L), "/name", NAMES),
                argumentSet("no quantity", line("x", null, null, 5L), "/quantity", "is missing"),
                argumentSet("none of it", line("x", null, 0L, 5L), "/quantity", QUANTITIES),
                argumentSet("less than none", line("x", null, -1L, 5L), "/quantity", QUANTITIES),
                argumentSet("too many", line("x", null, 1_000_001L, 5L), "/quantity", QUANTITIES),
                argumentSet("as many as can be written", line("x", null, Long.MAX_VALUE, 5L), "/quantity", QUANTITIES),
                argumentSet("no price", line("x", null, 1L, null), "/unitPrice", "is missing"),
                argumentSet("a negative price", line("x", null, 1L, -1L), "/unitPrice", AMOUNTS),
                argumentSet(
                        "a price that browsers round",
                        line("x", null, 1L, 9_007_199_254_740_992L),
                        "/unitPrice",
                        AMOUNTS),
                argumentSet("the least price", line("x", null, 1L, Long.MIN_VALUE), "/unitPrice", AMOUNTS));
    }

    @ParameterizedTest
    @MethodSource("wrongHeads")
    void aWrongHead_isRefusedWhereItIsWrong(OrderSubmission submission, String field, String message) {
        assertThat(OrderDraft.read(submission)).isEqualTo(invalid('/' + field, message));
    }

    @ParameterizedTest
    @ValueSource(longs = {4199, 4201, 0, 2100, 9_007_199_254_740_991L})
    void aTotalThatIsNotTheSum_isRefusedWithTheSum(long total) {
        assertThat(OrderDraft.read(totalling(total, TEA)))
                .isEqualTo(invalid("/total", "must be 4200, what the lines add up to"));
    }

    static Stream<Arguments> overflowing() {
        LineSubmission quarter = line("x", null, 1L << 19, 1L << 43);
        return Stream.of(
                argumentSet("the largest line", totalling(1L, line("x", null, 1_000_000L, 9_007_199_254_740_991L))),
                argumentSet(
                        "a line of 2^64, which wraps around to 0", totalling(0L, line("x", null, 1L << 19, 1L << 45))),
                argumentSet(
                        "four lines of 2^62, which wrap around to 0",
                        submission("EUR", 0L, Collections.nCopies(4, quarter), null)));
    }

    @ParameterizedTest
    @MethodSource("overflowing")
    void aSumThatOverflows_isRefusedAndNotWrappedAround(OrderSubmission submission) {
        assertThat(OrderDraft.read(submission)).isInstanceOfSatisfying(Reading.Invalid.class, refused -> {
            assertThat(refused.violations()).extracting(Violation::field).containsExactly("/total");
            assertThat(refused.violations().getFirst().message()).contains("more than any amount that can be ordered");
        });
    }

    @Test
    void aSumBeyondTheLargestAmount_isRefused() {
        // Given two of the dearest thing, and the largest total that can be sent
        OrderSubmission submission = totalling(9_007_199_254_740_991L, line("x", null, 2L, 9_007_199_254_740_991L));

        // When
        Reading reading = OrderDraft.read(submission);

        // Then
        assertThat(reading)
                .isInstanceOfSatisfying(
                        Reading.Invalid.class,
                        refused -> assertThat(refused.violations())
                                .extracting(Violation::field)
                                .containsExactly("/total"));
    }

    // --- Lines ---

    @ParameterizedTest
    @MethodSource("wrongLines")
    void aWrongLine_isRefusedWhereItIsWrong(@Nullable LineSubmission wrong, String member, String message) {
        assertThat(OrderDraft.read(totalling(4200L, TEA, wrong))).isEqualTo(invalid("/lines/1" + member, message));
    }

    @ParameterizedTest
    @ValueSource(
            ints = {
                0x00,
                0x01,
                0x08,
                0x09,
                0x0A,
                0x0D,
                0x1B,
                0x1F,
                0x7F,
                0x80,
                0x85,
                0x9F, // controls
                0xD800,
                0xDBFF,
                0xDC00,
                0xDFFF // half of a pair
            })
    void controlCharactersAndHalvesOfPairs_areRefused(int character) {
        // Given
        String text = "te" + (char) character + "a";

        // When
        Reading reading = OrderDraft.read(totalling(5L, line(text, text, 1L, 5L)));

        // Then
        assertThat(reading)
                .isEqualTo(new Reading.Invalid(List.of(
                        new Violation("/lines/0/productCode", NOT_PLAIN), new Violation("/lines/0/name", NOT_PLAIN))));
    }

    @Test
    void aPairTheWrongWayRound_isRefused() {
        // Given
        String reversed = "\uDF75\uD83C";

        // When
        Reading reading = OrderDraft.read(totalling(5L, line(reversed, null, 1L, 5L)));

        // Then
        assertThat(reading).isEqualTo(invalid("/lines/0/productCode", NOT_PLAIN));
    }

    // --- Acknowledgements ---

    static Stream<Arguments> wrongAcknowledgements() {
        return Stream.of(
                argumentSet("null", null, "/kind", KINDS),
                argumentSet("no kind", acknowledgement(null, 4200L, null), "/kind", KINDS),
                argumentSet("an empty kind", acknowledgement("", 4200L, null), "/kind", KINDS),
                argumentSet("another kind", acknowledgement("ALL", 4200L, null), "/kind", KINDS),
                argumentSet("a kind in lower case", acknowledgement("large_amount", 4200L, null), "/kind", KINDS),
                argumentSet("no total", acknowledgement("LARGE_AMOUNT", null, null), "/total", "is missing"),
                argumentSet("a negative total", acknowledgement("LARGE_AMOUNT", -1L, null), "/total", AMOUNTS),
                argumentSet(
                        "an earlier order with a total",
                        acknowledgement("LARGE_AMOUNT", 4200L, EARLIER.shown()),
                        "/earlier",
                        "does not go with LARGE_AMOUNT"),
                argumentSet(
                        "no earlier order",
                        acknowledgement("SECOND_ORDER", null, null),
                        "/earlier",
                        "must be the number of the earlier order"),
                argumentSet(
                        "a mistyped earlier order",
                        acknowledgement("SECOND_ORDER", null, "1TVSMA-TNANAN-AQKFFZ"),
                        "/earlier",
                        "must be the number of the earlier order"),
                argumentSet(
                        "a total with an earlier order",
                        acknowledgement("SECOND_ORDER", 4200L, EARLIER.shown()),
                        "/total",
                        "does not go with SECOND_ORDER"));
    }

    @ParameterizedTest
    @MethodSource("wrongAcknowledgements")
    void aWrongAcknowledgement_isRefusedWhereItIsWrong(
            @Nullable AcknowledgementSubmission wrong, String member, String message) {
        // Given
        AcknowledgementSubmission right = acknowledgement("LARGE_AMOUNT", 4200L, null);

        // When
        Reading reading = OrderDraft.read(acknowledging(right, wrong));

        // Then
        assertThat(reading).isEqualTo(invalid("/acknowledgements/1" + member, message));
    }

    @Test
    void elevenAcknowledgements_areRefused() {
        // Given
        OrderSubmission submission = submission(
                "EUR", 4200L, List.of(TEA), Collections.nCopies(11, acknowledgement("LARGE_AMOUNT", 4200L, null)));

        // Then
        assertThat(OrderDraft.read(submission)).isEqualTo(invalid("/acknowledgements", "must hold at most 10"));
    }

    // --- Charges ---

    private static OrderSubmission charging(long total, @Nullable ChargeSubmission... charges) {
        return new OrderSubmission(
                null, null, "EUR", total, List.of(TEA), Arrays.asList(charges), null, null, null, null, null, null);
    }

    private static ChargeSubmission charge(@Nullable String kind, @Nullable String label, @Nullable Long amount) {
        return new ChargeSubmission(kind, label, amount);
    }

    @Test
    void charges_areAPartOfTheTotal() {
        // Given
        OrderSubmission submission = charging(
                4405L,
                charge("SHIPPING", "Express", 490L),
                charge("TAX", "VAT", 115L),
                charge("FEE", "Gift wrap", 0L),
                charge("DISCOUNT", "Coupon", -400L));

        // When
        Reading reading = OrderDraft.read(submission);

        // Then
        assertThat(reading)
                .isInstanceOfSatisfying(
                        Reading.Drafted.class,
                        drafted -> assertThat(drafted.draft().charges())
                                .containsExactly(
                                        new Charge(Charge.Kind.SHIPPING, "Express", 490),
                                        new Charge(Charge.Kind.TAX, "VAT", 115),
                                        new Charge(Charge.Kind.FEE, "Gift wrap", 0),
                                        new Charge(Charge.Kind.DISCOUNT, "Coupon", -400)));
    }

    @Test
    void discountOfEverything_leavesATotalOfNothing() {
        assertThat(OrderDraft.read(charging(0L, charge("DISCOUNT", "Coupon", -4200L))))
                .isInstanceOf(Reading.Drafted.class);
    }

    @Test
    void discountOfMoreThanEverything_isRefused() {
        assertThat(OrderDraft.read(charging(0L, charge("DISCOUNT", "Coupon", -4201L))))
                .isEqualTo(invalid("/charges", "must not take off more than lines and other charges add up to"));
    }

    @Test
    void totalWithoutTheCharges_isRefusedWithTheSum() {
        assertThat(OrderDraft.read(charging(4200L, charge("SHIPPING", "Express", 490L))))
                .isEqualTo(invalid("/total", "must be 4690, what lines and charges add up to"));
    }

    static Stream<Arguments> wrongCharges() {
        String kinds = "must be SHIPPING, TAX, DISCOUNT or FEE";
        String below = "must be a whole number from -9007199254740991 to -1";
        return Stream.of(
                argumentSet("null", null, "", "must be an object"),
                argumentSet("no kind", charge(null, "x", 1L), "/kind", kinds),
                argumentSet("another kind", charge("TIP", "x", 1L), "/kind", kinds),
                argumentSet("no label", charge("FEE", null, 1L), "/label", "is missing"),
                argumentSet("a blank label", charge("FEE", " ", 1L), "/label", NAMES),
                argumentSet("no amount", charge("FEE", "x", null), "/amount", "is missing"),
                argumentSet("a negative fee", charge("FEE", "x", -1L), "/amount", AMOUNTS),
                argumentSet("a positive discount", charge("DISCOUNT", "x", 1L), "/amount", below),
                argumentSet("no discount", charge("DISCOUNT", "x", 0L), "/amount", below));
    }

    @ParameterizedTest
    @MethodSource("wrongCharges")
    void aWrongCharge_isRefusedWhereItIsWrong(@Nullable ChargeSubmission wrong, String member, String message) {
        assertThat(OrderDraft.read(charging(4200L, wrong))).isEqualTo(invalid("/charges/0" + member, message));
    }

    @Test
    void twentyOneCharges_areRefused() {
        // Given
        ChargeSubmission[] charges =
                Collections.nCopies(21, charge("FEE", "x", 0L)).toArray(ChargeSubmission[]::new);

        // Then
        assertThat(OrderDraft.read(charging(4200L, charges))).isEqualTo(invalid("/charges", "must hold at most 20"));
    }

    // --- Notes ---

    private static OrderSubmission noting(
            @Nullable String reference,
            @Nullable Map<String, @Nullable String> metadata,
            @Nullable String delivery,
            @Nullable String contact) {
        return new OrderSubmission(
                null, null, "EUR", 4200L, List.of(TEA), null, null, null, reference, metadata, delivery, contact);
    }

    @Test
    void notesUpToTheirBounds_areKeptAsTheyWereSent() {
        // Given
        Map<String, @Nullable String> metadata = new LinkedHashMap<>();
        IntStream.range(0, 20).forEach(i -> metadata.put("member" + (10 + i), "é".repeat(98)));
        String longest = "ä".repeat(1024);
        String reference = "🍵".repeat(64);

        // When
        Reading reading = OrderDraft.read(noting(reference, metadata, longest, "line 1\n\tline 2"));

        // Then
        assertThat(reading)
                .isInstanceOfSatisfying(
                        Reading.Drafted.class,
                        drafted -> assertThat(drafted.draft().notes())
                                .isEqualTo(new OrderNotes(
                                        Optional.of(reference),
                                        Map.copyOf(metadata),
                                        Optional.of(longest),
                                        Optional.of("line 1\n\tline 2"))));
    }

    static Stream<Arguments> wrongNotes() {
        String visible = "must be 1 to 64 visible characters";
        String bytes = "must have 1 to 2048 bytes of UTF-8";
        String unreadable = "must not hold broken Unicode, or control characters other than line breaks and tabs";
        Map<String, @Nullable String> many = new HashMap<>();
        IntStream.range(0, 21).forEach(i -> many.put("member" + i, ""));
        Map<String, @Nullable String> nothing = new HashMap<>();
        nothing.put("a/b", null);
        return Stream.of(
                argumentSet("an empty reference", noting("", null, null, null), "/reference", visible),
                argumentSet("a long reference", noting("x".repeat(65), null, null, null), "/reference", visible),
                argumentSet("a reference with a space", noting("a b", null, null, null), "/reference", visible),
                argumentSet("a control character", noting("a\u0007", null, null, null), "/reference", visible),
                argumentSet(
                        "too much metadata",
                        noting(null, many, null, null),
                        "/metadata",
                        "must have at most 20 members"),
                argumentSet(
                        "long metadata",
                        noting(null, Map.of("x", "é".repeat(2048)), null, null),
                        "/metadata",
                        "must have at most 4096 bytes of UTF-8"),
                argumentSet(
                        "metadata of null", noting(null, nothing, null, null), "/metadata/a~1b", "must be a string"),
                argumentSet(
                        "unreadable metadata",
                        noting(null, Map.of("x", "\u0000"), null, null),
                        "/metadata/x",
                        unreadable),
                argumentSet("a long delivery", noting(null, null, "é".repeat(1025), null), "/delivery", bytes),
                argumentSet("an empty contact", noting(null, null, null, ""), "/contact", bytes),
                argumentSet("an unreadable contact", noting(null, null, null, "\uD800"), "/contact", unreadable));
    }

    @ParameterizedTest
    @MethodSource("wrongNotes")
    void aWrongNote_isRefusedWhereItIsWrong(OrderSubmission submission, String field, String message) {
        assertThat(OrderDraft.read(submission)).isEqualTo(invalid(field, message));
    }

    // --- Together ---

    @Test
    void severalErrors_areAllReportedAtOnce() {
        // Given
        OrderSubmission submission = submission(
                "EURO",
                -1L,
                Arrays.asList(line("", "\u0007", 0L, -1L), null, TEA, line(null, null, null, null)),
                List.of(
                        acknowledgement("LARGE_AMOUNT", null, EARLIER.shown()),
                        acknowledgement("SECOND_ORDER", 1L, "nonsense")));

        // When
        Reading reading = OrderDraft.read(submission);

        // Then
        assertThat(reading)
                .isEqualTo(new Reading.Invalid(List.of(
                        new Violation("/currency", NOT_A_CURRENCY),
                        new Violation("/total", AMOUNTS),
                        new Violation("/lines/0/productCode", CODES),
                        new Violation("/lines/0/name", NOT_PLAIN),
                        new Violation("/lines/0/quantity", QUANTITIES),
                        new Violation("/lines/0/unitPrice", AMOUNTS),
                        new Violation("/lines/1", "must be an object"),
                        new Violation("/lines/3/productCode", "is missing"),
                        new Violation("/lines/3/quantity", "is missing"),
                        new Violation("/lines/3/unitPrice", "is missing"),
                        new Violation("/acknowledgements/0/earlier", "does not go with LARGE_AMOUNT"),
                        new Violation("/acknowledgements/0/total", "is missing"),
                        new Violation("/acknowledgements/1/total", "does not go with SECOND_ORDER"),
                        new Violation("/acknowledgements/1/earlier", "must be the number of the earlier order"))));
    }

    @Test
    void emptySubmission_isRefusedWithTheMissingMembers() {
        // When
        Reading reading = OrderDraft.read(submission(null, null, null, null));

        // Then
        assertThat(reading)
                .isEqualTo(new Reading.Invalid(List.of(
                        new Violation("/currency", "is missing"),
                        new Violation("/total", "is missing"),
                        new Violation("/lines", "must hold 1 to 100 lines"))));
    }
}
