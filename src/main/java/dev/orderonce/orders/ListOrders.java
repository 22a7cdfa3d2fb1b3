package dev.orderonce.orders;

import dev.orderonce.admission.ConcurrencyLimit;
import dev.orderonce.http.Outcome;
import dev.orderonce.identity.Buyer;
import dev.orderonce.numbers.OrderNumber;
import dev.orderonce.postgres.Postgres;
import io.quarkus.hibernate.reactive.panache.Panache;
import io.quarkus.hibernate.reactive.panache.PanacheQuery;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Lists a buyer's own orders, newest first, a page at a time; a page costs the same however many came before it. */
@ApplicationScoped
public class ListOrders {
    public static final int LARGEST_PAGE = 100;

    /**
     * A page ends with the order that exceeds this many characters of lines: the largest order has 100,000, and a
     * hundred of those would be 10 MB in memory for each request. A response stays in memory until the client has
     * received it.
     */
    static final int MOST_CHARACTERS = 500_000;

    /** Rows per statement, so that a full page of large orders is never read at once. */
    private static final int AT_ONCE = 25;

    /** Pages in memory at once: being read, or not yet received by the client. */
    private static final int MOST_PAGES = 64;

    /** Pages of one buyer in memory at once: two tabs, each with a reload. */
    private static final int MOST_PAGES_OF_BUYER = 4;

    private static final String NEWEST_FIRST = "order by decidedAt desc, number desc";
    private static final String OWN = "buyer = ?1 and state <> 'VOIDED'";

    private final Postgres postgres;
    private final ConcurrencyLimit concurrency = new ConcurrencyLimit(MOST_PAGES, MOST_PAGES_OF_BUYER);

    ListOrders(Postgres postgres) {
        this.postgres = postgres;
    }

    /** Bounds the pages in memory: a request acquires a permit until its response is sent. */
    ConcurrencyLimit concurrency() {
        return concurrency;
    }

    /** Every outcome of listing. */
    public sealed interface Listing extends Outcome {
        /** The page size or the cursor is invalid. */
        record BadParameter(String why) implements Listing {}

        /**
         * One page; shorter than its limit if its orders are very large.
         *
         * @param after the cursor of the next page: an order number; empty on the last page
         */
        record Page(List<Order> orders, Optional<OrderNumber> after) implements Listing {}

        @Override
        default String label() {
            return switch (this) {
                case BadParameter _ -> "bad-parameter";
                case Page _ -> "page";
            };
        }
    }

    /**
     * Lists one page.
     *
     * @param after the last number of the page before, if any
     * @param limit 1 to {@value #LARGEST_PAGE}
     */
    public Uni<Listing> list(Buyer buyer, Optional<String> after, int limit) {
        if (limit < 1 || limit > LARGEST_PAGE) {
            return item(new Listing.BadParameter("\"limit\" must be from 1 to " + LARGEST_PAGE + "."));
        }
        Uni<Listing> listing = after.isEmpty()
                ? Panache.withSession(() -> collect(buyer, Optional.empty(), new ArrayList<>(), limit))
                : OrderNumber.read(after.get())
                        .map(number -> Panache.withSession(() -> following(buyer, number, limit)))
                        .orElseGet(() -> item(noSuchCursor()));
        return postgres.bounded("list", listing);
    }

    private static Uni<Listing> following(Buyer buyer, OrderNumber after, int limit) {
        return OrderEntity.<OrderEntity>find(OWN + " and number = ?2", buyer.subject(), after.symbols())
                .firstResult()
                .chain(last -> last == null
                        ? item(noSuchCursor())
                        : collect(buyer, Optional.of(last), new ArrayList<>(), limit));
    }

    /** Reads rows until the page is full, and one more, to know whether there is another page. */
    private static Uni<Listing> collect(Buyer buyer, Optional<OrderEntity> last, List<OrderEntity> rows, int limit) {
        int wanted = Math.min(limit + 1 - rows.size(), AT_ONCE);
        return read(buyer, last, wanted).chain(more -> {
            rows.addAll(more);
            int most = Math.min(limit, fitting(rows));
            return rows.size() > most || more.size() < wanted
                    ? item(page(rows, most))
                    : collect(buyer, Optional.of(rows.getLast()), rows, limit);
        });
    }

    private static Uni<List<OrderEntity>> read(Buyer buyer, Optional<OrderEntity> last, int wanted) {
        PanacheQuery<OrderEntity> query = last.isEmpty()
                ? OrderEntity.find(OWN + ' ' + NEWEST_FIRST, buyer.subject())
                : OrderEntity.find(
                        OWN + " and (decidedAt, number) < (?2, ?3) " + NEWEST_FIRST,
                        buyer.subject(),
                        last.get().decidedAt,
                        last.get().number);
        return query.range(0, wanted - 1).list();
    }

    private static Listing page(List<OrderEntity> rows, int most) {
        List<Order> orders = rows.stream().limit(most).map(OrderEntity::toOrder).toList();
        return new Listing.Page(
                orders, rows.size() > most ? Optional.of(orders.getLast().number()) : Optional.empty());
    }

    /** How many of the rows fit on a page. */
    private static int fitting(List<OrderEntity> rows) {
        int characters = 0;
        for (int i = 0; i < rows.size(); i++) {
            characters += rows.get(i).lines.length();
            if (characters > MOST_CHARACTERS) {
                return i + 1;
            }
        }
        return Integer.MAX_VALUE;
    }

    private static Listing noSuchCursor() {
        return new Listing.BadParameter("\"after\" must be the number of an order from the page before.");
    }

    private static Uni<Listing> item(Listing listing) {
        return Uni.createFrom().item(listing);
    }
}
