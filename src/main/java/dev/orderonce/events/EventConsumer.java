package dev.orderonce.events;

import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.List;

/** Something that is to hear of every event. */
public interface EventConsumer {
    /** Under which it is kept how far it has come; there is a row for it in {@code outbox}. */
    String name();

    /** How many events it takes at once; about a millisecond's worth of an event loop's time. */
    int atOnce();

    /**
     * The least pause between two batches while it is behind. Placing comes first: half as long as a batch took is
     * paused in any case, so that it slows down when the stores are busy.
     */
    Duration pause();

    /**
     * Takes the next events, in order. What fails is repeated, so it may hear of an event again; the order's number and
     * the event's sequence tell.
     */
    Uni<Void> take(List<PublishedEvent> events);
}
