package dev.orderonce.orders;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Compares the content of two drafts by their business fields: currency, total, each line's product, quantity and
 * price, and each charge's kind and amount. The order of lines and charges, names, labels, acknowledgements, the shop's
 * notes and everything volatile do not count.
 */
final class Content {
    /** 128 bits of SHA-256: two contents do not collide by chance, and no client can construct a collision. */
    private static final int FINGERPRINT_BYTES = 16;

    private static final Comparator<Line> CANONICAL = Comparator.comparing(Line::productCode)
            .thenComparing(Line::unitPrice)
            .thenComparing(Line::quantity);

    private static final Comparator<Charge> CANONICAL_CHARGES =
            Comparator.comparing(Charge::kind).thenComparing(Charge::amount);

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
        draft.charges().stream()
                .sorted(CANONICAL_CHARGES)
                .forEach(
                        charge -> // a product code holds no tab, so no line begins like a charge
                        canonical
                                .append("\n\t")
                                .append(charge.kind())
                                .append('\n')
                                .append(charge.amount()));
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
                "/currency",
                placed.total().currency().getCurrencyCode(),
                submitted.total().currency().getCurrencyCode(),
                differences);
        compare("/total", placed.total().minor(), submitted.total().minor(), differences);
        compareParts(
                "/lines/",
                parts(placed.lines(), CANONICAL, Content::fields),
                parts(submitted.lines(), CANONICAL, Content::fields),
                differences);
        compareParts(
                "/charges/",
                parts(placed.charges(), CANONICAL_CHARGES, Content::fields),
                parts(submitted.charges(), CANONICAL_CHARGES, Content::fields),
                differences);
        return differences;
    }

    /**
     * A line or a charge.
     *
     * @param position in the list that was sent
     * @param fields those that count; the first says which lines or charges are compared with each other
     */
    private record Part(int position, Map<String, Object> fields) {
        boolean isLike(Part other) {
            return fields.values()
                    .iterator()
                    .next()
                    .equals(other.fields.values().iterator().next());
        }
    }

    private static Map<String, Object> fields(Line line) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("productCode", line.productCode());
        fields.put("quantity", line.quantity());
        fields.put("unitPrice", line.unitPrice());
        return fields;
    }

    private static Map<String, Object> fields(Charge charge) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("kind", charge.kind().name());
        fields.put("amount", charge.amount());
        return fields;
    }

    private static <T> List<Part> parts(List<T> all, Comparator<T> canonical, Function<T, Map<String, Object>> fields) {
        return IntStream.range(0, all.size())
                .boxed()
                .sorted(Comparator.comparing(all::get, canonical))
                .map(position -> new Part(position, fields.apply(all.get(position))))
                .collect(Collectors.toCollection(ArrayList::new));
    }

    private static void compareParts(
            String list, List<Part> placed, List<Part> submitted, List<Difference> differences) {
        // Equal ones are removed first, so that only parts that differ are paired, product by product or kind by kind.
        List<Part> others = submitted.stream()
                .filter(part -> removeFirst(placed, left -> left.fields().equals(part.fields()))
                        .isEmpty())
                .toList();
        for (Part other : others) {
            removeFirst(placed, other::isLike)
                    .ifPresentOrElse(
                            partner -> other.fields()
                                    .forEach((field, value) -> compare(
                                            list + other.position() + '/' + field,
                                            Objects.requireNonNull(
                                                    partner.fields().get(field)),
                                            value,
                                            differences)),
                            () -> differences.add(new Difference(list + other.position(), null, other.fields())));
        }
        placed.forEach(part -> differences.add(new Difference(list + part.position(), part.fields(), null)));
    }

    private static Optional<Part> removeFirst(List<Part> parts, Predicate<Part> condition) {
        Optional<Part> first = parts.stream().filter(condition).findFirst();
        first.ifPresent(parts::remove);
        return first;
    }

    private static void compare(String field, Object placed, Object submitted, List<Difference> differences) {
        if (!placed.equals(submitted)) {
            differences.add(new Difference(field, placed, submitted));
        }
    }
}
