package dev.orderonce.issuing;

import dev.orderonce.identity.Buyer;
import dev.orderonce.numbers.VoidReason;

/** What PostgreSQL has decided about a number. */
public sealed interface NumberStatus {
    /** Nothing yet: no row under this number. */
    record Undecided() implements NumberStatus {}

    /** An order stands under it. */
    record Placed(Buyer buyer) implements NumberStatus {}

    /** A tombstone stands under it. */
    record Voided(Buyer buyer, VoidReason why) implements NumberStatus {}
}
