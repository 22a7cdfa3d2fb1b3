package dev.orderonce.duplicates;

import dev.orderonce.identity.Buyer;
import dev.orderonce.numbers.OrderNumber;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Two orders that may have been meant as one.
 *
 * @param score how likely, of 100
 * @param decision what support has made of it
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
     * What support has decided.
     *
     * @param chosen the order to cancel, if it was confirmed
     * @param ended what came of cancelling it; empty while that is under way
     */
    public record Decision(
            String by, Instant at, Optional<String> reason, Optional<OrderNumber> chosen, Optional<Ended> ended) {}

    /** What came of cancelling the chosen order. */
    public enum Ended {
        /** It is cancelled, and what was paid is given back, or on its way. */
        CANCELLED,
        /** It can no longer be cancelled: it was shipped. */
        NOT_OPEN
    }

    /** The other one of the two. */
    OrderNumber besides(OrderNumber one) {
        return one.equals(earlier) ? later : earlier;
    }
}
