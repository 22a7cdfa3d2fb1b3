package dev.orderonce.disputes;

import java.time.Instant;

/**
 * Something that was said in a dispute.
 *
 * @param sequence 1, 2, 3, … without gaps
 * @param author a subject, or the name of one of this service's own duties
 */
public record Message(int sequence, Party party, String author, String text, Instant at) {}
