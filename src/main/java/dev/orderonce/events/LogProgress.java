package dev.orderonce.events;

import static java.util.stream.Collectors.groupingBy;

import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * How far some partitions of the event log have been read.
 *
 * @param ofPartitions by partition, ascending
 */
record LogProgress(Map<Integer, Progress> ofPartitions) {
    LogProgress {
        ofPartitions = Collections.unmodifiableMap(new TreeMap<>(ofPartitions));
    }

    Set<Integer> partitions() {
        return ofPartitions.keySet();
    }

    /** The position in each of the partitions, ascending. */
    Long[] positions() {
        return ofPartitions.values().stream().map(Progress::position).toArray(Long[]::new);
    }

    /** What is missing in all of the partitions. */
    List<Progress.Missing> missing() {
        return ofPartitions.values().stream()
                .flatMap(progress -> progress.missing().stream())
                .toList();
    }

    /** Returns the progress after these events of the partitions were read, in the order of their ids. */
    LogProgress after(List<PublishedEvent> events, Instant now) {
        Map<Integer, List<PublishedEvent>> read =
                events.stream().collect(groupingBy(event -> LogPartition.of(event.id())));
        Map<Integer, Progress> reached = new TreeMap<>();
        ofPartitions.forEach((partition, progress) ->
                reached.put(partition, progress.after(read.getOrDefault(partition, List.of()), now)));
        return new LogProgress(reached);
    }

    /** Returns the events that were read; none of other partitions. */
    LogPosition seen() {
        return new LogPosition(
                IntStream.range(0, LogPartition.COUNT)
                        .mapToObj(partition -> ofPartitions.containsKey(partition)
                                ? ofPartitions.get(partition).position()
                                : LogPartition.beginning(partition))
                        .toList(),
                missing().stream().map(Progress.Missing::id).sorted().toList());
    }
}
