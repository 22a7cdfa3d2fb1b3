package dev.orderonce.orders;

import dev.orderonce.http.Outcome;
import dev.orderonce.numbers.OrderNumber;
import dev.orderonce.postgres.KeysetPage;
import dev.orderonce.stores.StoreUnavailable;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Optional;

/** Searches the orders of all buyers, for the shop's staff, a page at a time. */
@ApplicationScoped
public class SearchOrders {
    private final OrderReader reader;

    SearchOrders(OrderReader reader) {
        this.reader = reader;
    }

    /** Every outcome of searching. */
    public sealed interface Result extends Outcome {
        /** A parameter is invalid. */
        record BadParameter(String why) implements Result {}

        /**
         * One page. It can be shorter than its limit, or empty, and still not be the last one.
         *
         * @param after the cursor of the next page: an order number; empty on the last page
         */
        record Page(List<OrderSummary> orders, Optional<OrderNumber> after) implements Result {}

        @Override
        default String label() {
            return switch (this) {
                case BadParameter _ -> "bad-parameter";
                case Page _ -> "page";
            };
        }
    }

    /**
     * Searches one page.
     *
     * @param after the cursor from the page before, if any
     * @param limit 1 to {@value KeysetPage#LARGEST}
     * @return fails with {@link StoreUnavailable} if PostgreSQL is unavailable
     */
    public Uni<Result> search(OrderSearchParameters parameters, Optional<String> after, int limit) {
        Optional<String> refusal = KeysetPage.refusal(limit);
        if (refusal.isPresent()) {
            return bad(refusal.get());
        }
        Optional<OrderNumber> cursor = after.flatMap(OrderNumber::read);
        if (after.isPresent() && cursor.isEmpty()) {
            return noSuchCursor();
        }
        return switch (OrderSearch.read(parameters)) {
            case OrderSearch.Reading.Invalid(String why) -> bad(why);
            case OrderSearch.Reading.Valid(OrderSearch search) ->
                reader.search(search, cursor, limit)
                        .chain(page -> page.map(SearchOrders::page).orElseGet(SearchOrders::noSuchCursor));
        };
    }

    private static Uni<Result> page(KeysetPage<OrderSummary, OrderNumber> page) {
        return Uni.createFrom().item(new Result.Page(page.rows(), page.after()));
    }

    private static Uni<Result> noSuchCursor() {
        return bad("\"after\" must be the `after` of the previous page.");
    }

    private static Uni<Result> bad(String why) {
        return Uni.createFrom().item(new Result.BadParameter(why));
    }
}
