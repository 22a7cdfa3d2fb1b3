package dev.orderonce.orders;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What the shop keeps with an order: never compared, and returned to its buyer and to staff only.
 *
 * @param reference the shop's own id of the order, at most {@value #LONGEST_REFERENCE} visible characters
 * @param metadata at most {@value #MOST_METADATA} texts by name, in the order in which they were sent, at most
 *     {@value #MOST_METADATA_BYTES} bytes of UTF-8 together
 * @param delivery how the order is delivered, at most {@value #MOST_TEXT_BYTES} bytes of UTF-8; only the shop reads it
 * @param contact how the buyer is reached, as {@code delivery}
 */
public record OrderNotes(
        Optional<String> reference, Map<String, String> metadata, Optional<String> delivery, Optional<String> contact) {

    /** An order without any. */
    public static final OrderNotes NONE =
            new OrderNotes(Optional.empty(), Map.of(), Optional.empty(), Optional.empty());

    /** As long as a product code: a shop's numbers of orders are shorter. */
    public static final int LONGEST_REFERENCE = 64;

    /** A campaign, a sales channel, a table number; what needs more belongs in the shop's own tables. */
    public static final int MOST_METADATA = 20;

    /** About as much as the lines of an order have. */
    public static final int MOST_METADATA_BYTES = 4096;

    /** An address with instructions, in any script. */
    public static final int MOST_TEXT_BYTES = 2048;

    public OrderNotes {
        metadata = Collections.unmodifiableMap(new LinkedHashMap<>(metadata));
    }

    /** Whether an order can have this reference. */
    static boolean isReference(String text) {
        int length = text.codePointCount(0, text.length());
        return length >= 1 && length <= LONGEST_REFERENCE && text.codePoints().allMatch(OrderNotes::isVisible);
    }

    /** No space, no control character, and no half of a surrogate pair: no store could return that unchanged. */
    private static boolean isVisible(int point) {
        return !Character.isWhitespace(point)
                && !Character.isSpaceChar(point)
                && !Character.isISOControl(point)
                && Character.getType(point) != Character.SURROGATE;
    }

    /** The approximate number of characters in JSON. */
    int characters() {
        int characters = delivery.map(String::length).orElse(0)
                + contact.map(String::length).orElse(0);
        for (Map.Entry<String, String> entry : metadata.entrySet()) {
            characters += 8 + entry.getKey().length() + entry.getValue().length();
        }
        return characters;
    }
}
