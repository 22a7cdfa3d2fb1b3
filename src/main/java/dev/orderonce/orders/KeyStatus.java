package dev.orderonce.orders;

/** What a buyer's idempotency key has become. */
sealed interface KeyStatus {
    /** Nothing exists under the key. */
    record Unused() implements KeyStatus {}

    /** The key has become this order. */
    record Placed(Order order) implements KeyStatus {}

    /** The key was given up, and can never become an order. */
    record Voided() implements KeyStatus {}

    /** Another key's row has the number of this key. */
    record Collides() implements KeyStatus {}
}
