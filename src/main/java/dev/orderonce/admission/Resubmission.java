package dev.orderonce.admission;

import java.time.Instant;

/**
 * One time that an order was submitted, besides the one that placed it.
 *
 * @param at by Redis' clock, to the microsecond
 * @param outcome {@code again}: it was tried before; {@code late}: the number was not, or no
 *     longer, known; {@code limited} or {@code lookalike}: it was refused as that
 */
public record Resubmission(Instant at, String outcome) {}
