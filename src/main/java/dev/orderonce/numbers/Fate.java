package dev.orderonce.numbers;

import dev.orderonce.identity.Buyer;

/** What PostgreSQL has decided about a number. */
public sealed interface Fate {
    /** Nothing yet: no row under this number. */
    record Undecided() implements Fate {}

    /** An order stands under it. */
    record Ordered(Buyer buyer) implements Fate {}

    /** A tombstone stands under it. */
    record Buried(Buyer buyer, Why why) implements Fate {}
}
