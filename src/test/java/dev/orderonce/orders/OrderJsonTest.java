package dev.orderonce.orders;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.orderonce.numbers.OrderNumber;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** An order read back from the table equals the stored one. */
class OrderJsonTest {
    private static final OrderNumber EARLIER = new OrderNumber("1TVSMATNANANAQKFFY");

    @Test
    void lines_areWrittenAsTheTableDocumentsThem() {
        // Given
        List<Line> lines = List.of(
                new Line("tea-1", Optional.of("Green tea"), 2, 2100), new Line("cup-1", Optional.empty(), 1, 500));

        // Then
        assertThat(OrderJson.lines(lines)).isEqualTo("""
                        [{"productCode":"tea-1","name":"Green tea","quantity":2,"unitPrice":2100},\
                        {"productCode":"cup-1","quantity":1,"unitPrice":500}]""");
    }

    @Test
    void chargesAndMetadata_areWrittenAsTheTableDocumentsThem() {
        // Given
        List<Charge> charges = List.of(new Charge(Charge.Kind.DISCOUNT, "Coupon \"10\"", -420));
        Map<String, String> metadata = new LinkedHashMap<>(Map.of("channel", "web 🍵"));
        metadata.put("a", "");

        // Then
        assertThat(OrderJson.charges(charges))
                .isEqualTo("[{\"kind\":\"DISCOUNT\",\"label\":\"Coupon \\\"10\\\"\",\"amount\":-420}]");
        assertThat(OrderJson.readCharges(OrderJson.charges(charges))).isEqualTo(charges);
        assertThat(OrderJson.readCharges(null)).isEmpty();
        assertThat(OrderJson.metadata(metadata)).isEqualTo("{\"channel\":\"web 🍵\",\"a\":\"\"}");
        assertThat(OrderJson.readTexts(OrderJson.metadata(metadata))).isEqualTo(metadata);
        assertThat(OrderJson.readTexts(null)).isEmpty();
    }

    @Test
    void acknowledgements_areWrittenAsTheTableDocumentsThem() {
        // Given
        List<Acknowledgement> acknowledgements =
                List.of(new Acknowledgement.LargeAmount(4200), new Acknowledgement.SecondOrder(EARLIER));

        // Then
        assertThat(OrderJson.acknowledgements(acknowledgements)).isEqualTo("""
                        [{"kind":"LARGE_AMOUNT","total":4200},\
                        {"kind":"SECOND_ORDER","earlier":"1TVSMATNANANAQKFFY"}]""");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "tea-1",
                " spaces around ",
                "\"quoted\"",
                "it's",
                "back\\slash, C:\\tea\\new, \\u0041, \\\"",
                "</script><b>&amp;",
                "null",
                "{\"name\":[1,2]}",
                "Ångström, Łódź, ß",
                "お茶、抹茶",
                "شاي أخضر",
                "e\u0301 (two code points)",
                "line\u2028and paragraph\u2029separators",
                "🍵👩🏽‍🔬🏴󠁧󠁢󠁳󠁣󠁴󠁿"
            })
    void anyText_survivesWritingAndReading(String text) {
        // Given
        List<Line> lines = List.of(new Line(text, Optional.of(text), 1, 100), new Line(text, Optional.empty(), 2, 200));

        // When
        List<Line> read = OrderJson.readLines(OrderJson.lines(lines));

        // Then
        assertThat(read).isEqualTo(lines);
    }

    @ParameterizedTest
    @CsvSource({
        "1, 0",
        "1, 1",
        "1000000, 9007199254740991",
        "2147483648, 2147483648",
        "9223372036854775807, 9223372036854775806"
    })
    void numbersAtTheirBounds_surviveWritingAndReading(long quantity, long unitPrice) {
        // Given
        List<Line> lines = List.of(new Line("tea-1", Optional.empty(), quantity, unitPrice));

        // When
        List<Line> read = OrderJson.readLines(OrderJson.lines(lines));

        // Then
        assertThat(read).isEqualTo(lines);
    }

    @Test
    void theLargestOrder_survivesWritingAndReadingInItsOrder() {
        // Given
        String longestName = "🍵".repeat(OrderDraft.LONGEST_NAME / 2);
        List<Line> lines = IntStream.rangeClosed(1, OrderDraft.MOST_LINES)
                .mapToObj(i -> new Line(
                        "x".repeat(OrderDraft.LONGEST_CODE - 3) + (100 + i),
                        Optional.of(longestName),
                        i,
                        OrderDraft.LARGEST_AMOUNT))
                .toList();

        // When
        List<Line> read = OrderJson.readLines(OrderJson.lines(lines));

        // Then
        assertThat(read).isEqualTo(lines);
    }

    @Test
    void acknowledgements_surviveWritingAndReadingInTheirOrder() {
        // Given
        List<Acknowledgement> acknowledgements = List.of(
                new Acknowledgement.SecondOrder(EARLIER),
                new Acknowledgement.LargeAmount(0),
                new Acknowledgement.LargeAmount(OrderDraft.LARGEST_AMOUNT),
                new Acknowledgement.SecondOrder(new OrderNumber("000000000000000000")));

        // When
        List<Acknowledgement> read = OrderJson.readAcknowledgements(OrderJson.acknowledgements(acknowledgements));

        // Then
        assertThat(read).isEqualTo(acknowledgements);
    }

    @Test
    void nothing_survivesWritingAndReading() {
        assertThat(OrderJson.lines(List.of())).isEqualTo("[]");
        assertThat(OrderJson.acknowledgements(List.of())).isEqualTo("[]");
        assertThat(OrderJson.readLines("[]")).isEmpty();
        assertThat(OrderJson.readAcknowledgements("[]")).isEmpty();
    }

    /** Rows that were written by hand, or by a later version. */
    @Test
    void spacesAndMembersNotKnownHere_areReadOver() {
        // Given
        String text = """
                [ { "unitPrice": 2100, "colour": "green", "quantity": 2,
                    "productCode": "tea-1" } ]
                """;

        // When
        List<Line> read = OrderJson.readLines(text);

        // Then
        assertThat(read).containsExactly(new Line("tea-1", Optional.empty(), 2, 2100));
    }

    @ParameterizedTest
    @ValueSource(strings = {"nonsense", "[{\"productCode\":\"tea-1\"", "[{\"productCode\":\"tea"})
    void textThatIsCutOff_isAFaultAndNotAnEmptyOrder(String text) {
        assertThatThrownBy(() -> OrderJson.readLines(text))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessage("a stored order cannot be read");
    }
}
