package dev.orderonce.admission;

import dev.orderonce.numbers.OrderNumber;
import java.util.ArrayList;
import java.util.List;

/**
 * What tells that two orders of one buyer may be one order meant once.
 *
 * @param content a digest of what is ordered, equal for equal content; visible ASCII
 * @param besides the earlier orders that this one is meant to stand beside
 * @param over earlier ones that are known to be over, or never to have been placed
 */
public record ContentClaim(String content, List<OrderNumber> besides, List<OrderNumber> over) {
    public ContentClaim {
        besides = List.copyOf(besides);
        over = List.copyOf(over);
    }

    public ContentClaim(String content, List<OrderNumber> besides) {
        this(content, besides, List.of());
    }

    /** With one more that is over. */
    public ContentClaim without(OrderNumber ended) {
        List<OrderNumber> more = new ArrayList<>(over);
        more.add(ended);
        return new ContentClaim(content, besides, more);
    }
}
