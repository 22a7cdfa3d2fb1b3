package dev.orderonce.events;

/** A message of a live stream. */
public sealed interface LiveMessage {
    /**
     * The stream is open.
     *
     * @param position to resume from, if the reader reads no further message
     */
    record Opened(LogPosition position) implements LiveMessage {}

    /**
     * An event of one of the buyer's orders.
     *
     * @param position to resume from, after this one was read
     */
    record Happened(PublishedEvent event, LogPosition position) implements LiveMessage {}

    /** There was no event for a while; the stream is still open. */
    record StillOpen() implements LiveMessage {}
}
