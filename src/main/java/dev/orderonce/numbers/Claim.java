package dev.orderonce.numbers;

import dev.orderonce.limits.Excess;

/** What became of a fresh number that was offered to Redis. */
sealed interface Claim {
    /** The buyer has had as many as they may for now. */
    record Limited(Excess excess) implements Claim {}

    /**
     * Another one of this buyer's was minted the same: one who takes very many in one second can
     * be.
     */
    record Taken() implements Claim {}

    /** The checkout has a number already; what Redis says of it is not verified. */
    record Held(String text) implements Claim {}

    /** It is remembered. */
    record Fresh() implements Claim {}
}
