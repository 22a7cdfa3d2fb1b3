package dev.orderonce.events;

import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.List;

/** Receives every event of the log, at least once. */
public interface EventConsumer {
    /** Its name in {@code outbox}. */
    String name();

    /** Events of one batch; about a millisecond's worth of an event loop's time. */
    int batchSize();

    /**
     * The minimum pause between two batches while the consumer is behind. Placing comes first: the pause is at least
     * half the time that the last batch took, up to a second, so that delivery slows down when the stores are busy.
     */
    Duration pause();

    /**
     * Whether one replica at a time delivers all of its partitions. Otherwise replicas share them, and {@link #consume}
     * is called with different partitions at different replicas at the same time.
     */
    default boolean isWhole() {
        return false;
    }

    /**
     * Consumes the next events of some partitions: those of each order in their sequence. A batch that fails is
     * delivered again; the order's number and the event's sequence identify a repeated event.
     */
    Uni<Void> consume(List<PublishedEvent> events);
}
