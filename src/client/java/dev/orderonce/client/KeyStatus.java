package dev.orderonce.client;

import java.util.Optional;

/**
 * An idempotency key and what is known of it.
 *
 * @param state {@code UNUSED}, or final: {@code PLACED}, {@code VOIDED}. A later version of the service may know more.
 * @param number the number of its order, if it has one
 */
public record KeyStatus(String key, String state, Optional<String> number) {
    /** Whether it has become an order. */
    public boolean isPlaced() {
        return state.equals("PLACED");
    }
}
