package dev.orderonce.admission;

import java.util.Locale;

/** What each buyer may do only a limited number of times. */
public enum Limit {
    /** To be issued a number. */
    NUMBERS_ISSUED,
    /** To hold numbers that are neither placed nor voided. */
    NUMBERS_OUTSTANDING,
    /**
     * To place an order, or to give an idempotency key up: either is a row forever. A repeat writes none. Keys are
     * counted in each process alone, apart from orders.
     */
    ORDERS_PLACED,
    /**
     * To name a number that was not issued to the buyer. Counted in each process alone: it bounds guesses of
     * signatures, and a guess must not cost a round trip.
     */
    NUMBERS_WRONG;

    /** The name in headers, problems, metrics and scripts: {@code numbers-issued}. */
    public String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    static Limit of(String label) {
        return valueOf(label.toUpperCase(Locale.ROOT).replace('-', '_'));
    }
}
