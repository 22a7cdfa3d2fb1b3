package dev.orderonce.orders;

import dev.orderonce.identity.Buyer;
import dev.orderonce.identity.Subject;
import dev.orderonce.money.Money;
import dev.orderonce.numbers.OrderNumber;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.Currency;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The orders that a member of staff searches; an empty member does not restrict them.
 *
 * @param states empty for all
 * @param placedFrom inclusive
 * @param placedTo exclusive
 * @param totalFrom inclusive, in minor units of {@code currency}
 * @param totalTo inclusive, in minor units of {@code currency}
 * @param beginning the first symbols of the numbers, canonical
 * @param heldFor a reason for the hold; only with {@code isOnHold} true
 * @param isNewestFirst the order of the list
 */
public record OrderSearch(
        List<OrderState> states,
        Optional<Buyer> buyer,
        Optional<Instant> placedFrom,
        Optional<Instant> placedTo,
        Optional<Currency> currency,
        Optional<Long> totalFrom,
        Optional<Long> totalTo,
        Optional<String> beginning,
        Optional<String> reference,
        Optional<Boolean> isOnHold,
        Optional<Hold.Reason> heldFor,
        boolean isNewestFirst) {
    private static final String REASONS =
            Arrays.stream(Hold.Reason.values()).map(Hold.Reason::name).collect(Collectors.joining(", "));

    private static final String STATES =
            Arrays.stream(OrderState.values()).map(OrderState::name).collect(Collectors.joining(", "));

    /** Digits of 2⁵³−1, the largest total. */
    private static final int LONGEST_TOTAL = 16;

    private static final int LAST_YEAR = 9999;

    /** What the parameters of a request mean. */
    public sealed interface Reading {
        /** A parameter is not valid. */
        record Invalid(String why) implements Reading {}

        /** Every parameter is valid. */
        record Valid(OrderSearch search) implements Reading {}
    }

    /** Reads the parameters of a request. */
    public static Reading read(OrderSearchParameters given) {
        Reader reader = new Reader();
        OrderSearch search = new OrderSearch(
                reader.read(
                                "state",
                                given.state,
                                OrderSearch::states,
                                "one or more of " + STATES + ", separated by commas")
                        .orElse(List.of()),
                reader.read("buyer", given.buyer, OrderSearch::buyer, "the subject of a buyer"),
                reader.read(
                        "placedFrom", given.placedFrom, OrderSearch::instant, "a time such as 2026-11-21T15:04:05Z"),
                reader.read("placedTo", given.placedTo, OrderSearch::instant, "a time such as 2026-11-21T15:04:05Z"),
                reader.read("currency", given.currency, Money::currency, "an ISO 4217 code of a currency"),
                reader.read("totalFrom", given.totalFrom, OrderSearch::total, "a whole number of minor units"),
                reader.read("totalTo", given.totalTo, OrderSearch::total, "a whole number of minor units"),
                reader.read(
                        "number",
                        given.number,
                        OrderNumber::readPrefix,
                        OrderNumber.SHORTEST_PREFIX + " to " + OrderNumber.LENGTH + " symbols of an order number"),
                reader.read(
                        "reference",
                        given.reference,
                        text -> Optional.of(text).filter(OrderNotes::isReference),
                        "1 to " + OrderNotes.LONGEST_REFERENCE + " visible characters"),
                reader.read("hold", given.hold, OrderSearch::isOnHold, "true, false, or one of " + REASONS),
                given.hold.flatMap(OrderSearch::reason),
                reader.read("order", given.order, OrderSearch::isNewestFirst, "newest or oldest")
                        .orElse(true));
        return reader.refusal
                .or(search::contradiction)
                .<Reading>map(Reading.Invalid::new)
                .orElseGet(() -> new Reading.Valid(search));
    }

    /** Why the parameters are not valid together. */
    private Optional<String> contradiction() {
        if (currency.isEmpty() && (totalFrom.isPresent() || totalTo.isPresent())) {
            return Optional.of("\"currency\" must be present with \"totalFrom\" and \"totalTo\".");
        }
        if (placedFrom.isPresent() && placedTo.isPresent() && !placedFrom.get().isBefore(placedTo.get())) {
            return Optional.of("\"placedTo\" must be after \"placedFrom\".");
        }
        return Optional.empty();
    }

    /** Reads parameters one after the other and keeps the first refusal. */
    private static final class Reader {
        private Optional<String> refusal = Optional.empty();

        <T> Optional<T> read(String name, Optional<String> given, Function<String, Optional<T>> parse, String must) {
            Optional<T> value = given.flatMap(parse);
            if (given.isPresent() && value.isEmpty() && refusal.isEmpty()) {
                refusal = Optional.of("\"" + name + "\" must be " + must + ".");
            }
            return value;
        }
    }

    private static Optional<List<OrderState>> states(String names) {
        List<String> wanted = List.of(names.split(",", -1));
        List<OrderState> states = Arrays.stream(OrderState.values())
                .filter(state -> wanted.contains(state.name()))
                .toList();
        return states.size() == wanted.size() ? Optional.of(states) : Optional.empty();
    }

    private static Optional<Buyer> buyer(String subject) {
        return Optional.of(subject).filter(Subject::isSubject).map(Buyer::new);
    }

    /** Years that PostgreSQL can compare. */
    private static Optional<Instant> instant(String text) {
        try {
            Instant instant = Instant.parse(text);
            int year = instant.atOffset(ZoneOffset.UTC).getYear();
            return year >= 0 && year <= LAST_YEAR ? Optional.of(instant) : Optional.empty();
        } catch (DateTimeException notATime) {
            return Optional.empty();
        }
    }

    private static Optional<Long> total(String text) {
        boolean isWhole = !text.isEmpty()
                && text.length() <= LONGEST_TOTAL
                && text.chars().allMatch(c -> c >= '0' && c <= '9');
        return isWhole ? Optional.of(Long.parseLong(text)) : Optional.empty();
    }

    /** A hold for any reason, or for none. */
    private static Optional<Boolean> isOnHold(String text) {
        return switch (text) {
            case "true" -> Optional.of(true);
            case "false" -> Optional.of(false);
            default -> reason(text).map(_ -> true);
        };
    }

    private static Optional<Hold.Reason> reason(String name) {
        return Arrays.stream(Hold.Reason.values())
                .filter(reason -> reason.name().equals(name))
                .findFirst();
    }

    private static Optional<Boolean> isNewestFirst(String text) {
        return switch (text) {
            case "newest" -> Optional.of(true);
            case "oldest" -> Optional.of(false);
            default -> Optional.empty();
        };
    }
}
