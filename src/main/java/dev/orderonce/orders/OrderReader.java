package dev.orderonce.orders;

import dev.orderonce.identity.Buyer;
import dev.orderonce.money.Money;
import dev.orderonce.numbers.OrderNumber;
import dev.orderonce.postgres.KeysetPage;
import dev.orderonce.postgres.KeysetQuery;
import dev.orderonce.postgres.Reads;
import io.quarkus.hibernate.reactive.panache.PanacheQuery;
import io.quarkus.runtime.annotations.RegisterForReflection;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Currency;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Reads the table of orders for lists; replays and moves read it through {@link OrderStore}. */
@ApplicationScoped
class OrderReader {
    private static final String NOT_VOIDED = "state <> 'VOIDED'";

    private static final String HELD = "holds is not null";

    /**
     * Rows that one page of a search examines: about 10 ms from memory. A page that examined them ends, with what it
     * found, at the row where the next one continues: no index leads to the orders of one amount, and few states have
     * one.
     */
    static final int MOST_EXAMINED = 10_000;

    private final Reads reads;

    OrderReader(Reads reads) {
        this.reads = reads;
    }

    /** The buyer's order under a number. */
    Uni<Optional<OrderEntity>> ofBuyer(Buyer buyer, OrderNumber number) {
        return reads.read(
                        "find-in-list",
                        () -> OrderEntity.<OrderEntity>find(
                                        "buyer = ?1 and number = ?2 and " + NOT_VOIDED,
                                        buyer.subject(),
                                        number.symbols())
                                .firstResult())
                .map(Optional::ofNullable);
    }

    /** The buyer's orders among the numbers. */
    Uni<List<Order>> ofBuyer(Buyer buyer, Collection<OrderNumber> numbers) {
        List<String> symbols = numbers.stream().map(OrderNumber::symbols).toList();
        return reads.read(
                        "list-numbers",
                        () -> OrderEntity.<OrderEntity>list(
                                "number in ?1 and buyer = ?2 and " + NOT_VOIDED, symbols, buyer.subject()))
                .map(rows -> rows.stream().map(OrderEntity::toOrder).toList());
    }

    /** The orders with these numbers, without their lines. */
    Uni<Map<OrderNumber, OrderSummary>> summaries(Collection<OrderNumber> numbers) {
        List<String> symbols = numbers.stream().map(OrderNumber::symbols).toList();
        return reads.read(
                        "summaries",
                        () -> OrderEntity.find("number in ?1 and " + NOT_VOIDED, symbols)
                                .project(Summary.class)
                                .list())
                .map(rows -> rows.stream()
                        .map(Summary::toSummary)
                        .collect(Collectors.toUnmodifiableMap(OrderSummary::number, Function.identity())));
    }

    /** The buyer's orders after one of them, the newest first; from the newest one on without it. */
    Uni<List<OrderEntity>> ofBuyer(Buyer buyer, Optional<OrderEntity> after, int most) {
        KeysetQuery query =
                KeysetQuery.descending("decidedAt", "number").where("buyer = ? and " + NOT_VOIDED, buyer.subject());
        after.ifPresent(last -> query.after(last.decidedAt, last.number));
        return reads.read(
                "list",
                () -> OrderEntity.<OrderEntity>find(query.hql(), query.parameters())
                        .range(0, most - 1)
                        .list());
    }

    /** Where a row is in a list: the values of the columns that order it. */
    private sealed interface Position {
        String number();

        Object[] values();
    }

    /** In a list by number; the primary key has all of it. */
    @RegisterForReflection // Panache finds its constructor by name
    record ByNumber(String number) implements Position {
        @Override
        public Object[] values() {
            return new Object[] {number};
        }
    }

    /** In a list by time. */
    @RegisterForReflection // Panache finds its constructor by name
    record ByTime(String number, Instant decidedAt) implements Position {
        @Override
        public Object[] values() {
            return new Object[] {decidedAt, number};
        }
    }

    /** The columns of a list of staff. */
    @RegisterForReflection // Panache finds its constructor by name
    @SuppressWarnings("ArrayRecordComponent") // as Hibernate maps the column; rows are not compared
    record Summary(
            String number,
            String buyer,
            String state,
            Instant decidedAt,
            String currency,
            Long total,
            String @Nullable [] holds) {
        OrderSummary toSummary() {
            return new OrderSummary(
                    new OrderNumber(number),
                    new Buyer(buyer),
                    OrderState.valueOf(state),
                    new Money(total, Currency.getInstance(currency)),
                    decidedAt,
                    Hold.read(holds));
        }
    }

    /** Rows that an index has: a search goes through them in the order of the list, and filters them. */
    private record Path(Supplier<KeysetQuery> rows, Class<? extends Position> position) {}

    private static Path byTime(OrderSearch search, String condition, Object... values) {
        return new Path(
                () -> placedIn(ordered(search, "decidedAt", "number").where(condition, values), search), ByTime.class);
    }

    private static Path byNumber(OrderSearch search, NumberRange range) {
        return new Path(
                () -> ordered(search, "number").where("number >= ? and number < ?", range.from(), range.to()),
                ByNumber.class);
    }

    private static KeysetQuery ordered(OrderSearch search, String... columns) {
        return search.isNewestFirst() ? KeysetQuery.descending(columns) : KeysetQuery.ascending(columns);
    }

    /**
     * Searches one page.
     *
     * <p>The orders of one buyer or with one reference, those on hold, and those in a state that few orders are in at a
     * time (CREATED; PAYING and REFUNDING), are in the order in which they were placed, by the index that has them. All
     * others are in the order of their numbers, and so of the issue of the numbers, at most {@code numbers.ttl}
     * earlier: an index on the time would cost every placed order. The numbers of orders that were placed under
     * idempotency keys have no time; these orders follow after the others, in no order that means anything.
     *
     * <p>Slow, because many pages examine rows and find few: another state or an amount that is rare, without a buyer,
     * a number or a short time; a time in which few of many orders under idempotency keys were placed; and the
     * beginning of a time, oldest first, because a number can have been issued a week before it is placed.
     *
     * @param limit orders of the page; it has fewer, and still a cursor, if {@link #MOST_EXAMINED} rows had no more
     * @return empty if the cursor is no order, or not one of the buyer
     */
    Uni<Optional<KeysetPage<OrderSummary, OrderNumber>>> search(
            OrderSearch search, Optional<OrderNumber> after, int limit) {
        List<Path> paths = paths(search, after);
        if (after.isEmpty()) {
            return collect(search, paths, Optional.empty(), new ArrayList<>(), limit)
                    .map(Optional::of);
        }
        return position(search, paths.getFirst(), after.get())
                .chain(position -> position.isEmpty()
                        ? Uni.createFrom().item(Optional.empty())
                        : collect(search, paths, position, new ArrayList<>(), limit)
                                .map(Optional::of));
    }

    private static List<Path> paths(OrderSearch search, Optional<OrderNumber> after) {
        if (search.beginning().isPresent()) {
            return List.of(byNumber(
                    search, NumberRange.beginningWith(search.beginning().get())));
        }
        if (search.reference().isPresent()) {
            return List.of(byTime(search, "reference = ?", search.reference().get()));
        }
        if (search.buyer().isPresent()) {
            return List.of(byTime(
                    search, "buyer = ? and " + NOT_VOIDED, search.buyer().get().subject()));
        }
        // As the partial indexes have them.
        if (search.isOnHold().orElse(false)) {
            return List.of(byTime(search, HELD));
        }
        if (isAmong(search.states(), OrderState.CREATED)) {
            return List.of(byTime(search, "state = 'CREATED'"));
        }
        if (isAmong(search.states(), OrderState.PAYING, OrderState.REFUNDING)) {
            return List.of(byTime(search, "state in ('PAYING', 'REFUNDING')"));
        }
        Path ofKeys = byNumber(search, NumberRange.OF_KEYS);
        return after.filter(number -> !number.isIssuable()).isPresent()
                ? List.of(ofKeys)
                : List.of(byNumber(search, NumberRange.issued(search.placedFrom(), search.placedTo())), ofKeys);
    }

    private static boolean isAmong(List<OrderState> states, OrderState... few) {
        return !states.isEmpty() && List.of(few).containsAll(states);
    }

    /** Where the page begins. */
    private Uni<Optional<Position>> position(OrderSearch search, Path path, OrderNumber after) {
        if (path.position() == ByNumber.class) {
            return Uni.createFrom().item(Optional.of(new ByNumber(after.symbols())));
        }
        KeysetQuery query = KeysetQuery.ascending("number")
                .where("number = ? and " + NOT_VOIDED, after.symbols())
                .wherePresent("buyer = ?", search.buyer().map(Buyer::subject));
        return position("search-after", query, path, 0);
    }

    private Uni<Optional<Position>> position(String name, KeysetQuery query, Path path, int index) {
        return reads.read(
                name,
                () -> find(query)
                        .project(path.position())
                        .range(index, index)
                        .firstResult()
                        .map(Optional::ofNullable));
    }

    /** Goes through the paths until the page is full, and one row more, or as many rows as allowed are examined. */
    private Uni<KeysetPage<OrderSummary, OrderNumber>> collect(
            OrderSearch search, List<Path> paths, Optional<Position> after, List<Summary> found, int limit) {
        Path path = paths.getFirst();
        return end(path, after)
                .chain(end -> rows(search, path, after, end, limit + 1 - found.size())
                        .chain(more -> {
                            found.addAll(more);
                            if (found.size() > limit) {
                                return page(KeysetPage.cut(found, limit, row -> new OrderNumber(row.number())));
                            }
                            if (end.isPresent() || paths.size() == 1) {
                                return page(new KeysetPage<>(found, end.map(row -> new OrderNumber(row.number()))));
                            }
                            return collect(search, paths.subList(1, paths.size()), Optional.empty(), found, limit);
                        }));
    }

    private static Uni<KeysetPage<OrderSummary, OrderNumber>> page(KeysetPage<Summary, OrderNumber> page) {
        return Uni.createFrom().item(page.map(Summary::toSummary));
    }

    /** The last row that the page may examine; empty if the path has fewer rows. */
    private Uni<Optional<Position>> end(Path path, Optional<Position> after) {
        KeysetQuery query = path.rows().get();
        after.ifPresent(row -> query.after(row.values()));
        return position("search-end", query, path, MOST_EXAMINED);
    }

    private Uni<List<Summary>> rows(
            OrderSearch search, Path path, Optional<Position> after, Optional<Position> end, int most) {
        KeysetQuery query = filtered(path.rows().get(), search);
        after.ifPresent(row -> query.after(row.values()));
        end.ifPresent(row -> query.upTo(row.values()));
        return reads.read(
                "search",
                () -> find(query).project(Summary.class).range(0, most - 1).list());
    }

    private static PanacheQuery<OrderEntity> find(KeysetQuery query) {
        return OrderEntity.find(query.hql(), query.parameters());
    }

    private static KeysetQuery placedIn(KeysetQuery query, OrderSearch search) {
        return query.wherePresent("decidedAt >= ?", search.placedFrom())
                .wherePresent("decidedAt < ?", search.placedTo());
    }

    private static KeysetQuery filtered(KeysetQuery query, OrderSearch search) {
        List<String> states = search.states().stream().map(OrderState::name).toList();
        search.isOnHold().ifPresent(isHeld -> query.where(isHeld ? HELD : "holds is null"));
        return placedIn(states.isEmpty() ? query.where(NOT_VOIDED) : query.where("state in ?", states), search)
                .wherePresent("buyer = ?", search.buyer().map(Buyer::subject))
                .wherePresent("currency = ?", search.currency().map(Currency::getCurrencyCode))
                .wherePresent("total >= ?", search.totalFrom())
                .wherePresent("total <= ?", search.totalTo())
                .wherePresent("reference = ?", search.reference())
                // Each element is a reason, or a reason, a space and a cause.
                .wherePresent(
                        "concat(',', array_to_string(holds, ',')) like ?",
                        search.heldFor().map(reason -> "%," + reason + "%"));
    }
}
