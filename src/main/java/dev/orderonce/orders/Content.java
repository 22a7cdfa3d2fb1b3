package dev.orderonce.orders;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;

/**
 * Tells whether two drafts ask for the same thing, over business fields only: currency, total, and
 * each line's product, quantity and price. The order of the lines, names, acknowledgements and
 * everything volatile do not count.
 */
final class Content {
    /**
     * 128 bits of SHA-256: two contents never collide by chance, and nobody can make them collide.
     */
    private static final int FINGERPRINT_BYTES = 16;

    private static final Comparator<Line> CANONICAL =
            Comparator.comparing(Line::productCode)
                    .thenComparing(Line::unitPrice)
                    .thenComparing(Line::quantity);

    private Content() {}

    /** Equal exactly for drafts that ask for the same thing. */
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
            return MessageDigest.getInstance("SHA-256")
                    .digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java platform has SHA-256", impossible);
        }
    }

    /**
     * Names each business field in which the two differ; empty exactly if their fingerprints are
     * equal.
     */
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

    private static void compareLines(
            List<Line> placed, List<Line> submitted, List<Difference> differences) {
        // Lines of one product are paired in canonical order; what finds no partner was added or
        // left out.
        Map<String, Queue<Line>> unpaired = new HashMap<>();
        placed.stream()
                .sorted(CANONICAL)
                .forEach(
                        line ->
                                unpaired.computeIfAbsent(
                                                line.productCode(), code -> new ArrayDeque<>())
                                        .add(line));
        List<Line> inOrder = submitted.stream().sorted(CANONICAL).toList();
        for (Line line : inOrder) {
            String field = "lines[" + line.productCode() + "]";
            Queue<Line> candidates = unpaired.getOrDefault(line.productCode(), new ArrayDeque<>());
            Line partner = candidates.poll();
            if (partner == null) {
                differences.add(new Difference(field, null, describe(line)));
            } else {
                compare(field + ".quantity", partner.quantity(), line.quantity(), differences);
                compare(field + ".unitPrice", partner.unitPrice(), line.unitPrice(), differences);
            }
        }
        placed.stream()
                .sorted(CANONICAL)
                .filter(
                        line ->
                                unpaired.getOrDefault(line.productCode(), new ArrayDeque<>())
                                        .remove(line))
                .forEach(
                        line ->
                                differences.add(
                                        new Difference(
                                                "lines[" + line.productCode() + "]",
                                                describe(line),
                                                null)));
    }

    private static String describe(Line line) {
        return line.quantity() + " × " + line.unitPrice();
    }

    private static void compare(
            String field, Object placed, Object submitted, List<Difference> differences) {
        if (!placed.equals(submitted)) {
            differences.add(new Difference(field, placed, submitted));
        }
    }
}
