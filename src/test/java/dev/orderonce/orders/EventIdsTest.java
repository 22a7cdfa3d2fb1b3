package dev.orderonce.orders;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orderonce.events.LogPosition;
import dev.orderonce.identity.Buyer;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.util.Base64;
import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Ids of live events: readable by their buyer only. */
@QuarkusTest
class EventIdsTest {
    private static final Buyer ALICE = new Buyer("alice");
    private static final Buyer BOB = new Buyer("bob");

    @Inject
    EventIds ids;

    static Stream<LogPosition> positions() {
        return Stream.of(
                new LogPosition(0, List.of()),
                new LogPosition(Long.MAX_VALUE, List.of()),
                new LogPosition(100, List.of(1L, 2L, 3L, 50L, 98L, 99L)),
                new LogPosition(
                        10_000, LongStream.rangeClosed(1_000, 9_000).boxed().toList()),
                new LogPosition(
                        100_000,
                        LongStream.range(0, EventIds.MOST_GAPS)
                                .map(i -> 3 * i)
                                .boxed()
                                .toList()));
    }

    @ParameterizedTest
    @MethodSource("positions")
    void id_isReadBack(LogPosition position) {
        assertThat(ids.read(ids.write(position, ALICE), ALICE)).contains(position);
    }

    @Test
    void tooManyGaps_nameAnEarlierPositionThatMissesNothing() {
        // Given
        List<Long> gaps = LongStream.range(1, 100).map(i -> 10 * i).boxed().toList();
        LogPosition position = new LogPosition(5_000, gaps);
        // When
        LogPosition read = ids.read(ids.write(position, ALICE), ALICE).orElseThrow();
        // Then
        assertThat(read.position()).isEqualTo(10L * (EventIds.MOST_GAPS + 1) - 1);
        assertThat(read.missing()).isEqualTo(gaps.subList(0, EventIds.MOST_GAPS));
    }

    @Test
    void idOfAnotherBuyer_isNotRead() {
        assertThat(ids.read(ids.write(new LogPosition(7, List.of()), BOB), ALICE))
                .isEmpty();
    }

    @Test
    void everyChangedByte_isNoticed() {
        // Given
        byte[] id = Base64.getUrlDecoder().decode(ids.write(new LogPosition(7, List.of(3L)), ALICE));
        for (int i = 0; i < id.length; i++) {
            byte[] changed = id.clone();
            changed[i] ^= 1;
            // Then
            assertThat(ids.read(Base64.getUrlEncoder().encodeToString(changed), ALICE))
                    .as("byte %d", i)
                    .isEmpty();
        }
    }

    @Test
    void samePosition_hasManyIdsOfOneLength() {
        LogPosition position = new LogPosition(7, List.of());
        List<String> written =
                Stream.generate(() -> ids.write(position, ALICE)).limit(100).toList();
        assertThat(written)
                .doesNotHaveDuplicates()
                .allMatch(id -> id.length() == written.getFirst().length());
        assertThat(ids.write(new LogPosition(Long.MAX_VALUE, List.of()), ALICE)).hasSameSizeAs(written.getFirst());
    }

    @ParameterizedTest
    @MethodSource("notIds")
    void textThatIsNoId_isNotRead(String text) {
        assertThat(ids.read(text, ALICE)).isEmpty();
    }

    static Stream<String> notIds() {
        return Stream.of("", "42", "====", "ü", "A".repeat(16), "A".repeat(17), "A".repeat(5_000));
    }
}
