package dev.orderonce.events;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jboss.logging.Logger;

/**
 * How far somebody has come in the event log.
 *
 * @param position everything up to here was seen, but for what is missing
 * @param missing ids below the position that were not to be seen yet
 */
record Progress(long position, List<Missing> missing) {
    private static final Logger LOG = Logger.getLogger(Progress.class);

    /** More gaps than this are not a race: the oldest are given up, and it is said so. */
    static final int MOST_MISSING = 10_000;

    /**
     * How long an id that was given out may still turn up. A statement ends within seconds; a commit may wait for a
     * standby, and nobody knows for how long.
     */
    private static final Duration MISSING_FOR = Duration.ofHours(1);

    /** An id that was given out and not seen. */
    record Missing(long id, Instant since) {}

    /** What was seen. */
    LogPosition seen() {
        return new LogPosition(
                position, missing.stream().map(Missing::id).sorted().toList());
    }

    /** What is known after these were seen. */
    Progress after(List<PublishedEvent> events, Instant now) {
        Set<Long> seen = new HashSet<>();
        events.forEach(event -> seen.add(event.id()));
        List<Missing> left = new ArrayList<>();
        for (Missing earlier : missing) {
            if (!seen.contains(earlier.id())
                    && earlier.since().plus(MISSING_FOR).isAfter(now)) {
                left.add(earlier);
            }
        }
        long reached = events.isEmpty()
                ? position
                : Math.max(position, events.getLast().id());
        // Ids that many rolled-back statements have burnt are a gap of any width.
        for (long id = Math.max(position + 1, reached - MOST_MISSING); id <= reached; id++) {
            if (!seen.contains(id)) {
                left.add(new Missing(id, now));
            }
        }
        if (left.size() > MOST_MISSING) {
            LOG.errorf(
                    "%d events were never committed, or cannot be seen for too long; the oldest are given up",
                    left.size());
            return new Progress(reached, List.copyOf(left.subList(left.size() - MOST_MISSING, left.size())));
        }
        return new Progress(reached, left);
    }
}
