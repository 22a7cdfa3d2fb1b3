package dev.orderonce.events;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;

/** Positions are sets of ids: each operation compared with the same one on plain sets. */
class LogPositionTest {
    private static final int LARGEST = 40;

    private static Set<Long> ids(LogPosition position) {
        return LongStream.rangeClosed(1, LARGEST)
                .filter(position::contains)
                .boxed()
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static LogPosition random(Random random) {
        long position = random.nextInt(LARGEST + 1);
        return new LogPosition(
                position,
                LongStream.range(1, Math.max(1, position))
                        .filter(id -> random.nextInt(4) == 0)
                        .boxed()
                        .toList());
    }

    @RepeatedTest(500)
    void operations_areThoseOfSets(RepetitionInfo repetition) {
        // Given
        Random random = new Random(repetition.getCurrentRepetition());
        LogPosition one = random(random);
        LogPosition other = random(random);
        long id = random.nextInt(LARGEST + 2);
        Set<Long> both = new TreeSet<>(ids(one));
        both.addAll(ids(other));
        // Then
        assertThat(ids(one.with(other))).isEqualTo(both);
        assertThat(one.with(other)).isEqualTo(other.with(one));
        assertThat(one.covers(other)).isEqualTo(ids(one).containsAll(ids(other)));
        assertThat(ids(one.upTo(id)))
                .isEqualTo(ids(one).stream().filter(each -> each <= id).collect(Collectors.toCollection(TreeSet::new)));
        assertThat(one.missingButIn(other)).allMatch(each -> !one.contains(each) && other.contains(each));
    }
}
