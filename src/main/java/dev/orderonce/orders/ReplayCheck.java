package dev.orderonce.orders;

import dev.orderonce.identity.Buyer;
import java.util.Arrays;

/** The response to a request under a number that is already decided. */
final class ReplayCheck {
    private ReplayCheck() {}

    /** Compares the buyer and the content of the request with those of the existing row. */
    static Placement of(Buyer buyer, OrderDraft draft, DecidedNumber existing) {
        return switch (existing) {
            case DecidedNumber row when !row.buyer().equals(buyer) -> new Placement.NotYours();
            case Tombstone tombstone -> new Placement.NumberSpent(tombstone.number(), tombstone.reason());
            case Order order when isSame(order.content(), draft) -> new Placement.AlreadyPlaced(order);
            case Order order -> new Placement.Mismatch(order, Content.differences(order.content(), draft));
        };
    }

    private static boolean isSame(OrderDraft placed, OrderDraft submitted) {
        return Arrays.equals(Content.fingerprint(placed), Content.fingerprint(submitted));
    }
}
