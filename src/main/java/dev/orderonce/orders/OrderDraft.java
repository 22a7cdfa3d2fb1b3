package dev.orderonce.orders;

import com.fasterxml.jackson.core.JsonPointer;
import dev.orderonce.http.FreeText;
import dev.orderonce.http.Violation;
import dev.orderonce.issuing.IssueNumber;
import dev.orderonce.money.Money;
import dev.orderonce.numbers.OrderNumber;
import dev.orderonce.orders.OrderSubmission.AcknowledgementSubmission;
import dev.orderonce.orders.OrderSubmission.ChargeSubmission;
import dev.orderonce.orders.OrderSubmission.LineSubmission;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Currency;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The content of an order, validated: every line and charge is valid and the total is their sum.
 *
 * @param total the sum of the lines and charges, 0 or more
 * @param lines 1 to {@value #MOST_LINES}
 * @param charges at most {@value #MOST_CHARGES}
 * @param acknowledgements at most {@value #MOST_ACKNOWLEDGEMENTS}
 * @param checkout the checkout that the request names; of an order, the one that it completes
 */
public record OrderDraft(
        Money total,
        List<Line> lines,
        List<Charge> charges,
        List<Acknowledgement> acknowledgements,
        Optional<String> checkout,
        OrderNotes notes) {

    /** A draft of lines alone. */
    public OrderDraft(Money total, List<Line> lines, List<Acknowledgement> acknowledgements) {
        this(total, lines, List.of(), acknowledgements, Optional.empty(), OrderNotes.NONE);
    }

    /** A person's basket has a few lines, a trader's order some dozens; a batch belongs in several orders. */
    public static final int MOST_LINES = 100;

    /** Shipping in parts, taxes of several rates, coupons; more belong in lines. */
    public static final int MOST_CHARGES = 20;

    /** One large amount and several earlier orders. */
    public static final int MOST_ACKNOWLEDGEMENTS = 10;

    /** Longer than any GTIN, SKU or ISIN. */
    public static final int LONGEST_CODE = 64;

    /** A product's name on a page, in any script. */
    public static final int LONGEST_NAME = 200;

    /** More of one product than a person orders at a checkout; a typing error above it does not become an order. */
    public static final long LARGEST_QUANTITY = 1_000_000;

    /** 2⁵³ − 1: the largest whole number that every JSON reader, a browser's included, reads exactly. */
    public static final long LARGEST_AMOUNT = (1L << 53) - 1;

    /** The same content, completing this checkout. */
    OrderDraft completing(Optional<String> completed) {
        return new OrderDraft(total, lines, charges, acknowledgements, completed, notes);
    }

    /** The approximate number of characters in JSON. */
    public int characters() {
        int characters = notes.characters();
        for (Charge charge : charges) {
            characters += 60 + charge.label().length();
        }
        for (Line line : lines) {
            characters += 80
                    + line.productCode().length()
                    + line.name().map(String::length).orElse(0);
        }
        return characters;
    }

    /** Every outcome of reading a submission. */
    public sealed interface Reading {
        /** The submission is valid. */
        record Drafted(OrderDraft draft) implements Reading {}

        /** The submission is invalid; these are all its violations. */
        record Invalid(List<Violation> violations) implements Reading {}
    }

    /** Reads a whole submission: every violation is reported at once. */
    public static Reading read(OrderSubmission submission) {
        return new Reader().read(submission);
    }

    /** Collects violations while it reads. */
    private static final class Reader {
        private final List<Violation> violations = new ArrayList<>();

        Reading read(OrderSubmission submission) {
            Optional<Currency> currency = currency(submission.currency());
            long total = amount("/total", submission.total());
            List<Line> lines = lines(submission.lines());
            List<Charge> charges = charges(submission.charges());
            List<Acknowledgement> acknowledgements = acknowledgements(submission.acknowledgements());
            Optional<String> checkout = checkout(submission.checkout());
            OrderNotes notes = new OrderNotes(
                    reference(submission.reference()),
                    metadata(submission.metadata()),
                    opaque("/delivery", submission.delivery()),
                    opaque("/contact", submission.contact()));
            if (violations.isEmpty()) {
                checkSum(lines, charges, total);
            }
            return violations.isEmpty() && currency.isPresent()
                    ? new Reading.Drafted(new OrderDraft(
                            new Money(total, currency.get()), lines, charges, acknowledgements, checkout, notes))
                    : new Reading.Invalid(List.copyOf(violations));
        }

        private Optional<String> checkout(@Nullable String submitted) {
            Optional<String> checkout = Optional.ofNullable(submitted);
            if (!checkout.stream().allMatch(IssueNumber::isCheckout)) {
                refuse("/checkout", IssueNumber.CHECKOUT_RULE);
            }
            return checkout;
        }

        private Optional<Currency> currency(@Nullable String code) {
            Optional<Currency> currency = Optional.ofNullable(code).flatMap(Money::currency);
            if (currency.isEmpty()) {
                refuse("/currency", code == null ? "is missing" : "is not an ISO 4217 code of a currency");
            }
            return currency;
        }

        private List<Line> lines(@Nullable List<@Nullable LineSubmission> submitted) {
            if (submitted == null || submitted.isEmpty() || submitted.size() > MOST_LINES) {
                refuse("/lines", "must hold 1 to " + MOST_LINES + " lines");
                return List.of();
            }
            List<Line> lines = new ArrayList<>(submitted.size());
            for (int i = 0; i < submitted.size(); i++) {
                lines.add(line("/lines/" + i, submitted.get(i)));
            }
            return List.copyOf(lines);
        }

        private Line line(String at, @Nullable LineSubmission line) {
            if (line == null) {
                refuse(at, "must be an object");
                return new Line("", Optional.empty(), 1, 0);
            }
            String name = line.name();
            return new Line(
                    text(at + "/productCode", line.productCode(), LONGEST_CODE),
                    name == null ? Optional.empty() : Optional.of(text(at + "/name", name, LONGEST_NAME)),
                    whole(at + "/quantity", line.quantity(), 1, LARGEST_QUANTITY),
                    amount(at + "/unitPrice", line.unitPrice()));
        }

        private List<Charge> charges(@Nullable List<@Nullable ChargeSubmission> submitted) {
            if (submitted == null) {
                return List.of();
            }
            if (submitted.size() > MOST_CHARGES) {
                refuse("/charges", "must hold at most " + MOST_CHARGES);
                return List.of();
            }
            List<Charge> charges = new ArrayList<>(submitted.size());
            for (int i = 0; i < submitted.size(); i++) {
                charge("/charges/" + i, submitted.get(i)).ifPresent(charges::add);
            }
            return List.copyOf(charges);
        }

        private Optional<Charge> charge(String at, @Nullable ChargeSubmission charge) {
            if (charge == null) {
                refuse(at, "must be an object");
                return Optional.empty();
            }
            Optional<Charge.Kind> kind = Arrays.stream(Charge.Kind.values())
                    .filter(each -> each.name().equals(charge.kind()))
                    .findFirst();
            if (kind.isEmpty()) {
                refuse(at + "/kind", "must be SHIPPING, TAX, DISCOUNT or FEE");
            }
            String label = text(at + "/label", charge.label(), LONGEST_NAME);
            long amount = kind.orElse(Charge.Kind.FEE) == Charge.Kind.DISCOUNT
                    ? whole(at + "/amount", charge.amount(), -LARGEST_AMOUNT, -1)
                    : amount(at + "/amount", charge.amount());
            return kind.map(known -> new Charge(known, label, amount));
        }

        private Optional<String> reference(@Nullable String reference) {
            if (reference != null && !OrderNotes.isReference(reference)) {
                refuse("/reference", "must be 1 to " + OrderNotes.LONGEST_REFERENCE + " visible characters");
            }
            return Optional.ofNullable(reference);
        }

        private Map<String, String> metadata(@Nullable Map<String, @Nullable String> submitted) {
            if (submitted == null) {
                return Map.of();
            }
            if (submitted.size() > OrderNotes.MOST_METADATA) {
                refuse("/metadata", "must have at most " + OrderNotes.MOST_METADATA + " members");
                return Map.of();
            }
            Map<String, String> metadata = new LinkedHashMap<>();
            int bytes = 0;
            for (Map.Entry<String, @Nullable String> member : submitted.entrySet()) {
                String name = member.getKey();
                String value = member.getValue();
                if (value == null || !FreeText.isReadable(name) || !FreeText.isReadable(value)) {
                    refuse(
                            JsonPointer.empty()
                                    .appendProperty("metadata")
                                    .appendProperty(name)
                                    .toString(),
                            value == null ? "must be a string" : FreeText.UNREADABLE);
                    continue;
                }
                bytes += bytes(name) + bytes(value);
                metadata.put(name, value);
            }
            if (bytes > OrderNotes.MOST_METADATA_BYTES) {
                refuse("/metadata", "must have at most " + OrderNotes.MOST_METADATA_BYTES + " bytes of UTF-8");
            }
            return metadata;
        }

        private Optional<String> opaque(String at, @Nullable String text) {
            if (text != null && !FreeText.isReadable(text)) {
                refuse(at, FreeText.UNREADABLE);
            } else if (text != null && (text.isEmpty() || bytes(text) > OrderNotes.MOST_TEXT_BYTES)) {
                refuse(at, "must have 1 to " + OrderNotes.MOST_TEXT_BYTES + " bytes of UTF-8");
            }
            return Optional.ofNullable(text);
        }

        private static int bytes(String text) {
            return text.getBytes(StandardCharsets.UTF_8).length;
        }

        private List<Acknowledgement> acknowledgements(@Nullable List<@Nullable AcknowledgementSubmission> submitted) {
            if (submitted == null) {
                return List.of();
            }
            if (submitted.size() > MOST_ACKNOWLEDGEMENTS) {
                refuse("/acknowledgements", "must hold at most " + MOST_ACKNOWLEDGEMENTS);
                return List.of();
            }
            List<Acknowledgement> acknowledgements = new ArrayList<>(submitted.size());
            for (int i = 0; i < submitted.size(); i++) {
                acknowledgement("/acknowledgements/" + i, submitted.get(i)).ifPresent(acknowledgements::add);
            }
            return List.copyOf(acknowledgements);
        }

        private Optional<Acknowledgement> acknowledgement(
                String at, @Nullable AcknowledgementSubmission acknowledgement) {
            String kind = acknowledgement == null ? null : acknowledgement.kind();
            if (acknowledgement == null || kind == null) {
                refuse(at + "/kind", "must be LARGE_AMOUNT or SECOND_ORDER");
                return Optional.empty();
            }
            return switch (kind) {
                case "LARGE_AMOUNT" -> {
                    refuseIfPresent(at + "/earlier", acknowledgement.earlier(), kind);
                    yield Optional.of(new Acknowledgement.LargeAmount(amount(at + "/total", acknowledgement.total())));
                }
                case "SECOND_ORDER" -> {
                    refuseIfPresent(at + "/total", acknowledgement.total(), kind);
                    yield secondOrder(at + "/earlier", acknowledgement.earlier());
                }
                default -> {
                    refuse(at + "/kind", "must be LARGE_AMOUNT or SECOND_ORDER");
                    yield Optional.empty();
                }
            };
        }

        private Optional<Acknowledgement> secondOrder(String at, @Nullable String earlier) {
            Optional<OrderNumber> number = Optional.ofNullable(earlier).flatMap(OrderNumber::read);
            if (number.isEmpty()) {
                refuse(at, "must be the number of the earlier order");
            }
            return number.map(Acknowledgement.SecondOrder::new);
        }

        private void refuseIfPresent(String at, @Nullable Object value, String kind) {
            if (value != null) {
                refuse(at, "does not go with " + kind);
            }
        }

        private String text(String at, @Nullable String text, int longest) {
            if (text == null || text.isBlank() || text.codePointCount(0, text.length()) > longest) {
                refuse(at, text == null ? "is missing" : "must have 1 to " + longest + " characters, not only spaces");
                return "";
            }
            if (!isPlain(text)) {
                refuse(at, "must not hold control characters or broken Unicode");
            }
            return text;
        }

        /** No control characters, and no half of a surrogate pair: no store could return that unchanged. */
        private static boolean isPlain(String text) {
            return text.codePoints()
                    .noneMatch(
                            point -> Character.isISOControl(point) || Character.getType(point) == Character.SURROGATE);
        }

        private long amount(String at, @Nullable Long value) {
            return whole(at, value, 0, LARGEST_AMOUNT);
        }

        private long whole(String at, @Nullable Long value, long least, long most) {
            if (value == null || value < least || value > most) {
                refuse(at, value == null ? "is missing" : "must be a whole number from " + least + " to " + most);
                return least;
            }
            return value;
        }

        private void checkSum(List<Line> lines, List<Charge> charges, long total) {
            String parts = charges.isEmpty() ? "the lines" : "lines and charges";
            long sum = 0;
            try {
                for (Line line : lines) {
                    sum = Math.addExact(sum, Math.multiplyExact(line.quantity(), line.unitPrice()));
                }
                for (Charge charge : charges) {
                    sum = Math.addExact(sum, charge.amount());
                }
            } catch (ArithmeticException overflow) {
                sum = Long.MAX_VALUE;
            }
            if (sum > LARGEST_AMOUNT) {
                refuse(
                        "/total",
                        "must be what " + parts + " add up to, and that is more than any amount that can be ordered");
            } else if (sum < 0) {
                refuse("/charges", "must not take off more than lines and other charges add up to");
            } else if (sum != total) {
                refuse("/total", "must be " + sum + ", what " + parts + " add up to");
            }
        }

        private void refuse(String field, String message) {
            violations.add(new Violation(field, message));
        }
    }
}
