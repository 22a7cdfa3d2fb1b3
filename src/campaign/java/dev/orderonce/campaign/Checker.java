package dev.orderonce.campaign;

import dev.orderonce.campaign.Facts.Event;
import dev.orderonce.campaign.Facts.Message;
import dev.orderonce.campaign.Facts.Payment;
import dev.orderonce.campaign.Facts.Received;
import dev.orderonce.campaign.Facts.Refund;
import dev.orderonce.campaign.Facts.Row;
import dev.orderonce.campaign.Operation.Kind;
import dev.orderonce.campaign.Verdict.Rule;
import dev.orderonce.campaign.Verdict.Violation;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Compares what clients were told with what the stores and the provider hold. It knows the published contract and the
 * tables, and uses no code of the service.
 */
final class Checker {
    /** An event may be in Redis for so long before it is read, or be published so late after it was written. */
    private static final long NEAR_MILLIS = 30_000;

    private static final Set<String> PAID = Set.of("PAID", "SHIPPED", "COMPLETED");
    private static final Set<String> WITHOUT_MONEY = Set.of("CREATED", "CANCELLED", "REFUNDED");
    static final Set<String> CANCELLED = Set.of("CANCELLED", "REFUNDING", "REFUNDED");

    /** A time in which Redis may have lost events that it had accepted, in milliseconds since the epoch. */
    record Loss(long from, long to) {
        boolean covers(Event event) {
            return event.at() >= from - NEAR_MILLIS && event.at() <= to + NEAR_MILLIS;
        }
    }

    /** A buyer's own name for something. */
    private record Owned(String buyer, String name) {}

    private final List<Operation> operations;
    private final Facts facts;
    private final List<Loss> losses;
    private final List<Violation> violations = new ArrayList<>();
    private final Map<Owned, Row> byCheckout = new HashMap<>();
    private final Map<Owned, Row> byKey = new HashMap<>();
    private final Map<Owned, Row> byPurchase = new HashMap<>();
    private final Map<String, List<Payment>> payments = new HashMap<>();
    private final Map<String, List<Refund>> refunds = new HashMap<>();
    private long orders;
    private long captures;
    private long unsettled;
    private long events;
    private long lostWithRedis;

    private Checker(List<Operation> operations, Facts facts, List<Loss> losses) {
        this.operations = operations;
        this.facts = facts;
        this.losses = losses;
    }

    /** Checks a whole run. */
    static Verdict check(List<Operation> operations, Facts facts, List<Loss> losses) {
        return new Checker(operations, facts, losses).verdict();
    }

    private Verdict verdict() {
        for (Payment payment : facts.money().payments()) {
            payments.computeIfAbsent(payment.number(), _ -> new ArrayList<>()).add(payment);
        }
        for (Refund refund : facts.money().refunds()) {
            refunds.computeIfAbsent(refund.number(), _ -> new ArrayList<>()).add(refund);
        }
        checkRows();
        Map<Kind, Long> all = new EnumMap<>(Kind.class);
        Map<Kind, Long> indefinite = new EnumMap<>(Kind.class);
        Map<Kind, Long> happened = new EnumMap<>(Kind.class);
        Set<String> acknowledged = new HashSet<>();
        Map<String, Integer> created = new HashMap<>();
        for (Operation operation : operations) {
            all.merge(operation.kind(), 1L, Long::sum);
            checkOrder(operation);
            switch (operation.outcome()) {
                case ACKNOWLEDGED -> {
                    checkAcknowledged(operation);
                    if (operation.kind() == Kind.PLACE) {
                        acknowledged.add(operation.order());
                        created.merge(operation.order(), operation.created(), Integer::sum);
                    }
                }
                case DENIED -> checkDenied(operation);
                case REFUSED -> checkRefused(operation);
                case INDEFINITE -> {
                    indefinite.merge(operation.kind(), 1L, Long::sum);
                    if (hasHappened(operation)) {
                        happened.merge(operation.kind(), 1L, Long::sum);
                    }
                }
            }
        }
        created.forEach((order, times) -> {
            if (times > 1) {
                violate(Rule.CREATED_TWICE, "%d answers said that %s was created".formatted(times, order));
            }
        });
        checkMoney();
        checkEvents();
        violations.addAll(DisputeChecker.check(operations, facts));
        violations.addAll(OnceChecker.check(operations, facts.names()));
        return new Verdict(
                all,
                acknowledged.size(),
                orders,
                indefinite,
                happened,
                captures,
                facts.money().refunds().size(),
                facts.disputes().size(),
                facts.names().size(),
                unsettled,
                events,
                lostWithRedis,
                List.copyOf(violations));
    }

    private void violate(Rule rule, String text) {
        violations.add(new Violation(rule, text));
    }

    /** One order for each purchase, checkout and key, and each of them requested. */
    private void checkRows() {
        Set<List<Object>> requested = new HashSet<>();
        for (Operation operation : operations) {
            if (operation.kind() == Kind.PLACE) {
                requested.add(List.of(operation.buyer(), operation.purchase(), operation.quantity()));
            }
        }
        for (Row row : facts.rows().values()) {
            if (!row.isOrder()) {
                continue;
            }
            orders++;
            checkOnly(byPurchase, row, Row::product);
            checkOnly(byCheckout, row, Row::checkout);
            checkOnly(byKey, row, Row::key);
            if (!requested.contains(List.of(row.buyer(), row.product(), row.quantity()))) {
                violate(Rule.INVENTED, "nobody requested %s".formatted(row));
            }
        }
    }

    private void checkOnly(Map<Owned, Row> known, Row row, Function<Row, String> name) {
        if (!name.apply(row).isEmpty()) {
            Row other = known.put(new Owned(row.buyer(), name.apply(row)), row);
            if (other != null) {
                violate(Rule.DOUBLED, "%s and %s are one purchase, checkout or key".formatted(other, row));
            }
        }
    }

    /** The order that an answer named exists, and is the buyer's. */
    private void checkOrder(Operation operation) {
        if (operation.order().isEmpty()) {
            return;
        }
        Row row = facts.rows().get(operation.order());
        if (row == null || !row.isOrder()) {
            violate(Rule.LOST, "%s is not there: %s".formatted(operation.order(), operation));
        } else if (!row.buyer().equals(operation.buyer())) {
            violate(Rule.ALTERED, "%s is another buyer's: %s".formatted(row, operation));
        }
    }

    private void checkAcknowledged(Operation operation) {
        switch (operation.kind()) {
            case ISSUE, LOOK_UP -> {}
            case VOID -> checkDenied(operation);
            case PLACE -> checkPlaced(operation);
            case CANCEL -> {
                Row row = facts.rows().get(operation.order());
                if (row != null && !CANCELLED.contains(row.state())) {
                    violate(Rule.ALTERED, "%s was cancelled: %s".formatted(row, operation));
                }
            }
            case PAY -> checkPaid(operation);
            case REFUND -> checkRefunded(operation);
            case HOLD -> checkHappened(operation, "HELD");
            case RELEASE -> {
                if (hasEvent(operation.number(), "HELD")) {
                    checkHappened(operation, "RELEASED");
                }
            }
            case SHIP -> checkHappened(operation, "SHIPPED");
            case DISPUTE, MESSAGE, RESOLVE, PUT, CLAIM, RENEW, GIVE_UP, COMPLETE -> {
                // compared for themselves
            }
        }
    }

    private boolean hasEvent(String number, String kind) {
        return facts.events().getOrDefault(number, List.of()).stream()
                .anyMatch(event -> event.kind().equals(kind));
    }

    private void checkHappened(Operation operation, String kind) {
        if (!hasEvent(operation.number(), kind)) {
            violate(Rule.HOLDS, "no event %s: %s".formatted(kind, operation));
        }
    }

    private void checkPlaced(Operation operation) {
        if (operation.order().isEmpty()) {
            violate(Rule.LOST, "the answer names no order: %s".formatted(operation));
            return;
        }
        Row row = facts.rows().get(operation.order());
        if (row == null) {
            return;
        }
        boolean isTheSame = row.product().equals(operation.purchase())
                && row.quantity() == operation.quantity()
                && row.total() == operation.quantity() * Operation.PRICE;
        boolean isUnderTheSame = row.number().equals(operation.number())
                || (!operation.scope().isEmpty() && row.checkout().equals(operation.scope()))
                || (!operation.key().isEmpty() && row.key().equals(operation.key()));
        if (!isTheSame || !isUnderTheSame) {
            violate(Rule.ALTERED, "%s is another order: %s".formatted(row, operation));
        }
    }

    private void checkDenied(Operation operation) {
        Row row = row(operation);
        if (row != null && row.isOrder()) {
            violate(Rule.DENIED, "%s exists: %s".formatted(row, operation));
        }
    }

    /** The clients send valid requests: only an order that exists is a reason not to issue, place or void. */
    private void checkRefused(Operation operation) {
        boolean needsOrder = switch (operation.kind()) {
            case ISSUE, PLACE, VOID -> true;
            case LOOK_UP,
                    PAY,
                    CANCEL,
                    REFUND,
                    HOLD,
                    RELEASE,
                    SHIP,
                    DISPUTE,
                    MESSAGE,
                    RESOLVE,
                    PUT,
                    CLAIM,
                    RENEW,
                    GIVE_UP,
                    COMPLETE -> false;
        };
        if (needsOrder && operation.order().isEmpty()) {
            violate(Rule.REFUSED, "without an order: %s".formatted(operation));
        }
    }

    private @Nullable Row row(Operation operation) {
        return operation.key().isEmpty() || operation.kind() != Kind.PLACE
                ? facts.rows().get(operation.number())
                : byKey.get(new Owned(operation.buyer(), operation.key()));
    }

    private boolean hasHappened(Operation operation) {
        Row row = row(operation);
        return switch (operation.kind()) {
            case ISSUE, LOOK_UP, RENEW, GIVE_UP, CLAIM -> false;
            case VOID -> row != null && !row.isOrder();
            case PLACE ->
                (row != null && row.isOrder())
                        || byCheckout.containsKey(new Owned(operation.buyer(), operation.scope()));
            case CANCEL -> row != null && CANCELLED.contains(row.state());
            case PAY -> payment(operation).isPresent();
            case REFUND -> refund(operation).isPresent();
            case HOLD -> hasEvent(operation.number(), "HELD");
            case RELEASE -> hasEvent(operation.number(), "RELEASED");
            case SHIP -> hasEvent(operation.number(), "SHIPPED");
            case DISPUTE ->
                facts.disputes().values().stream()
                        .anyMatch(dispute -> dispute.number().equals(operation.number()));
            case MESSAGE -> facts.messages().contains(new Message(operation.scope(), operation.key()));
            case RESOLVE ->
                Optional.ofNullable(facts.disputes().get(operation.scope()))
                        .filter(dispute -> dispute.resolution().equals(operation.key()))
                        .isPresent();
            case PUT ->
                Optional.ofNullable(facts.names().get(operation.purchase()))
                        .filter(name -> name.content() == operation.quantity())
                        .isPresent();
            case COMPLETE ->
                Optional.ofNullable(facts.names().get(operation.purchase()))
                        .filter(name -> name.result().contains(operation.key()))
                        .isPresent();
        };
    }

    private Optional<Payment> payment(Operation operation) {
        return payments.getOrDefault(operation.number(), List.of()).stream()
                .filter(payment -> payment.key().equals(operation.key()))
                .findFirst();
    }

    private void checkPaid(Operation operation) {
        Optional<Payment> payment = payment(operation);
        if (payment.isEmpty()) {
            violate(Rule.MONEY, "the payment is not there: %s".formatted(operation));
            return;
        }
        int captured = facts.money().captures().getOrDefault(payment.get().reference(), 0);
        if ((operation.said().equals("CAPTURED") && captured != 1)
                || (operation.said().equals("DECLINED") && captured != 0)) {
            violate(Rule.MONEY, "%d captures at the provider: %s".formatted(captured, operation));
        }
    }

    private Optional<Refund> refund(Operation operation) {
        return refunds.getOrDefault(operation.number(), List.of()).stream()
                .filter(refund -> refund.key().equals(operation.key()))
                .findFirst();
    }

    private void checkRefunded(Operation operation) {
        Optional<Refund> refund = refund(operation);
        if (refund.isEmpty() || refund.get().amount() != operation.quantity()) {
            violate(Rule.MONEY, "the refund is not there: %s".formatted(operation));
        } else if (operation.said().equals("REFUNDED") && !refund.get().isConfirmed()) {
            violate(Rule.MONEY, "%s is confirmed: %s".formatted(refund.get(), operation));
        }
    }

    private void checkMoney() {
        facts.money().complaints().forEach(complaint -> violate(Rule.MONEY, complaint));
        Set<String> references = new HashSet<>();
        facts.money().payments().forEach(payment -> references.add(payment.reference()));
        facts.money().captures().forEach((reference, times) -> {
            captures += times;
            if (times > 0 && !references.contains(reference)) {
                violate(Rule.MONEY, "%s was captured, and the service has no such payment".formatted(reference));
            }
        });
        for (Row row : facts.rows().values()) {
            if (row.isOrder()) {
                checkMoney(row);
            }
        }
    }

    private void checkMoney(Row row) {
        List<Payment> attempts = payments.getOrDefault(row.number(), List.of());
        int captured = attempts.stream()
                .mapToInt(payment -> facts.money().captures().getOrDefault(payment.reference(), 0))
                .sum();
        if (captured > 1) {
            violate(Rule.CAPTURED_TWICE, "%d captures for %s".formatted(captured, row));
        }
        long held = attempts.stream()
                .mapToLong(payment -> facts.money().held().getOrDefault(payment.reference(), 0L))
                .sum();
        List<Refund> returned = refunds.getOrDefault(row.number(), List.of());
        Set<String> keys = new HashSet<>();
        for (Refund refund : returned) {
            if (!keys.add(refund.key())) {
                violate(Rule.MONEY, "another refund has the key of %s".formatted(refund));
            }
        }
        long decided = returned.stream().mapToLong(Refund::amount).sum();
        if (decided > (captured == 0 ? 0 : row.total())) {
            violate(Rule.MONEY, "%d were refunded of %s".formatted(decided, row));
        }
        boolean isPaid = PAID.contains(row.state());
        boolean isWithoutMoney = WITHOUT_MONEY.contains(row.state());
        boolean isSettled = attempts.stream().noneMatch(Payment::isInProgress)
                && returned.stream().allMatch(Refund::isConfirmed)
                && (isPaid || isWithoutMoney);
        if (!isSettled) {
            unsettled++;
            violate(
                    Rule.MONEY,
                    "a payment or refund is in progress at the end: %s, %s, %s".formatted(row, attempts, returned));
        } else if (isPaid && held != row.total() - decided) {
            violate(Rule.MONEY, "the provider holds %d for %s, of which %s".formatted(held, row, returned));
        } else if (isWithoutMoney && held != 0) {
            violate(Rule.MONEY, "the provider holds %d for %s".formatted(held, row));
        }
    }

    private void checkEvents() {
        for (Row row : facts.rows().values()) {
            if (row.isOrder()) {
                checkEvents(row, facts.events().getOrDefault(row.number(), List.of()));
            }
        }
        for (Event event : facts.stream().overtaken()) {
            if (!isCovered(event)) {
                violate(Rule.STREAM, "received before an earlier one: %s".formatted(event));
            }
        }
        Received webhooks = facts.webhooks();
        for (Event event : webhooks.overtaken()) {
            violate(Rule.WEBHOOKS, "received before an earlier one: %s".formatted(event));
        }
        if (webhooks.unsigned() > 0) {
            violate(Rule.WEBHOOKS, "%d deliveries have no valid signature".formatted(webhooks.unsigned()));
        }
    }

    private void checkEvents(Row row, List<Event> own) {
        events += own.size();
        boolean isWhole = own.size() == row.sequence()
                && !own.isEmpty()
                && own.getFirst().kind().equals("PLACED");
        for (int i = 0; i < own.size(); i++) {
            isWhole &= own.get(i).sequence() == i + 1;
        }
        if (!isWhole) {
            violate(Rule.EVENTS, "%s has %s".formatted(row, own));
        }
        int holds = 0;
        for (Event event : own) {
            checkReceived(event);
            holds += switch (event.kind()) {
                case "HELD" -> 1;
                case "RELEASED" -> -1;
                default -> 0;
            };
            if (event.kind().equals("SHIPPED") && holds > 0) {
                violate(Rule.HOLDS, "shipped while it was on hold: %s".formatted(own));
            }
        }
    }

    private void checkReceived(Event event) {
        if (!facts.webhooks().has(event)) {
            violate(Rule.WEBHOOKS, "not received: %s".formatted(event));
        }
        if (facts.stream().has(event)) {
            return;
        }
        if (isCovered(event)) {
            lostWithRedis++;
        } else {
            violate(Rule.STREAM, "not in the stream: %s".formatted(event));
        }
    }

    private boolean isCovered(Event event) {
        return losses.stream().anyMatch(loss -> loss.covers(event));
    }
}
