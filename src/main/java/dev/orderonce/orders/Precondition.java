package dev.orderonce.orders;

import dev.orderonce.http.EntityTags;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Which versions of an order a request may change. The statement that changes the order decides whether it is met.
 *
 * @param sequences those of the order's latest event; empty: every version
 */
public record Precondition(Optional<List<Integer>> sequences) {
    /** Every version may be changed. */
    public static final Precondition NONE = new Precondition(Optional.empty());

    /** Digits of the largest sequence that is read; no order has a billion events. */
    private static final String SEQUENCE = "[1-9][0-9]{0,8}";

    /** Of {@code If-Match}; a tag that is no order's matches no order. */
    public static Precondition of(EntityTags tags) {
        return tags.isAny()
                ? NONE
                : new Precondition(Optional.of(tags.strong().stream()
                        .filter(tag -> tag.matches(SEQUENCE))
                        .map(Integer::valueOf)
                        .toList()));
    }

    /** Whether this version of the order may be changed. */
    public boolean isMetBy(Order order) {
        return sequences.isEmpty() || sequences.get().contains(order.sequence());
    }

    /** An SQL condition on a row of orders, with the placeholder of {@link #parameter}. */
    static String sql(String placeholder, String sequence) {
        return "(%1$s::integer[] IS NULL OR %2$s = ANY (%1$s))".formatted(placeholder, sequence);
    }

    /** The parameter of the statement; null if every version may be changed. */
    public Integer @Nullable [] parameter() {
        return sequences.map(list -> list.toArray(Integer[]::new)).orElse(null);
    }
}
