package dev.orderonce.events;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jboss.logging.Logger;

/**
 * How far a partition of the event log has been read.
 *
 * @param position every event of the partition up to this id was read, except the missing ones
 * @param missing ids below the position that were not visible yet
 */
record Progress(long position, List<Missing> missing) {
    private static final Logger LOG = Logger.getLogger(Progress.class);

    /** More gaps than this are not a race: the oldest are given up, with an error in the log. */
    static final int MOST_MISSING = 10_000;

    /**
     * How long an assigned id may still become visible. A statement ends within seconds; a commit may wait for a
     * standby, for an unknown time.
     */
    private static final Duration MISSING_FOR = Duration.ofHours(1);

    /** An id that was assigned and is not visible yet. */
    record Missing(long id, Instant since) {}

    /** Returns the time since which an id must have been missing to be given up now. */
    static Instant givenUp(Instant now) {
        return now.minus(MISSING_FOR);
    }

    /** Returns the progress after these events of the partition were read, in the order of their ids. */
    Progress after(List<PublishedEvent> events, Instant now) {
        Set<Long> seen = new HashSet<>();
        events.forEach(event -> seen.add(event.id()));
        List<Missing> left = new ArrayList<>();
        for (Missing earlier : missing) {
            if (!seen.contains(earlier.id()) && earlier.since().isAfter(givenUp(now))) {
                left.add(earlier);
            }
        }
        long reached = events.isEmpty()
                ? position
                : Math.max(position, events.getLast().id());
        // Many rolled-back statements leave a gap of any width.
        for (long id = Math.max(position + 1, reached - MOST_MISSING); id <= reached; id++) {
            if (!seen.contains(id)) {
                left.add(new Missing(id, now));
            }
        }
        if (left.size() > MOST_MISSING) {
            LOG.errorf(
                    "%d events were never committed, or were not visible for too long; the oldest are given up",
                    left.size());
            return new Progress(reached, List.copyOf(left.subList(left.size() - MOST_MISSING, left.size())));
        }
        return new Progress(reached, left);
    }
}
