package dev.orderonce.postgres;

import java.util.concurrent.TimeUnit;

/**
 * When connections to PostgreSQL may be opened. While it can be reached each may at once; after an
 * attempt that failed one attempt at a time is under way for all of them, with growing pauses. A
 * server that accepts connections and does not answer keeps every attempt in its queue, and makes a
 * session of each when it wakes.
 */
final class Reconnects {
    /** A restarted PostgreSQL is found nearly at once. */
    private static final long FIRST_PAUSE = TimeUnit.MILLISECONDS.toNanos(100);

    /** One that is away for minutes is asked now and then, and found within this. */
    private static final long LONGEST_PAUSE = TimeUnit.SECONDS.toNanos(1);

    private boolean isDown;
    private boolean isAttempted;
    private long pause = FIRST_PAUSE;
    private long nextAt;
    private volatile boolean isReachable = true;

    /** Whether the last attempt succeeded, or none was made yet. */
    boolean isReachable() {
        return isReachable;
    }

    /** Whether an attempt may begin now; {@link #succeeded} or {@link #failed} ends it. */
    synchronized boolean begin() {
        if (!isDown) {
            return true;
        }
        if (isAttempted || System.nanoTime() - nextAt < 0) {
            return false;
        }
        isAttempted = true;
        return true;
    }

    synchronized void succeeded() {
        isDown = false;
        isAttempted = false;
        pause = FIRST_PAUSE;
        isReachable = true;
    }

    synchronized void failed() {
        // Of several attempts that began together the first failure counts.
        if (!isDown || isAttempted) {
            pause = isDown ? Math.min(2 * pause, LONGEST_PAUSE) : FIRST_PAUSE;
            nextAt = System.nanoTime() + pause;
        }
        isDown = true;
        isAttempted = false;
        isReachable = false;
    }
}
