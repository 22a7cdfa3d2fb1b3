package dev.orderonce.numbers;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The check of a number, proved over the whole field: its 32 states and 32 symbols. */
class CrockfordTest {
    private static final List<Integer> FIELD = IntStream.range(0, 32).boxed().toList();

    @Test
    void everySymbolFromAState_givesAStateOfItsOwn() {
        assertThat(FIELD).allSatisfy(state -> {
            // When
            List<Integer> following =
                    FIELD.stream().map(symbol -> Crockford.damm(state, symbol)).toList();

            // Then
            assertThat(following).containsExactlyInAnyOrderElementsOf(FIELD);
        });
    }

    @Test
    void oneSymbolFromEveryState_givesAStateOfItsOwn() {
        assertThat(FIELD).allSatisfy(symbol -> {
            // When
            List<Integer> following =
                    FIELD.stream().map(state -> Crockford.damm(state, symbol)).toList();

            // Then
            assertThat(following).containsExactlyInAnyOrderElementsOf(FIELD);
        });
    }

    @Test
    void twoSymbolsSwapped_neverGiveTheSameState() {
        for (int state : FIELD) {
            for (int x : FIELD) {
                for (int y : FIELD) {
                    // When
                    int straight = Crockford.damm(Crockford.damm(state, x), y);
                    int swapped = Crockford.damm(Crockford.damm(state, y), x);

                    // Then
                    assertThat(straight == swapped)
                            .as("from %d, %d then %d against %d then %d", state, x, y, y, x)
                            .isEqualTo(x == y);
                }
            }
        }
    }

    @Test
    void theLastSymbol_endsAtZeroOnlyIfItIsTheState() {
        for (int state : FIELD) {
            for (int last : FIELD) {
                assertThat(Crockford.damm(state, last) == 0)
                        .as("from %d, the last symbol %d", state, last)
                        .isEqualTo(last == state);
            }
        }
    }

    @Test
    void everyCharacterThereIs_isReadAsItsValueOrNotAtAll() {
        for (int c = 0; c <= Character.MAX_VALUE; c++) {
            assertThat(Crockford.value((char) c)).as("U+%04X", c).isEqualTo(valueByHand((char) c));
        }
    }

    /** Crockford's own table, written the slow way. */
    private static int valueByHand(char c) {
        return switch (c) {
            case 'I', 'i', 'L', 'l' -> 1;
            case 'O', 'o' -> 0;
            default -> {
                boolean isLowerCase = c >= 'a' && c <= 'z';
                yield Crockford.ALPHABET.indexOf(isLowerCase ? c - 'a' + 'A' : c);
            }
        };
    }

    @Test
    void bitsWritten_areReadBack() {
        // Given the most that twelve symbols hold, the least, and something in between
        for (long bits : new long[] {(1L << 60) - 1, 0, 0x0123_4567_89AB_CDEL}) {
            char[] symbols = new char[14];

            // When
            Crockford.write(bits, symbols, 1, 12);

            // Then
            assertThat(Crockford.read(new String(symbols), 1, 12)).isEqualTo(bits);
        }
    }
}
