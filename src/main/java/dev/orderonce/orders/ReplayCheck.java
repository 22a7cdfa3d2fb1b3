package dev.orderonce.orders;

import dev.orderonce.identity.Buyer;
import java.util.Arrays;

/** What a request is told by whatever stands under its number already. */
final class ReplayCheck {
    private ReplayCheck() {}

    static Placement of(Buyer asking, OrderDraft draft, DecidedNumber standing) {
        return switch (standing) {
            case DecidedNumber others when !others.buyer().equals(asking) -> new Placement.NotYours();
            case Tombstone tombstone -> new Placement.NumberSpent(tombstone.number(), tombstone.why());
            case Order order when isSame(order.content(), draft) -> new Placement.AlreadyPlaced(order);
            case Order order -> new Placement.Mismatch(order, Content.differences(order.content(), draft));
        };
    }

    private static boolean isSame(OrderDraft placed, OrderDraft submitted) {
        return Arrays.equals(Content.fingerprint(placed), Content.fingerprint(submitted));
    }
}
