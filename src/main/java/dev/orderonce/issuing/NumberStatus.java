package dev.orderonce.issuing;

import dev.orderonce.identity.Buyer;
import dev.orderonce.numbers.VoidReason;
import java.util.Optional;

/** The decision of PostgreSQL about a number. */
public sealed interface NumberStatus {
    /** No row exists under the number. */
    record Undecided() implements NumberStatus {}

    /** An order exists under the number. */
    record Placed(Buyer buyer) implements NumberStatus {}

    /** A tombstone exists under the number. */
    record Voided(Buyer buyer, VoidReason reason) implements NumberStatus {}

    /** The owner of the row; empty if there is none. */
    default Optional<Buyer> owner() {
        return switch (this) {
            case Undecided _ -> Optional.empty();
            case Placed(Buyer owner) -> Optional.of(owner);
            case Voided(Buyer owner, VoidReason _) -> Optional.of(owner);
        };
    }
}
