package dev.orderonce.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.math.BigDecimal;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "null",
                "true",
                "\"\"",
                "0",
                "-12",
                "9223372036854775807",
                "123456789012345678901234567890.5",
                "[]",
                "{}",
                "[1,[2,{\"a\":[]}],null]",
                "{\"name\":\"Grünes 茶 🍵\",\"lines\":[{\"quantity\":2}]}"
            })
    void value_readAndWritten_isTheSame(String json) {
        assertThat(Json.write(Json.read(json))).isEqualTo(json);
    }

    @Test
    void escapes_areRead() {
        assertThat(Json.read(" [ \"\\u8336\\ud83c\\udf75\\n\\/\\\\\\\"\" , 1e2 , -0.50 ] "))
                .isEqualTo(List.of("茶🍵\n/\\\"", new BigDecimal("1e2"), new BigDecimal("-0.50")));
    }

    @Test
    void halfACharacter_isWrittenAsAnEscape() {
        // Given: the first half of a pair, and a control character
        String written = Json.write(Map.of("name", "a\ud83c\u0001"));
        // Then
        assertThat(written).isEqualTo("{\"name\":\"a\\ud83c\\u0001\"}");
        assertThat(new String(written.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8))
                .isEqualTo(written);
    }

    @Test
    void valuesOfAProgram_areWritten() {
        assertThat(Json.write(Arrays.asList(1, 2.5f, CharBuffer.wrap("text"), null, new BigDecimal("1.10"))))
                .isEqualTo("[1,2.5,\"text\",null,1.10]");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "nul",
                "01",
                "1.",
                "-",
                "1e",
                "+1",
                "[1,]",
                "[1 2]",
                "{\"a\"}",
                "{a:1}",
                "\"a",
                "\"\\x\"",
                "\"\\u12g4\"",
                "\"\\u12",
                "\"a\nb\"",
                "1 1",
                "1e99999999999",
                "'a'"
            })
    void otherText_isRefused(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> Json.read(text));
    }

    @Test
    void deepNesting_isRefused() {
        // Given
        String deep = "[".repeat(100_000);
        Object nested = List.of();
        for (int i = 0; i < 100; i++) {
            nested = List.of(nested);
        }
        Object tooDeep = nested;
        // Then
        assertThatIllegalArgumentException().isThrownBy(() -> Json.read(deep));
        assertThatIllegalArgumentException().isThrownBy(() -> Json.write(tooDeep));
    }

    @Test
    void whatIsNoJson_isNotWritten() {
        assertThatIllegalArgumentException().isThrownBy(() -> Json.write(Double.NaN));
        assertThatIllegalArgumentException().isThrownBy(() -> Json.write(new Object()));
    }
}
