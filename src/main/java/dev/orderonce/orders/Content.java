package dev.orderonce.orders;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Compares the content of two drafts by their business fields: currency, total, and each line's product, quantity and
 * price. The order of the lines, names, acknowledgements and everything volatile do not count.
 */
final class Content {
    /** 128 bits of SHA-256: two contents do not collide by chance, and no client can construct a collision. */
    private static final int FINGERPRINT_BYTES = 16;

    private static final Comparator<Line> CANONICAL = Comparator.comparing(Line::productCode)
            .thenComparing(Line::unitPrice)
            .thenComparing(Line::quantity);

    private Content() {}

    /** Returns a fingerprint that is equal exactly for drafts with the same content. */
    static byte[] fingerprint(OrderDraft draft) {
        StringBuilder canonical = new StringBuilder(64 + 32 * draft.lines().size());
        canonical
                .append(draft.total().currency().getCurrencyCode())
                .append('\n')
                .append(draft.total().minor());
        draft.lines().stream()
                .sorted(CANONICAL)
                .forEach(
                        line -> // a product code holds no control character, so a new line ends it
                        canonical
                                .append('\n')
                                .append(line.productCode())
                                .append('\n')
                                .append(line.quantity())
                                .append('\n')
                                .append(line.unitPrice()));
        return Arrays.copyOf(sha256(canonical.toString()), FINGERPRINT_BYTES);
    }

    private static byte[] sha256(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java platform has SHA-256", impossible);
        }
    }

    /** Lists each business field in which the two differ; empty exactly if their fingerprints are equal. */
    static List<Difference> differences(OrderDraft placed, OrderDraft submitted) {
        List<Difference> differences = new ArrayList<>();
        compare(
                "currency",
                placed.total().currency().getCurrencyCode(),
                submitted.total().currency().getCurrencyCode(),
                differences);
        compare("total", placed.total().minor(), submitted.total().minor(), differences);
        compareLines(placed.lines(), submitted.lines(), differences);
        return differences;
    }

    /** A line without its name, which does not count. */
    private record Item(String productCode, long quantity, long unitPrice) {
        static List<Item> of(List<Line> lines) {
            return lines.stream()
                    .sorted(CANONICAL)
                    .map(line -> new Item(line.productCode(), line.quantity(), line.unitPrice()))
                    .collect(Collectors.toCollection(ArrayList::new));
        }

        String field() {
            return "lines[" + productCode + "]";
        }

        @Override
        public String toString() {
            return quantity + " × " + unitPrice;
        }
    }

    private static void compareLines(List<Line> placed, List<Line> submitted, List<Difference> differences) {
        List<Item> left = Item.of(placed);
        // Equal items are removed first, so that only items that differ are paired, product by product.
        List<Item> others =
                Item.of(submitted).stream().filter(item -> !left.remove(item)).toList();
        for (Item item : others) {
            Optional<Item> partner = left.stream()
                    .filter(l -> l.productCode().equals(item.productCode()))
                    .findFirst();
            if (partner.isPresent()) {
                left.remove(partner.get());
                compare(item.field() + ".quantity", partner.get().quantity(), item.quantity(), differences);
                compare(item.field() + ".unitPrice", partner.get().unitPrice(), item.unitPrice(), differences);
            } else {
                differences.add(new Difference(item.field(), null, item.toString()));
            }
        }
        left.forEach(item -> differences.add(new Difference(item.field(), item.toString(), null)));
    }

    private static void compare(String field, Object placed, Object submitted, List<Difference> differences) {
        if (!placed.equals(submitted)) {
            differences.add(new Difference(field, placed, submitted));
        }
    }
}
