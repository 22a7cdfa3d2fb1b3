package dev.orderonce.issuing;

import dev.orderonce.identity.Buyer;
import dev.orderonce.numbers.VoidReason;

/** The decision of PostgreSQL about a number. */
public sealed interface NumberStatus {
    /** No row exists under the number. */
    record Undecided() implements NumberStatus {}

    /** An order exists under the number. */
    record Placed(Buyer buyer) implements NumberStatus {}

    /** A tombstone exists under the number. */
    record Voided(Buyer buyer, VoidReason reason) implements NumberStatus {}
}
