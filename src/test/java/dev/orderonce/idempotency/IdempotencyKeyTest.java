package dev.orderonce.idempotency;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.orderonce.idempotency.IdempotencyKey.Reading;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The header Idempotency-Key: which values are keys, and which are refused. */
class IdempotencyKeyTest {
    private static final String UUID = "8e03978e-40d5-43dd-bc93-6fce39b24dcc";

    private static Reading usable(String text) {
        return new Reading.Usable(new IdempotencyKey(text));
    }

    private static String quoted(String text) {
        return '"' + text + '"';
    }

    // --- Keys ---

    @Test
    void noHeader_isNoKey() {
        assertThat(IdempotencyKey.read(List.of())).isEqualTo(new Reading.None());
    }

    static Stream<String> bareKeys() {
        return Stream.of(
                UUID,
                UUID.replace("-", ""),
                "x".repeat(20),
                "x".repeat(255),
                "!#$%&'()*+-./0123456789:<=>?@",
                "ABCDEFGHIJKLMNOPQRSTUVWXYZ[]^_`",
                "abcdefghijklmnopqrstuvwxyz{|}~");
    }

    @ParameterizedTest
    @MethodSource("bareKeys")
    void bareCharacters_areTheKey(String text) {
        assertThat(IdempotencyKey.read(List.of(text))).isEqualTo(usable(text));
    }

    @ParameterizedTest
    @MethodSource("bareKeys")
    void string_isTheSameKeyAsItsBareCharacters(String text) {
        assertThat(IdempotencyKey.read(List.of(quoted(text)))).isEqualTo(usable(text));
    }

    @Test
    void spaceAroundTheValue_isNoPartOfTheKey() {
        assertThat(IdempotencyKey.read(List.of("  " + UUID + " "))).isEqualTo(usable(UUID));
        assertThat(IdempotencyKey.read(List.of(" " + quoted(UUID) + "  "))).isEqualTo(usable(UUID));
    }

    @Test
    void string_mayHoldWhatBareCharactersMayNot() {
        assertThat(IdempotencyKey.read(List.of(quoted("one,two;three=four,five"))))
                .isEqualTo(usable("one,two;three=four,five"));
    }

    @Test
    void escapedQuoteAndBackslash_areUnescaped() {
        assertThat(IdempotencyKey.read(List.of("\"aaaaaaaaaa\\\"bbbb\\\\cccccccccc\"")))
                .isEqualTo(usable("aaaaaaaaaa\"bbbb\\cccccccccc"));
    }

    @Test
    void escapes_countAsOneCharacterEach() {
        assertThat(IdempotencyKey.read(List.of(quoted("\\\\".repeat(20))))).isEqualTo(usable("\\".repeat(20)));
        assertThat(IdempotencyKey.read(List.of(quoted("\\\"".repeat(255))))).isEqualTo(usable("\"".repeat(255)));
        assertThat(IdempotencyKey.read(List.of(quoted("\\\\".repeat(19))))).isInstanceOf(Reading.Unusable.class);
    }

    static Stream<String> parameters() {
        return Stream.of(";a=1", "; a=1", ";a", ";a=1;b=\"two\"");
    }

    @ParameterizedTest
    @MethodSource("parameters")
    void parametersAfterTheString_meanNothing(String parameters) {
        assertThat(IdempotencyKey.read(List.of(quoted(UUID) + parameters))).isEqualTo(usable(UUID));
    }

    // --- Sent more than once ---

    static Stream<List<String>> repeated() {
        return Stream.of(
                List.of(UUID, UUID),
                List.of(UUID, UUID, UUID),
                List.of(quoted(UUID), quoted(UUID)),
                List.of(UUID, quoted(UUID)),
                List.of(UUID + "," + UUID),
                List.of(UUID + ", " + UUID),
                List.of(UUID + "\t, " + quoted(UUID)),
                List.of(quoted(UUID) + ", " + quoted(UUID)),
                List.of(quoted(UUID) + "," + quoted(UUID)),
                List.of(quoted(UUID) + ";a=1, " + UUID),
                List.of(quoted(UUID) + ";a=\"x, y\" , " + quoted(UUID) + ";b", UUID));
    }

    @ParameterizedTest
    @MethodSource("repeated")
    void sameValueRepeatedOrJoined_isTheKey(List<String> lines) {
        assertThat(IdempotencyKey.read(lines)).isEqualTo(usable(UUID));
    }

    @Test
    void commaInsideAString_joinsNothing() {
        assertThat(IdempotencyKey.read(List.of(quoted(UUID + "," + UUID)))).isEqualTo(usable(UUID + "," + UUID));
    }

    // --- What is no key ---

    static Stream<List<String>> unusable() {
        return Stream.of(
                // More than one
                List.of(UUID, "another-key-of-twenty-characters"),
                List.of(UUID, ""),
                List.of(UUID + ", another-key-of-twenty-characters"),
                List.of(quoted(UUID) + ", another-key-of-twenty-characters"),
                List.of(quoted(UUID + ", " + UUID), UUID),
                List.of(UUID + ","),
                List.of("," + UUID),
                List.of(quoted(UUID) + ";a=\"unclosed, " + quoted(UUID + "2")),
                // A string that is not one
                List.of("\"" + UUID),
                List.of(UUID + "\""),
                List.of("\""),
                List.of("\"" + UUID + "\\\""),
                List.of(quoted(UUID) + "x"),
                List.of(quoted(UUID) + " x"),
                List.of(quoted(UUID) + "\""),
                List.of(quoted(UUID + "\\n")),
                List.of(quoted(UUID + "\\u0041")),
                List.of("\"" + UUID + "\\"),
                // Too short, too long
                List.of(""),
                List.of(" "),
                List.of("\"\""),
                List.of("x"),
                List.of("x".repeat(19)),
                List.of(quoted("x".repeat(19))),
                List.of("x".repeat(256)),
                List.of(quoted("x".repeat(256))),
                // Characters that are not visible ASCII
                List.of("two words of one key, no"),
                List.of("aaaaaaaaaa bbbbbbbbbb"),
                List.of(quoted("aaaaaaaaaa bbbbbbbbbb")),
                List.of(quoted(" " + UUID)),
                List.of("aaaaaaaaaa\tbbbbbbbbbb"),
                List.of(quoted("aaaaaaaaaa\tbbbbbbbbbb")),
                List.of("aaaaaaaaaa\0bbbbbbbbbb"),
                List.of("aaaaaaaaaa\u007Fbbbbbbbbbb"),
                List.of("aaaaaaaaaaébbbbbbbbbb"),
                List.of(quoted("aaaaaaaaaaébbbbbbbbbb")),
                List.of("茶".repeat(20)),
                // Bare, with what only a string may hold
                List.of("aaaaaaaaaa\"bbbbbbbbbb"),
                List.of("aaaaaaaaaa,bbbbbbbbbb"),
                List.of("aaaaaaaaaa;bbbbbbbbbb"),
                List.of(UUID + ";a=1"),
                List.of("aaaaaaaaaa\\bbbbbbbbbb"));
    }

    @ParameterizedTest
    @MethodSource("unusable")
    void whatIsNoKey_isUnusableAndSaysWhy(List<String> lines) {
        assertThat(IdempotencyKey.read(lines))
                .isInstanceOfSatisfying(
                        Reading.Unusable.class,
                        unusable -> assertThat(unusable.why()).isNotBlank());
    }

    @Test
    void everyCharacter_isPartOfAKeyOnlyIfItIsVisibleAscii() {
        for (int c = 0; c <= Character.MAX_VALUE; c++) {
            if (c == '"' || c == '\\') {
                continue; // these end the string or escape something
            }
            // Given
            String text = "aaaaaaaaaa" + (char) c + "bbbbbbbbbb";

            // When
            Reading reading = IdempotencyKey.read(List.of(quoted(text)));

            // Then
            if (c >= '!' && c <= '~') {
                assertThat(reading).as("U+%04X", c).isEqualTo(usable(text));
            } else {
                assertThat(reading).as("U+%04X", c).isInstanceOf(Reading.Unusable.class);
            }
        }
    }

    @Test
    void everyLength_isThatOfAKeyFrom20To255() {
        assertThat(IntStream.rangeClosed(0, 300))
                .filteredOn(length -> IdempotencyKey.read(List.of("x".repeat(length))) instanceof Reading.Usable)
                .isEqualTo(IntStream.rangeClosed(20, 255).boxed().toList());
    }

    // --- The constructor ---

    static Stream<String> notKeys() {
        return Stream.of(
                "",
                "x".repeat(19),
                "x".repeat(256),
                "aaaaaaaaaa bbbbbbbbbb",
                " " + UUID,
                UUID + "\n",
                "aaaaaaaaaa\0bbbbbbbbbb",
                "aaaaaaaaaa\u007Fbbbbbbbbbb",
                "aaaaaaaaaaébbbbbbbbbb");
    }

    @ParameterizedTest
    @MethodSource("notKeys")
    void textThatIsNoKey_isRefused(String text) {
        assertThatThrownBy(() -> new IdempotencyKey(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("not an idempotency key");
    }
}
