package dev.orderonce.orders;

import dev.orderonce.admission.ConcurrencyLimit;
import dev.orderonce.http.Outcome;
import dev.orderonce.identity.Buyer;
import dev.orderonce.numbers.OrderNumber;
import dev.orderonce.postgres.KeysetPage;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Lists a buyer's own orders, newest first, a page at a time; a page costs the same however many came before it. */
@ApplicationScoped
public class ListOrders {
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

    private final OrderReader reader;
    private final ConcurrencyLimit concurrency = new ConcurrencyLimit("orders-listed", MOST_PAGES, MOST_PAGES_OF_BUYER);

    ListOrders(OrderReader reader) {
        this.reader = reader;
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
     * @param limit 1 to {@value KeysetPage#LARGEST}
     */
    public Uni<Listing> list(Buyer buyer, Optional<String> after, int limit) {
        Optional<String> refusal = KeysetPage.refusal(limit);
        if (refusal.isPresent()) {
            return item(new Listing.BadParameter(refusal.get()));
        }
        return after.isEmpty()
                ? collect(buyer, Optional.empty(), new ArrayList<>(), limit)
                : OrderNumber.read(after.get())
                        .map(number -> following(buyer, number, limit))
                        .orElseGet(() -> item(noSuchCursor()));
    }

    private Uni<Listing> following(Buyer buyer, OrderNumber after, int limit) {
        return reader.ofBuyer(buyer, after)
                .chain(last -> last.isEmpty() ? item(noSuchCursor()) : collect(buyer, last, new ArrayList<>(), limit));
    }

    /** Reads rows until the page is full, and one more, to know whether there is another page. */
    private Uni<Listing> collect(Buyer buyer, Optional<OrderEntity> last, List<OrderEntity> rows, int limit) {
        int wanted = Math.min(limit + 1 - rows.size(), AT_ONCE);
        return reader.ofBuyer(buyer, last, wanted).chain(more -> {
            rows.addAll(more);
            int most = Math.min(limit, fitting(rows));
            return rows.size() > most || more.size() < wanted
                    ? item(page(rows, most))
                    : collect(buyer, Optional.of(rows.getLast()), rows, limit);
        });
    }

    private static Listing page(List<OrderEntity> rows, int most) {
        KeysetPage<Order, OrderNumber> page =
                KeysetPage.cut(rows, most, row -> new OrderNumber(row.number)).map(OrderEntity::toOrder);
        return new Listing.Page(page.rows(), page.after());
    }

    /** How many of the rows fit on a page. */
    private static int fitting(List<OrderEntity> rows) {
        int characters = 0;
        for (int i = 0; i < rows.size(); i++) {
            characters += rows.get(i).characters();
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
