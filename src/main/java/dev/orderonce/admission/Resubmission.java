package dev.orderonce.admission;

import java.time.Instant;

/**
 * One request to place an order, besides the one that placed it.
 *
 * @param at by Redis' clock, to the microsecond
 * @param outcome {@link #AGAIN}, {@link #LATE}, or, if it was refused, {@code limited} or {@code lookalike}
 */
public record Resubmission(Instant at, String outcome) {
    /** An earlier request had tried the number. */
    public static final String AGAIN = "again";

    /** The number had expired or was not cached. */
    public static final String LATE = "late";
}
