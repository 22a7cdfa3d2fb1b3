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
import java.util.Optional;

/** Reads the table of orders for lists; replays and moves read it through {@link OrderStore}. */
@ApplicationScoped
class OrderReader {
    private static final String NOT_VOIDED = "state <> 'VOIDED'";

    /**
     * Rows that one page of a search examines: about 10 ms from memory. A page that examined them ends, with what it
     * found, at the row where the next one continues: no index leads to the orders of one amount, and few states have
     * one, because each index costs every placed order.
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

    /** The buyer's orders after one of them, the newest first; from the newest one on without it. */
    Uni<List<OrderEntity>> ofBuyer(Buyer buyer, Optional<OrderEntity> after, int most) {
        KeysetQuery query = ofBuyer(buyer, true);
        after.ifPresent(last -> query.after(last.decidedAt, last.number));
        return reads.read(
                "list",
                () -> OrderEntity.<OrderEntity>find(query.hql(), query.parameters())
                        .range(0, most - 1)
                        .list());
    }

    /** By the index on buyer and time. */
    private static KeysetQuery ofBuyer(Buyer buyer, boolean isNewestFirst) {
        KeysetQuery query = isNewestFirst
                ? KeysetQuery.descending("decidedAt", "number")
                : KeysetQuery.ascending("decidedAt", "number");
        return query.where("buyer = ?", buyer.subject()).where(NOT_VOIDED);
    }

    /** Where a row is in a list. */
    @RegisterForReflection
    record Position(String number, Instant decidedAt) {}

    /** The columns of a list of staff. */
    @RegisterForReflection
    record Summary(String number, String buyer, String state, Instant decidedAt, String currency, Long total) {
        OrderSummary toSummary() {
            return new OrderSummary(
                    new OrderNumber(number),
                    new Buyer(buyer),
                    OrderState.valueOf(state),
                    new Money(total, Currency.getInstance(currency)),
                    decidedAt);
        }
    }

    /**
     * Rows that an index has in the order of the list. A search goes through them, one path after the other, and
     * filters them.
     */
    private interface Path {
        /** The rows of the path. */
        KeysetQuery rows();

        /** The values of the columns that order the path. */
        Object[] key(Position row);
    }

    /** A buyer's orders, by the time at which they were placed. */
    private record OfBuyer(Buyer buyer, OrderSearch search) implements Path {
        @Override
        public KeysetQuery rows() {
            return placedIn(ofBuyer(buyer, search.isNewestFirst()), search);
        }

        @Override
        public Object[] key(Position row) {
            return new Object[] {row.decidedAt(), row.number()};
        }
    }

    /** A range of the primary key: issued numbers in it are in the order of their issue. */
    private record OfNumbers(NumberRange range, OrderSearch search) implements Path {
        @Override
        public KeysetQuery rows() {
            KeysetQuery query =
                    search.isNewestFirst() ? KeysetQuery.descending("number") : KeysetQuery.ascending("number");
            return query.where("number >= ? and number < ?", range.from(), range.to());
        }

        @Override
        public Object[] key(Position row) {
            return new Object[] {row.number()};
        }
    }

    /**
     * Searches one page.
     *
     * <p>The orders of one buyer are in the order in which they were placed. Those of all buyers are in the order of
     * their numbers, and so of the issue of the numbers, at most {@code numbers.ttl} earlier: the primary key costs
     * nothing more. The numbers of orders that were placed under idempotency keys have no time; these orders follow
     * after the others, in no order that means anything, and those of a day are found by examining all of them. What
     * else examines many rows: states that few orders are in, and amounts, both without a buyer, a number or a short
     * time; and the oldest orders of a time, because a number can have been issued a week before it was placed.
     *
     * @param limit orders of the page; it has fewer, and still a cursor, if {@link #MOST_EXAMINED} rows had no more
     * @return empty if the cursor is not an order of the buyer
     */
    Uni<Optional<KeysetPage<OrderSummary, OrderNumber>>> search(
            OrderSearch search, Optional<OrderNumber> after, int limit) {
        if (search.beginning().isPresent()) {
            return begin(
                    search, List.of(NumberRange.beginningWith(search.beginning().get())), after, limit);
        }
        if (search.buyer().isPresent()) {
            return ofBuyer(search, search.buyer().get(), after, limit);
        }
        return begin(
                search,
                after.filter(number -> !number.isIssuable()).isPresent()
                        ? List.of(NumberRange.OF_KEYS)
                        : List.of(NumberRange.issued(search.placedFrom(), search.placedTo()), NumberRange.OF_KEYS),
                after,
                limit);
    }

    private Uni<Optional<KeysetPage<OrderSummary, OrderNumber>>> begin(
            OrderSearch search, List<NumberRange> ranges, Optional<OrderNumber> after, int limit) {
        List<Path> paths =
                ranges.stream().<Path>map(range -> new OfNumbers(range, search)).toList();
        Optional<Object[]> key = after.map(number -> new Object[] {number.symbols()});
        return collect(search, paths, key, new ArrayList<>(), limit).map(Optional::of);
    }

    private Uni<Optional<KeysetPage<OrderSummary, OrderNumber>>> ofBuyer(
            OrderSearch search, Buyer buyer, Optional<OrderNumber> after, int limit) {
        Path path = new OfBuyer(buyer, search);
        if (after.isEmpty()) {
            return collect(search, List.of(path), Optional.empty(), new ArrayList<>(), limit)
                    .map(Optional::of);
        }
        return ofBuyer(buyer, after.get())
                .chain(found -> found.isEmpty()
                        ? Uni.createFrom().item(Optional.empty())
                        : collect(
                                        search,
                                        List.of(path),
                                        found.map(order -> path.key(new Position(order.number, order.decidedAt))),
                                        new ArrayList<>(),
                                        limit)
                                .map(Optional::of));
    }

    /** Goes through the paths until the page is full, and one row more, or as many rows as allowed are examined. */
    private Uni<KeysetPage<OrderSummary, OrderNumber>> collect(
            OrderSearch search, List<Path> paths, Optional<Object[]> after, List<Summary> found, int limit) {
        Path path = paths.getFirst();
        return end(path, after)
                .chain(end -> rows(search, path, after, end, limit + 1 - found.size())
                        .chain(more -> {
                            found.addAll(more);
                            if (found.size() > limit) {
                                return page(KeysetPage.cut(found, limit, row -> new OrderNumber(row.number())));
                            }
                            if (end.isPresent()) {
                                return page(new KeysetPage<>(found, end.map(row -> new OrderNumber(row.number()))));
                            }
                            return paths.size() == 1
                                    ? page(new KeysetPage<>(found, Optional.empty()))
                                    : collect(search, paths.subList(1, paths.size()), Optional.empty(), found, limit);
                        }));
    }

    private static Uni<KeysetPage<OrderSummary, OrderNumber>> page(KeysetPage<Summary, OrderNumber> page) {
        return Uni.createFrom().item(page.map(Summary::toSummary));
    }

    /** The last row that the page may examine; empty if the path has fewer rows. */
    private Uni<Optional<Position>> end(Path path, Optional<Object[]> after) {
        KeysetQuery query = path.rows();
        after.ifPresent(query::after);
        return reads.read(
                        "search-end",
                        () -> find(query)
                                .project(Position.class)
                                .range(MOST_EXAMINED, MOST_EXAMINED)
                                .firstResult())
                .map(Optional::ofNullable);
    }

    private Uni<List<Summary>> rows(
            OrderSearch search, Path path, Optional<Object[]> after, Optional<Position> end, int most) {
        KeysetQuery query = filtered(path.rows(), search);
        after.ifPresent(query::after);
        end.ifPresent(row -> query.upTo(path.key(row)));
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
        return placedIn(states.isEmpty() ? query.where(NOT_VOIDED) : query.where("state in ?", states), search)
                .wherePresent("buyer = ?", search.buyer().map(Buyer::subject))
                .wherePresent("currency = ?", search.currency().map(Currency::getCurrencyCode))
                .wherePresent("total >= ?", search.totalFrom())
                .wherePresent("total <= ?", search.totalTo());
    }
}
