package dev.orderonce.admission;

import dev.orderonce.numbers.OrderNumber;
import java.util.ArrayList;
import java.util.List;

/**
 * What a buyer orders, to detect that two orders may be one that was meant once.
 *
 * @param content a digest of what is ordered, equal for equal content; visible ASCII
 * @param acknowledged the earlier orders that the buyer has acknowledged: this one is meant in addition to them
 * @param ended earlier numbers whose orders have ended or were never placed
 */
public record ContentClaim(String content, List<OrderNumber> acknowledged, List<OrderNumber> ended) {
    public ContentClaim {
        acknowledged = List.copyOf(acknowledged);
        ended = List.copyOf(ended);
    }

    public ContentClaim(String content, List<OrderNumber> acknowledged) {
        this(content, acknowledged, List.of());
    }

    /** The same claim with one more number that has ended. */
    public ContentClaim withEnded(OrderNumber number) {
        List<OrderNumber> more = new ArrayList<>(ended);
        more.add(number);
        return new ContentClaim(content, acknowledged, more);
    }
}
