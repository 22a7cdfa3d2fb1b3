package dev.orderonce.events;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.LongPredicate;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;

/** Positions are sets of ids: each operation compared with the same one on plain sets. */
class LogPositionTest {
    private static final int LARGEST = 5;

    /** Ids of the log before partitions, of the first partition, of the last one and of one between. */
    private static final List<Integer> PARTITIONS = List.of(0, 1, 9, LogPartition.COUNT - 1);

    private static Stream<Long> all() {
        return PARTITIONS.stream()
                .flatMap(partition -> LongStream.rangeClosed(1, LARGEST)
                        .mapToObj(count -> LogPartition.beginning(partition) + count));
    }

    private static Set<Long> ids(LogPosition position) {
        return all().filter(position::contains).collect(Collectors.toCollection(TreeSet::new));
    }

    private static LogPosition random(Random random) {
        List<Long> positions = new ArrayList<>(LogPosition.BEGINNING.positions());
        List<Long> missing = new ArrayList<>();
        for (int partition : PARTITIONS) {
            long reached = LogPartition.beginning(partition) + random.nextInt(LARGEST + 1);
            positions.set(partition, reached);
            LongStream.range(LogPartition.beginning(partition) + 1, reached)
                    .filter(id -> random.nextInt(4) == 0)
                    .forEach(missing::add);
        }
        return new LogPosition(positions, missing);
    }

    private static Set<Long> where(Set<Long> ids, LongPredicate condition) {
        return ids.stream().filter(condition::test).collect(Collectors.toCollection(TreeSet::new));
    }

    @RepeatedTest(500)
    void operations_areThoseOfSets(RepetitionInfo repetition) {
        // Given
        Random random = new Random(repetition.getCurrentRepetition());
        LogPosition one = random(random);
        LogPosition other = random(random);
        long id =
                LogPartition.beginning(PARTITIONS.get(random.nextInt(PARTITIONS.size()))) + random.nextInt(LARGEST + 2);
        Set<Long> both = new TreeSet<>(ids(one));
        both.addAll(ids(other));
        // Then
        assertThat(ids(one.with(other))).isEqualTo(both);
        assertThat(one.with(other)).isEqualTo(other.with(one));
        assertThat(one.covers(other)).isEqualTo(ids(one).containsAll(ids(other)));
        assertThat(ids(one.upTo(id))).isEqualTo(where(ids(one), each -> each <= id));
        assertThat(ids(one.within(other)))
                .isEqualTo(where(ids(one), each -> each <= other.positions().get(LogPartition.of(each))));
        assertThat(one.missingButIn(other)).allMatch(each -> !one.contains(each) && other.contains(each));
    }
}
