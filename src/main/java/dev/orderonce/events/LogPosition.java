package dev.orderonce.events;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.IntStream;

/**
 * A set of events: of each partition all up to a position, except those that are missing. Ids are assigned before they
 * are committed, so an event below the position may become visible later.
 *
 * @param positions of each partition the largest id of the set, or its {@link LogPartition#beginning}
 * @param missing ids below the positions that are not in the set, ascending
 */
public record LogPosition(List<Long> positions, List<Long> missing) {
    /** The empty set. */
    public static final LogPosition BEGINNING = new LogPosition(
            IntStream.range(0, LogPartition.COUNT)
                    .mapToObj(LogPartition::beginning)
                    .toList(),
            List.of());

    /** @throws IllegalArgumentException if it does not have a position of each partition */
    public LogPosition {
        positions = List.copyOf(positions);
        missing = List.copyOf(missing);
        if (positions.size() != LogPartition.COUNT) {
            throw new IllegalArgumentException("not a position of each partition");
        }
        for (int partition = 0; partition < LogPartition.COUNT; partition++) {
            if (LogPartition.of(positions.get(partition)) != partition) {
                throw new IllegalArgumentException("not a position of partition " + partition);
            }
        }
    }

    boolean contains(long id) {
        int partition = LogPartition.of(id);
        return partition >= 0
                && partition < LogPartition.COUNT
                && id > LogPartition.beginning(partition)
                && id <= positions.get(partition)
                && !isMissing(id);
    }

    private boolean isMissing(long id) {
        return Collections.binarySearch(missing, id) >= 0;
    }

    /** No id of the set is above this one. */
    long last() {
        return positions.getLast();
    }

    /** Whether every event of the other set is in this one. */
    boolean covers(LogPosition other) {
        return IntStream.range(0, LogPartition.COUNT)
                        .allMatch(partition -> other.positions.get(partition) <= positions.get(partition))
                && missing.stream().noneMatch(other::contains);
    }

    /** Returns the events of both sets. */
    LogPosition with(LogPosition other) {
        TreeSet<Long> inNeither = new TreeSet<>();
        missing.stream().filter(id -> !other.contains(id)).forEach(inNeither::add);
        other.missing.stream().filter(id -> !contains(id)).forEach(inNeither::add);
        return new LogPosition(
                IntStream.range(0, LogPartition.COUNT)
                        .mapToObj(partition -> Math.max(positions.get(partition), other.positions.get(partition)))
                        .toList(),
                new ArrayList<>(inNeither));
    }

    /** Returns the events of the set whose id is not above this one. */
    LogPosition upTo(long id) {
        return new LogPosition(
                IntStream.range(0, LogPartition.COUNT)
                        .mapToObj(partition ->
                                Math.max(Math.min(positions.get(partition), id), LogPartition.beginning(partition)))
                        .toList(),
                missing.stream().filter(each -> each <= id).toList());
    }

    /** Returns the events of the set that are not above the positions of the other one. */
    LogPosition within(LogPosition other) {
        List<Long> lower = IntStream.range(0, LogPartition.COUNT)
                .mapToObj(partition -> Math.min(positions.get(partition), other.positions.get(partition)))
                .toList();
        return new LogPosition(
                lower,
                missing.stream()
                        .filter(id -> id <= lower.get(LogPartition.of(id)))
                        .toList());
    }

    /** Returns the ids that are missing here and contained in the other set. */
    List<Long> missingButIn(LogPosition other) {
        return missing.stream().filter(other::contains).toList();
    }
}
