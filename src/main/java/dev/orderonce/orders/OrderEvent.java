package dev.orderonce.orders;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * Something that happened to an order.
 *
 * @param sequence 1, 2, 3, … without gaps
 * @param kind {@code PLACED}, or the name of a {@link OrderState.Move}
 * @param detail who did it and why
 */
public record OrderEvent(int sequence, String kind, Instant at, Map<String, String> detail) {
    /** Names the order that this one was found to repeat. */
    static final String DUPLICATE_OF = "duplicateOf";

    /** What this service does by itself, as events name it. */
    private static final Set<String> OWN_DUTIES = Set.of("payments", "unpaid");

    /**
     * As the order's buyer may see it: who of the shop's people did it, and what they wrote down
     * about it, is theirs.
     */
    public OrderEvent forBuyer(String buyer) {
        String by = detail.getOrDefault("by", buyer);
        if (OWN_DUTIES.contains(by) || by.equals(buyer)) {
            return this;
        }
        Map<String, String> shown = new LinkedHashMap<>();
        shown.put("by", "the shop");
        if (detail.containsKey(DUPLICATE_OF)) {
            shown.put(DUPLICATE_OF, detail.get(DUPLICATE_OF));
        }
        return new OrderEvent(sequence, kind, at, shown);
    }
}
