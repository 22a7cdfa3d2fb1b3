package dev.orderonce.admission;

/** What became of a fresh number that was offered to Redis. */
public sealed interface Registration {
    /** The buyer has had as many as they may for now. */
    record Limited(Excess excess) implements Registration {}

    /**
     * Another one of this buyer's was minted the same: one who takes very many in one second can
     * be.
     */
    record Taken() implements Registration {}

    /** The checkout has a number already; what Redis says of it is not verified. */
    record Held(String text) implements Registration {}

    /** It is remembered. */
    record Fresh() implements Registration {}
}
