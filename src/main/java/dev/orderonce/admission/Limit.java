package dev.orderonce.admission;

import java.util.Locale;

/** What a buyer may do only so often. */
public enum Limit {
    /** To be given a number. */
    NUMBERS_ISSUED,
    /** To hold numbers that are neither placed nor voided. */
    NUMBERS_OUTSTANDING,
    /** To place an order; a repeat places none. */
    ORDERS_PLACED,
    /**
     * To name a number that was never issued to them. Counted in each process alone: it is there
     * against guessing, and a guess must not cost a round trip.
     */
    NUMBERS_WRONG;

    /** As headers, problems and metrics name it: {@code numbers-issued}. */
    public String text() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
