package dev.orderonce.work;

/** A message of a stream of work. */
public sealed interface WorkMessage {
    /** What waits now. */
    record Changed(Work work) implements WorkMessage {}

    /** Nothing changed for a while; the stream is still open. */
    record StillOpen() implements WorkMessage {}
}
