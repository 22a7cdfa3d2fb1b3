package dev.orderonce.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SpellingTest {
    private static final List<String> NAMES = List.of("quantity", "unitPrice", "productCode", "currency", "total");

    @ParameterizedTest
    @CsvSource({
        "qty,quantity",
        "price,unitPrice",
        "unit_price,unitPrice",
        "quantiyt,quantity",
        "Curency,currency",
        "totals,total",
        "product-code,productCode"
    })
    void misspeltName_isRecognised(String written, String meant) {
        assertThat(Spelling.nearest(written, NAMES)).contains(meant);
    }

    @ParameterizedTest
    @ValueSource(strings = {"colour", "x", "", "ab", "----"})
    void anotherWord_isNone(String written) {
        assertThat(Spelling.nearest(written, NAMES)).isEmpty();
    }

    @Test
    void longText_isNotCompared() {
        assertThat(Spelling.nearest("quantity".repeat(1000), NAMES)).isEmpty();
    }
}
