package dev.orderonce.duplicates;

import dev.orderonce.identity.Buyer;
import dev.orderonce.numbers.OrderNumber;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A suspected duplicate: two orders that may have been meant as one.
 *
 * @param score how likely, 0 to 100
 * @param decision of support
 */
public record Suspicion(
        long id,
        OrderNumber earlier,
        OrderNumber later,
        Buyer buyer,
        int score,
        List<Reason> reasons,
        Instant foundAt,
        SuspicionState state,
        Optional<Decision> decision) {

    /**
     * The decision of support.
     *
     * @param by the subject of the member of support
     * @param chosen the order to cancel, if the suspicion is confirmed
     * @param amount to refund if the order was shipped, in minor units; empty for all that is left
     * @param ended the result of cancelling it; empty while it is unknown
     */
    public record Decision(
            String by,
            Instant at,
            Optional<String> reason,
            Optional<OrderNumber> chosen,
            Optional<Long> amount,
            Optional<Ended> ended) {}

    /** The result of cancelling the chosen order. */
    public enum Ended {
        /** The order is cancelled; its money is refunded, or the refund is under way. */
        CANCELLED,
        /** The order was shipped; it is refunded, or the refund is under way. */
        REFUNDED,
        /** The order can neither be cancelled nor refunded any more. */
        NOT_OPEN
    }

    /** The other order of the two. */
    OrderNumber besides(OrderNumber one) {
        return one.equals(earlier) ? later : earlier;
    }
}
