package dev.orderonce.orders;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orderonce.events.LogPartition;
import dev.orderonce.events.LogPosition;
import dev.orderonce.identity.Buyer;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.util.ArrayList;
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

    /** Of a partition's count. */
    private static final long LARGEST = (1L << 48) - 1;

    @Inject
    EventIds ids;

    /** A position of one partition, and of the others the beginning. */
    private static LogPosition of(int partition, long count, LongStream missing) {
        List<Long> positions = new ArrayList<>(LogPosition.BEGINNING.positions());
        long beginning = LogPartition.beginning(partition);
        positions.set(partition, beginning + count);
        return new LogPosition(
                positions, missing.map(each -> beginning + each).boxed().toList());
    }

    private static LogPosition of(int partition, long count) {
        return of(partition, count, LongStream.empty());
    }

    static Stream<LogPosition> positions() {
        return Stream.of(
                LogPosition.BEGINNING,
                of(0, 7),
                of(LogPartition.COUNT - 1, LARGEST),
                of(3, 100, LongStream.of(1, 2, 3, 50, 98, 99)),
                of(3, 10_000, LongStream.rangeClosed(1_000, 9_000)),
                of(3, 100_000, LongStream.rangeClosed(1, EventIds.MOST_GAPS).map(i -> 3 * i)));
    }

    @ParameterizedTest
    @MethodSource("positions")
    void id_isReadBack(LogPosition position) {
        assertThat(ids.read(ids.write(position, ALICE), ALICE)).contains(position);
    }

    @Test
    void tooManyGaps_nameAnEarlierPositionThatMissesNothing() {
        // Given
        LogPosition position = of(3, 5_000, LongStream.range(1, 100).map(i -> 10 * i));
        LogPosition other = of(5, 40, LongStream.of(17, 19));
        List<Long> positions = new ArrayList<>(position.positions());
        positions.set(5, other.positions().get(5));
        LogPosition both = new LogPosition(
                positions,
                Stream.of(position.missing(), other.missing())
                        .flatMap(List::stream)
                        .toList());
        // When
        LogPosition read = ids.read(ids.write(both, ALICE), ALICE).orElseThrow();
        // Then
        assertThat(read.positions().get(3)).isEqualTo(LogPartition.beginning(3) + 10L * (EventIds.MOST_GAPS + 1) - 1);
        assertThat(read.positions().get(5)).isEqualTo(LogPartition.beginning(5) + 16);
        assertThat(read.missing()).isEqualTo(position.missing().subList(0, EventIds.MOST_GAPS));
    }

    @Test
    void idOfAnotherBuyer_isNotRead() {
        assertThat(ids.read(ids.write(of(1, 7), BOB), ALICE)).isEmpty();
    }

    @Test
    void everyChangedByte_isNoticed() {
        // Given
        byte[] id = Base64.getUrlDecoder().decode(ids.write(of(1, 7, LongStream.of(3)), ALICE));
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
        LogPosition position = of(1, 7);
        List<String> written =
                Stream.generate(() -> ids.write(position, ALICE)).limit(100).toList();
        assertThat(written)
                .doesNotHaveDuplicates()
                .allMatch(id -> id.length() == written.getFirst().length());
        assertThat(ids.write(of(1, LARGEST), ALICE)).hasSameSizeAs(written.getFirst());
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
