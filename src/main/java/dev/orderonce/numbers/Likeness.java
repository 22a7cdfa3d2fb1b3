package dev.orderonce.numbers;

import java.util.List;

/**
 * What tells that two orders of one buyer may be one order meant once.
 *
 * @param content a digest of what is ordered, equal for equal content; visible ASCII
 * @param besides the earlier orders that this one is meant to stand beside
 */
public record Likeness(String content, List<OrderNumber> besides) {
    public Likeness {
        besides = List.copyOf(besides);
    }
}
