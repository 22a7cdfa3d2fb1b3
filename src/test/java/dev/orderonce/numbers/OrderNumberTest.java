package dev.orderonce.numbers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.orderonce.identity.Buyer;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The 18 symbols of a number: their content, and that every common typing error is detected. */
class OrderNumberTest {
    private static final Buyer BUYER = new Buyer("alice");
    private static final SigningKeys KEYS = new SigningKeys("b3JkZXItb25jZSBvcmRlci1vbmNlIG9yZGVyLW9uY2U=", List.of());

    /** When the time stamp has used up 31/32 of its 31 bits. */
    private static final Instant FIRST_TOO_LATE = Instant.parse("2091-12-04T09:53:04Z");

    /** 2029-11-29T21:33:09Z, random 2AAAAAAA, signature ABCDEF, worked out by another program. */
    private static final String KNOWN = "1TVSMATNANANAQKFFY";

    private static final String CLIENT_KEY = "8e03978e-40d5-43dd-bc93-6fce39b24dcc";

    /** Alice's number for that key, worked out by another program. */
    private static final String KNOWN_OF_CLIENT_KEY = "ZK622KGAFGE3E9T2FT";

    private static final long SEED = 20_260_101;

    /** Numbers minted at times spread from 2026 to 2091. */
    private static final List<OrderNumber> SAMPLE =
            times(200).map(time -> KEYS.mint(BUYER, time)).toList();

    private static Stream<Instant> times(int count) {
        return new Random(SEED)
                .longs(
                        count,
                        OrderNumber.EPOCH.toEpochMilli(),
                        FIRST_TOO_LATE.toEpochMilli()) // to the millisecond: fractions are cut off
                .mapToObj(Instant::ofEpochMilli);
    }

    // --- Typing errors ---

    @Test
    void anyOneSymbolWrong_isRefused() {
        // Given
        List<String> wrong = SAMPLE.stream()
                .flatMap(number -> withOneSymbolWrong(number.symbols()))
                .toList();

        // Then
        assertThat(wrong).hasSize(200 * 18 * 31);
        assertThat(wrong)
                .filteredOn(written -> OrderNumber.read(written).isPresent())
                .isEmpty();
    }

    private static Stream<String> withOneSymbolWrong(String symbols) {
        return IntStream.range(0, symbols.length())
                .boxed()
                .flatMap(at -> Crockford.ALPHABET
                        .chars()
                        .filter(symbol -> symbol != symbols.charAt(at))
                        .mapToObj(symbol -> replaced(symbols, at, (char) symbol)));
    }

    @Test
    void anyTwoNeighboursSwapped_isRefused() {
        // Given
        List<String> swapped = SAMPLE.stream()
                .flatMap(number -> withNeighboursSwapped(number.symbols()))
                .toList();

        // Then
        assertThat(swapped).hasSizeGreaterThan(200 * 14);
        assertThat(swapped)
                .filteredOn(written -> OrderNumber.read(written).isPresent())
                .isEmpty();
    }

    private static Stream<String> withNeighboursSwapped(String symbols) {
        return IntStream.range(1, symbols.length())
                .filter(at -> symbols.charAt(at - 1) != symbols.charAt(at))
                .mapToObj(at -> replaced(replaced(symbols, at - 1, symbols.charAt(at)), at, symbols.charAt(at - 1)));
    }

    private static String replaced(String symbols, int at, char symbol) {
        return symbols.substring(0, at) + symbol + symbols.substring(at + 1);
    }

    // --- Reading ---

    @Test
    void howeverAPersonWritesIt_itIsReadAsTheSameNumber() {
        // Given
        Random random = new Random(SEED);
        for (OrderNumber number : SAMPLE) {
            for (int attempt = 0; attempt < 20; attempt++) {
                String written = writtenByAPerson(number.symbols(), random);

                // When
                Optional<OrderNumber> read = OrderNumber.read(written);

                // Then
                assertThat(read).as("read from '%s'", written).contains(number);
            }
        }
    }

    /** In any case, with I and L for 1, O for 0, spaces and hyphens before, between and after. */
    private static String writtenByAPerson(String symbols, Random random) {
        StringBuilder written = new StringBuilder();
        for (int at = 0; at < symbols.length(); at++) {
            written.append(" ".repeat(random.nextInt(2))).append("-".repeat(random.nextInt(2)));
            String ways = switch (symbols.charAt(at)) {
                case '0' -> "0Oo";
                case '1' -> "1IiLl";
                default -> {
                    String symbol = symbols.substring(at, at + 1);
                    yield symbol + symbol.toLowerCase(Locale.ROOT);
                }
            };
            written.append(ways.charAt(random.nextInt(ways.length())));
        }
        return written.append(" ".repeat(random.nextInt(3))).toString();
    }

    @Test
    void theShownForm_isReadBack() {
        assertThat(SAMPLE)
                .allSatisfy(
                        number -> assertThat(OrderNumber.read(number.shown())).contains(number));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "-",
                "1TVSMATNANANAQKFF", // 17 symbols
                "TVSMATNANANAQKFFY",
                "01TVSMATNANANAQKFFY", // 19, although the check symbol of so many fits
                "1TVSMATNANANAQKFFYY",
                "1TVSMATNANANAQKFFY1TVSMATNANANAQKFFY",
                "UTVSMATNANANAQKFFY",
                "1TVSMATNuNANAQKFFY",
                "1TVSMATNANANAQKFFU",
                "1TVSMATNANANAQKFFY\n",
                "\t1TVSMATNANANAQKFFY",
                "1TVSMA_TNANAN_AQKFFY",
                "1TVSMA.TNANAN.AQKFFY",
                "1TVSMA–TNANAN–AQKFFY", // dashes are not hyphens
                "1TVSMA\u00A0TNANAN\u00A0AQKFFY",
                "1TVſMATNANANAQKFFY", // a long s, which is S in upper case
                "1TVSMATNANANAQ\u212AFFY", // the sign for kelvin, which is k in lower case
                "１TVSMATNANANAQKFFY", // a digit of full width
                "１ＴＶＳＭＡＴＮＡＮＡＮＡＱＫＦＦＹ"
            })
    void whatHasNot18OfTheSymbols_isRefused(String written) {
        assertThat(OrderNumber.read(written)).isEmpty();
    }

    @Test
    void anyCharacterInASymbolsPlace_isRefusedUnlessItIsReadAsTheSymbol() {
        for (int c = 0; c <= Character.MAX_VALUE; c++) {
            // When "1" is replaced by any other character
            boolean isRead = OrderNumber.read((char) c + KNOWN.substring(1)).isPresent();

            // Then
            assertThat(isRead).as("U+%04X", c).isEqualTo("1IiLl".indexOf(c) >= 0);
        }
    }

    @ParameterizedTest
    @CsvSource({"64, true", "65, false", "1000000, false"})
    void whatIsLongerThanAnyoneWrites_isRefused(int length, boolean isRead) {
        // Given
        String written = KNOWN + "-".repeat(length - KNOWN.length());

        // Then
        assertThat(OrderNumber.read(written).isPresent()).isEqualTo(isRead);
    }

    // --- Content ---

    @Test
    void knownParts_giveTheKnownNumber() {
        // When
        OrderNumber number = OrderNumber.of(123_456_789, 0x2AAAAAAA, 0xABCDEF);

        // Then
        assertThat(number.symbols()).isEqualTo(KNOWN);
        assertThat(number.issuedAt()).isEqualTo("2029-11-29T21:33:09Z");
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0, 0",
        "0, 0, 16777215",
        "0, 1073741823, 0",
        "2080374783, 0, 0",
        "2080374783, 1073741823, 16777215",
        "123456789, 715827882, 11259375"
    })
    void parts_areReadBackFromTheSymbols(long seconds, int random, int signature) {
        // When
        OrderNumber number = OrderNumber.of(seconds, random, signature);

        // Then
        assertThat(number.seconds()).isEqualTo(seconds);
        assertThat(number.random()).isEqualTo(random);
        assertThat(number.signature()).isEqualTo(signature);
    }

    @Test
    void theTimeOfIssue_isKeptToTheSecond() {
        assertThat(times(200))
                .allSatisfy(time ->
                        assertThat(KEYS.mint(BUYER, time).issuedAt()).isEqualTo(time.truncatedTo(ChronoUnit.SECONDS)));
    }

    @Test
    void shown_isThreeGroupsOfSix() {
        // Given
        OrderNumber number = new OrderNumber(KNOWN);

        // Then
        assertThat(number.shown()).isEqualTo("1TVSMA-TNANAN-AQKFFY");
        assertThat(number).hasToString("1TVSMA-TNANAN-AQKFFY");
    }

    // --- Order and range ---

    @Test
    void numbers_sortByTheirTimeOfIssue() {
        // Given
        List<OrderNumber> byTime =
                times(200).sorted().map(time -> KEYS.mint(BUYER, time)).toList();
        List<OrderNumber> shuffled = new ArrayList<>(byTime);
        Collections.shuffle(shuffled, new Random(SEED));

        // When
        List<OrderNumber> sorted = shuffled.stream().sorted().toList();

        // Then
        assertThat(sorted).isEqualTo(byTime);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 31, 32, 1023, 1024, 123_456_789, (1L << 30) - 1, 2_080_374_782})
    void theLastNumberOfASecond_sortsBeforeTheFirstOfTheNext(long second) {
        // Given
        OrderNumber last = OrderNumber.of(second, (1 << 30) - 1, (1 << 24) - 1);
        OrderNumber first = OrderNumber.of(second + 1, 0, 0);

        // Then
        assertThat(last).isLessThan(first);
        assertThat(last.symbols()).isLessThan(first.symbols());
    }

    @Test
    void numbersOfEveryYearUntil2091_neverBeginWithTheMarker() {
        for (int year = 2026; year <= 2091; year++) {
            // When
            OrderNumber number = KEYS.mint(BUYER, Instant.parse(year + "-01-01T00:00:00Z"));

            // Then
            assertThat(number.symbols()).doesNotStartWith("Z");
            assertThat(number.isIssuable()).isTrue();
        }
        assertThat(SAMPLE).allMatch(OrderNumber::isIssuable);
    }

    @Test
    void theLastSecondOfTheRange_isTheLastBeforeTheMarker() {
        // When
        OrderNumber number = KEYS.mint(BUYER, FIRST_TOO_LATE.minusMillis(1));

        // Then
        assertThat(number.symbols()).startsWith("YZZZZZ");
        assertThat(number.issuedAt()).isEqualTo(FIRST_TOO_LATE.minusSeconds(1));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "-1000000000-01-01T00:00:00Z",
                "1970-01-01T00:00:00Z",
                "2025-12-31T23:59:59.999Z",
                "2091-12-04T09:53:04Z",
                "2094-01-19T03:14:08Z", // 31 bits are full
                "2162-02-07T06:28:16Z", // 32 bits are full, and seem to begin again
                "+1000000000-12-31T23:59:59Z"
            })
    void aTimeOutOfRange_isRefused(Instant time) {
        assertThatThrownBy(() -> KEYS.mint(BUYER, time))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("order numbers are issued from 2026 to 2091");
    }

    // --- Beginnings ---

    @Test
    void everyBeginningOfANumber_isReadHoweverItIsWritten() {
        SAMPLE.forEach(number -> {
            for (int length = OrderNumber.SHORTEST_PREFIX; length <= OrderNumber.LENGTH; length++) {
                String beginning = number.symbols().substring(0, length);
                String written = beginning.substring(0, 2) + "- "
                        + beginning.substring(2).toLowerCase(Locale.ROOT);
                assertThat(OrderNumber.readPrefix(written.replace('0', 'o').replace('1', 'l')))
                        .contains(beginning);
            }
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "0K3", "0-K-3", "0K3U", "0K3M7QXW52TB9H4NRCC", "0K3%"})
    void whatCannotBeginANumberOrIsTooShort_isRefused(String written) {
        assertThat(OrderNumber.readPrefix(written)).isEmpty();
    }

    @Test
    void firstSymbols_areBetweenTheNumbersBeforeAndAfter() {
        SAMPLE.forEach(number -> {
            Instant second = number.issuedAt();
            assertThat(OrderNumber.firstSymbols(second)).isLessThanOrEqualTo(number.symbols());
            assertThat(OrderNumber.firstSymbols(second.plusSeconds(1))).isGreaterThan(number.symbols());
        });
        assertThat(OrderNumber.firstSymbols(Instant.MIN)).isEqualTo("000000000");
        assertThat(OrderNumber.firstSymbols(Instant.MAX))
                .isEqualTo("Z00000000")
                .isLessThanOrEqualTo(KNOWN_OF_CLIENT_KEY);
    }

    // --- From a client's key ---

    @Test
    void buyerAndKey_giveTheSameNumberForEver() {
        // When
        OrderNumber number = OrderNumber.ofClientKey(BUYER, CLIENT_KEY);

        // Then
        assertThat(number.symbols()).isEqualTo(KNOWN_OF_CLIENT_KEY);
        assertThat(number.shown()).isEqualTo("ZK622K-GAFGE3-E9T2FT");
    }

    @Test
    void buyerAndKeyAgain_giveTheSameNumber() {
        assertThat(OrderNumber.ofClientKey(new Buyer("b".repeat(255)), "k".repeat(255)))
                .isEqualTo(OrderNumber.ofClientKey(new Buyer("b".repeat(255)), "k".repeat(255)));
    }

    @Test
    void numberOfAnyKey_isWellFormedAndNeverIssued() {
        for (int i = 0; i < 1000; i++) {
            // When
            OrderNumber number = OrderNumber.ofClientKey(BUYER, CLIENT_KEY + i);

            // Then
            assertThat(number.symbols()).startsWith("Z");
            assertThat(number.isIssuable()).isFalse();
            assertThat(OrderNumber.read(number.shown())).contains(number);
        }
    }

    @Test
    void anotherKey_givesAnotherNumber() {
        // When
        Stream<OrderNumber> numbers =
                IntStream.range(0, 10_000).mapToObj(i -> OrderNumber.ofClientKey(BUYER, CLIENT_KEY + i));

        // Then
        assertThat(numbers.distinct()).hasSize(10_000);
    }

    @Test
    void anotherBuyer_givesAnotherNumber() {
        // When
        Stream<OrderNumber> numbers =
                IntStream.range(0, 10_000).mapToObj(i -> OrderNumber.ofClientKey(new Buyer("b" + i), CLIENT_KEY));

        // Then
        assertThat(numbers.distinct()).hasSize(10_000);
    }

    @Test
    void theSameCharactersWithAnotherBorder_giveAnotherNumber() {
        assertThat(OrderNumber.ofClientKey(new Buyer("ab"), "c" + CLIENT_KEY))
                .isNotEqualTo(OrderNumber.ofClientKey(new Buyer("a"), "bc" + CLIENT_KEY));
    }

    @Test
    void theCaseOfAKey_matters() {
        assertThat(OrderNumber.ofClientKey(BUYER, CLIENT_KEY.toUpperCase(Locale.ROOT)))
                .isNotEqualTo(OrderNumber.ofClientKey(BUYER, CLIENT_KEY));
    }

    // --- The constructor ---

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "1TVSMATNANANAQKFF",
                "1TVSMATNANANAQKFFYY",
                "1TVSMATNANANAQKFFZ", // another check symbol
                "1TVSMATNANANAQKFFy",
                "1tvsmatnananaqkffy",
                "ITVSMATNANANAQKFFY",
                "LTVSMATNANANAQKFFY",
                "OOOOOOOOOOOOOOOOOO",
                "1TVSMA-TNANAN-AQKFFY",
                " 1TVSMATNANANAQKFF",
                "1TVSMATNANANAQKFFU",
                "１TVSMATNANANAQKFFY"
            })
    void symbolsThatAreNotCanonical_areRefused(String symbols) {
        assertThatThrownBy(() -> new OrderNumber(symbols))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("not a canonical order number");
    }

    @Test
    void canonicalSymbols_areTaken() {
        assertThat(new OrderNumber(KNOWN)).isEqualTo(OrderNumber.read(KNOWN).orElseThrow());
    }
}
