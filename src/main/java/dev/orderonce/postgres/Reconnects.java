package dev.orderonce.postgres;

import java.util.concurrent.TimeUnit;

/**
 * Back-off for opening connections to PostgreSQL. While it can be reached each connection is opened at once; after a
 * failed attempt there is one attempt at a time for all of them, with increasing delays. A server that accepts
 * connections without replying keeps every attempt in its queue, and makes a session of each when it recovers.
 */
final class Reconnects {
    /** A restarted PostgreSQL is found nearly at once. */
    private static final long FIRST_DELAY = TimeUnit.MILLISECONDS.toNanos(100);

    /** After a longer outage PostgreSQL is found within this time. */
    private static final long MAX_DELAY = TimeUnit.SECONDS.toNanos(1);

    private boolean isDown;
    private boolean isAttempted;
    private long delay = FIRST_DELAY;
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
        delay = FIRST_DELAY;
        isReachable = true;
    }

    synchronized void failed() {
        // Of several simultaneous attempts the first failure counts.
        if (!isDown || isAttempted) {
            delay = isDown ? Math.min(2 * delay, MAX_DELAY) : FIRST_DELAY;
            nextAt = System.nanoTime() + delay;
        }
        isDown = true;
        isAttempted = false;
        isReachable = false;
    }
}
