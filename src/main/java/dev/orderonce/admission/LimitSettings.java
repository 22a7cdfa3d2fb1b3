package dev.orderonce.admission;

import io.smallrye.config.ConfigMapping;
import java.time.Duration;

/**
 * Settings of the limits per buyer, prefix {@code limits}. Their defaults, with their reasons, are
 * in {@code application.properties}.
 */
@ConfigMapping(prefix = "limits")
public interface LimitSettings {

    /** Of {@link Limit#NUMBERS_ISSUED}. */
    Allowance numbersIssued();

    /** Of {@link Limit#NUMBERS_OUTSTANDING}. */
    Allowance numbersOutstanding();

    /** Of {@link Limit#ORDERS_PLACED}. */
    Allowance ordersPlaced();

    /** Of {@link Limit#NUMBERS_WRONG}. */
    Allowance numbersWrong();

    /** How much of one thing. */
    interface Allowance {
        /** How many in each window, in the long run; at least 1. */
        long rate();

        /** The window; at least a millisecond. */
        Duration window();

        /** How many at once, after a quiet time; at least 1. */
        long burst();
    }
}
