package dev.orderonce.duplicates;

import dev.orderonce.events.EventConsumer;
import dev.orderonce.events.PublishedEvent;
import dev.orderonce.numbers.OrderNumber;
import dev.orderonce.orders.FindSimilarOrders;
import dev.orderonce.orders.FindSimilarOrders.Pair;
import dev.orderonce.orders.Order;
import dev.orderonce.orders.OrderState;
import dev.orderonce.orders.OrderState.Move;
import dev.orderonce.postgres.UnreadableRow;
import dev.orderonce.postgres.UnreadableRows;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Compares every order, soon after it was placed, with its buyer's other orders around that time. It finds the
 * duplicates that needed no confirmation before the order; each pair is stored once.
 *
 * <p>The orders of a pair may be compared at the same time, by two replicas. Each is compared after it was committed,
 * so the later comparison finds both, and a unique constraint has the pair stored once.
 */
@ApplicationScoped
class ScanOrders implements EventConsumer {
    /** The least one: when the stores are busy it is longer by itself. What a peak leaves is scanned after it. */
    private static final Duration PAUSE = Duration.ofMillis(1);

    /**
     * A buyer with more orders than this in one batch of events is a program that places for others or in bulk; its
     * idempotency keys prevent duplicates, and its orders are all alike.
     */
    private static final int MOST_OF_A_PERSON = 25;

    /** Orders compared before, and after each order: a duplicate by mistake has fewer in between. */
    private static final int MOST_NEIGHBOURS = 5;

    private static final Set<String> CANCELLED =
            Set.of(Move.CANCELLED.name(), Move.PAYMENT_ABANDONED.name(), Move.REFUND_BEGUN.name());

    private final FindSimilarOrders findAlike;
    private final SuspicionStore store;
    private final UnreadableRows unreadableRows;
    private final DuplicateSettings settings;
    private final Clock clock;
    private final Counter suspected;

    ScanOrders(
            FindSimilarOrders findAlike,
            SuspicionStore store,
            UnreadableRows unreadableRows,
            DuplicateSettings settings,
            Clock clock,
            MeterRegistry metrics) {
        this.findAlike = findAlike;
        this.store = store;
        this.unreadableRows = unreadableRows;
        this.settings = settings;
        this.clock = clock;
        this.suspected = metrics.counter("orderonce.duplicates.suspected");
    }

    @Override
    public String name() {
        return "suspected_duplicates";
    }

    @Override
    public int batchSize() {
        return 250;
    }

    @Override
    public Duration pause() {
        return PAUSE;
    }

    @Override
    public Uni<Void> consume(List<PublishedEvent> events) {
        Set<OrderNumber> placed = numbers(ofPersons(events), Set.of("PLACED"));
        Set<OrderNumber> cancelled = numbers(events, CANCELLED);
        return compare(placed)
                .chain(compared ->
                        cancelled.isEmpty() ? Uni.createFrom().voidItem() : store.end(cancelled, clock.instant()));
    }

    private static List<PublishedEvent> ofPersons(List<PublishedEvent> events) {
        Map<String, Integer> placed = new HashMap<>();
        events.forEach(event -> placed.merge(event.buyer(), 1, Integer::sum));
        return events.stream()
                .filter(event -> placed.getOrDefault(event.buyer(), 0) <= MOST_OF_A_PERSON)
                .toList();
    }

    private Set<OrderNumber> numbers(List<PublishedEvent> events, Set<String> kinds) {
        Set<OrderNumber> numbers = new HashSet<>();
        for (PublishedEvent event : events) {
            if (kinds.contains(event.kind())) {
                OrderNumber.stored(event.number())
                        .ifPresentOrElse(numbers::add, () -> unreadableRows.report(unreadable(event)));
            }
        }
        return numbers;
    }

    private static UnreadableRow unreadable(PublishedEvent event) {
        return new UnreadableRow(
                "order_events",
                event.number() + ' ' + event.sequence(),
                new IllegalArgumentException("not a canonical order number"));
    }

    private Uni<Void> compare(Set<OrderNumber> placed) {
        return placed.isEmpty()
                ? Uni.createFrom().voidItem()
                : near(placed).chain(pairs -> withHabits(placed, pairs)).chain(this::keep);
    }

    private Uni<List<Pair>> near(Set<OrderNumber> numbers) {
        return findAlike.near(numbers, settings.scanWindow(), MOST_NEIGHBOURS);
    }

    /**
     * Adds the neighbours of later orders that are not in this batch: only all of them show whether an order repeats a
     * habit. Otherwise the result would depend on which orders are in one batch.
     */
    private Uni<List<Pair>> withHabits(Set<OrderNumber> placed, List<Pair> pairs) {
        Set<OrderNumber> after = new HashSet<>();
        pairs.forEach(pair -> after.add(pair.later().number()));
        after.removeAll(placed);
        if (after.isEmpty()) {
            return Uni.createFrom().item(pairs);
        }
        return near(after).map(others -> {
            List<Pair> all = new ArrayList<>(pairs);
            others.stream()
                    .filter(pair -> after.contains(pair.later().number()))
                    .forEach(all::add);
            return all;
        });
    }

    private Uni<Void> keep(List<Pair> pairs) {
        // A pair of two orders of this batch comes twice, and their states may differ.
        Map<Set<OrderNumber>, Pair> once = new HashMap<>();
        for (Pair pair : pairs) {
            once.put(Set.of(pair.earlier().number(), pair.later().number()), pair);
        }
        Map<Pair, Comparison> found = suspects(once.values());
        Instant now = clock.instant();
        Uni<Void> added = found.isEmpty()
                ? Uni.createFrom().voidItem()
                : store.add(found, now, settings.holdFrom(), now.plus(settings.holdTtl()))
                        .invoke(count -> suspected.increment(count))
                        .chain(() -> near(numbers(found.keySet())))
                        .chain(this::endCancelled);
        // An earlier attempt at this batch may have stored a pair and failed before it ended it.
        return added.chain(() -> endCancelled(once.values()));
    }

    private static Set<OrderNumber> numbers(Collection<Pair> pairs) {
        return pairs.stream()
                .flatMap(pair -> Stream.of(pair.earlier().number(), pair.later().number()))
                .collect(Collectors.toSet());
    }

    /**
     * Ends the stored pairs with an order that is cancelled here: another replica may have had the event of its
     * cancellation, in another partition, before the pair was stored.
     */
    private Uni<Void> endCancelled(Collection<Pair> pairs) {
        Set<OrderNumber> cancelled = pairs.stream()
                .flatMap(pair -> Stream.of(pair.earlier(), pair.later()))
                .filter(order -> isCancelled(order.state()))
                .map(Order::number)
                .collect(Collectors.toSet());
        return cancelled.isEmpty() ? Uni.createFrom().voidItem() : store.end(cancelled, clock.instant());
    }

    private static boolean isCancelled(OrderState state) {
        return switch (state) {
            case CANCELLED, REFUNDING, REFUNDED -> true;
            case CREATED, PAYING, PAID, SHIPPED, COMPLETED, RETURNING, RETURNED -> false;
        };
    }

    private Map<Pair, Comparison> suspects(Collection<Pair> pairs) {
        Map<OrderNumber, Integer> habits = new HashMap<>();
        for (Pair pair : pairs) {
            if (Comparison.isHabit(pair)) {
                habits.merge(pair.later().number(), 1, Integer::sum);
            }
        }
        Map<Pair, Comparison> found = new HashMap<>();
        for (Pair pair : pairs) {
            int others = habits.getOrDefault(pair.later().number(), 0) - (Comparison.isHabit(pair) ? 1 : 0);
            Comparison comparison = Comparison.of(pair, others);
            if (comparison.score() >= settings.scoreThreshold()) {
                found.put(pair, comparison);
            }
        }
        return found;
    }
}
