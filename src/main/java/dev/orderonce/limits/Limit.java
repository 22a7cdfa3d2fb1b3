package dev.orderonce.limits;

import java.util.Locale;

/** What a buyer may do only so often. The order is that of the state that Redis keeps. */
public enum Limit {
    /** To be given a number. */
    NUMBERS_ISSUED,
    /** To hold numbers that are neither placed nor voided. */
    NUMBERS_OUTSTANDING,
    /** To place an order; a repeat places none. */
    ORDERS_PLACED;

    /** As headers, problems and metrics name it: {@code numbers-issued}. */
    public String text() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
