package dev.orderonce.orders;

import dev.orderonce.identity.Buyer;
import dev.orderonce.numbers.OrderNumber;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The response to a request whose number is already decided, or whose checkout has an order. */
final class ReplayCheck {
    private ReplayCheck() {}

    /**
     * Compares the buyer and the content of the request with those of the existing row.
     *
     * @param number the number in the request; the row of its checkout's order has another one
     */
    static Placement of(Buyer buyer, OrderNumber number, OrderDraft draft, DecidedNumber existing) {
        return switch (existing) {
            case DecidedNumber row when !row.buyer().equals(buyer) -> new Placement.NotYours();
            case Tombstone tombstone -> new Placement.NumberSpent(tombstone.number(), tombstone.reason());
            case Order order when isSame(order.content(), draft) -> new Placement.AlreadyPlaced(order);
            case Order order
            when order.number().equals(number) -> new Placement.Mismatch(order, differences(order.content(), draft));
            case Order order -> new Placement.CheckoutCompleted(order, differences(order.content(), draft));
        };
    }

    private static boolean isSame(OrderDraft placed, OrderDraft submitted) {
        return Arrays.equals(Content.fingerprint(placed), Content.fingerprint(submitted))
                && isOfSameCheckout(placed, submitted);
    }

    /** A request that names no checkout, and an order whose checkout is not known, contradict nothing. */
    private static boolean isOfSameCheckout(OrderDraft placed, OrderDraft submitted) {
        return placed.checkout().isEmpty()
                || submitted.checkout().isEmpty()
                || placed.checkout().equals(submitted.checkout());
    }

    private static List<Difference> differences(OrderDraft placed, OrderDraft submitted) {
        List<Difference> differences = new ArrayList<>(Content.differences(placed, submitted));
        if (!isOfSameCheckout(placed, submitted)) {
            differences.add(new Difference(
                    "/checkout",
                    placed.checkout().orElseThrow(),
                    submitted.checkout().orElseThrow()));
        }
        return differences;
    }
}
