package dev.orderonce.client;

import java.time.Instant;
import java.util.Optional;

/**
 * An order number and what is known of it.
 *
 * @param number the number: store it before it is used
 * @param state {@code ISSUED}, or final: {@code PLACED}, {@code VOIDED}, {@code EXPIRED}. A later version of the
 *     service may know more.
 * @param expiresAt until when it can be placed, if it has not been decided
 */
public record NumberStatus(String number, String state, Optional<Instant> expiresAt) {
    /** Whether it has become an order: find it under this number. */
    public boolean isPlaced() {
        return state.equals("PLACED");
    }
}
