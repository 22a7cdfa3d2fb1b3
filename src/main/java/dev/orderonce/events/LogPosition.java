package dev.orderonce.events;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.TreeSet;

/**
 * A set of events: all up to a position of the log, except those that are missing. Ids are assigned before they are
 * committed, so an event below the position may become visible later.
 *
 * @param position the largest id of the set; 0 if it is empty
 * @param missing ids below the position that are not in the set, ascending
 */
public record LogPosition(long position, List<Long> missing) {

    public LogPosition {
        missing = List.copyOf(missing);
    }

    boolean contains(long id) {
        return id <= position && !isMissing(id);
    }

    private boolean isMissing(long id) {
        return Collections.binarySearch(missing, id) >= 0;
    }

    /** Whether every event of the other set is in this one. */
    boolean covers(LogPosition other) {
        return other.position <= position && missing.stream().noneMatch(other::contains);
    }

    /** Returns the events of both sets. */
    LogPosition with(LogPosition other) {
        TreeSet<Long> inNeither = new TreeSet<>();
        missing.stream().filter(id -> !other.contains(id)).forEach(inNeither::add);
        other.missing.stream().filter(id -> !contains(id)).forEach(inNeither::add);
        return new LogPosition(Math.max(position, other.position), new ArrayList<>(inNeither));
    }

    /** Returns the events of the set whose id is not above this one. */
    LogPosition upTo(long id) {
        return id >= position
                ? this
                : new LogPosition(
                        id, missing.stream().filter(each -> each <= id).toList());
    }

    /** Returns the ids that are missing here and contained in the other set. */
    List<Long> missingButIn(LogPosition other) {
        return missing.stream().filter(other::contains).toList();
    }
}
