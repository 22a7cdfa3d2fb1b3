package dev.orderonce.events;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** The lease of this replica on partitions of one consumer, as far as the replica knows. */
public final class Lease {
    /** After a replica crashed, nothing of the partitions that it had is delivered until its lease expires. */
    static final Duration LENGTH = Duration.ofSeconds(5);

    private final String holder;
    private volatile long renewedAt;
    private volatile boolean isLost;

    /** @param now of {@link System#nanoTime} */
    Lease(String holder, long now) {
        this.holder = holder;
        this.renewedAt = now;
    }

    /** What the rows of the partitions have as their holder while this replica has the lease. */
    public String holder() {
        return holder;
    }

    /**
     * Whether another replica may deliver: the lease was lost, or has not been renewed for its length because the store
     * does not answer. What is in progress ends then, and nothing more is begun.
     */
    public boolean isOver() {
        return isOver(System.nanoTime());
    }

    boolean isOver(long now) {
        return isLost || now - renewedAt > TimeUnit.MILLISECONDS.toNanos(LENGTH.toMillis());
    }

    /**
     * Takes the reply to an attempt to acquire or renew the lease.
     *
     * @param askedAt when the attempt began, of {@link System#nanoTime}
     */
    void replied(boolean isOurs, long askedAt) {
        if (isOurs) {
            renewedAt = askedAt;
        } else {
            isLost = true;
        }
    }
}
