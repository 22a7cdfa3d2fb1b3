package dev.orderonce.events;

/** What a live stream carries. */
public sealed interface LiveMessage {
    /**
     * The stream is open.
     *
     * @param position to resume from, if nothing else is read
     */
    record Opened(LogPosition position) implements LiveMessage {}

    /**
     * An event of one of the buyer's orders.
     *
     * @param position to resume from, after this one was read
     */
    record Happened(PublishedEvent event, LogPosition position) implements LiveMessage {}

    /** Nothing happened for a while; the stream is still open. */
    record StillOpen() implements LiveMessage {}
}
