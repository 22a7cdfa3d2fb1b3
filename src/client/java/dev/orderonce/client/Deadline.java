package dev.orderonce.client;

import java.time.Duration;

/**
 * A time of the monotonic clock.
 *
 * @param nanos of {@link System#nanoTime}
 */
record Deadline(long nanos) {
    static Deadline in(Duration duration) {
        return new Deadline(System.nanoTime() + duration.toNanos());
    }

    /** Never negative. */
    Duration remaining() {
        return Duration.ofNanos(Math.max(0, nanos - System.nanoTime()));
    }

    boolean isBefore(Duration pause) {
        return remaining().compareTo(pause) <= 0;
    }
}
