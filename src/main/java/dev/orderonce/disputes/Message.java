package dev.orderonce.disputes;

import java.time.Instant;

/**
 * A message in a dispute.
 *
 * @param sequence 1, 2, 3, … without gaps
 * @param author a subject, or the service's own name
 */
public record Message(int sequence, Party party, String author, String text, Instant at) {}
