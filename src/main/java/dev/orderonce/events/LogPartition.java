package dev.orderonce.events;

/**
 * The partitions of the event log. Each order has one, by its number, so that the events of an order have ascending
 * ids; ids of different partitions say nothing about time.
 *
 * <p>The upper bits of an event's id are its partition, the lower ones count the events of the partition.
 */
public final class LogPartition {
    /** The partition of the ids that were assigned before there were partitions. */
    static final int BEFORE = 0;

    /**
     * With {@link #BEFORE}; the others are 1 to 16. As the function {@code event_partition} has them, for ever: an
     * order that changed its partition could have a later event delivered before an earlier one.
     */
    public static final int COUNT = 17;

    /** More than any shop's events of a partition, and the largest id is below 2⁵³: an exact number in JSON. */
    private static final int COUNT_BITS = 48;

    private LogPartition() {}

    /** Returns the partition of an event's id. */
    public static int of(long id) {
        return (int) (id >> COUNT_BITS);
    }

    /** Returns the position before the first event of a partition. */
    public static long beginning(int partition) {
        return (long) partition << COUNT_BITS;
    }
}
