package dev.orderonce.admission;

import java.time.Instant;

/**
 * One request to place an order, besides the one that placed it.
 *
 * @param at by the replica's clock, to the microsecond
 * @param outcome one of the constants
 */
public record Resubmission(Instant at, String outcome) {
    /** An earlier request had tried the number. */
    public static final String AGAIN = "again";

    /** The number had expired or was not cached. */
    public static final String LATE = "late";

    /** It was refused, because the buyer's limit was reached. */
    public static final String LIMITED = "limited";

    /** It was refused as a possible duplicate. */
    public static final String LOOKALIKE = "lookalike";
}
