package dev.orderonce.orders;

import dev.orderonce.http.Outcome;
import dev.orderonce.numbers.OrderNumber;
import dev.orderonce.postgres.KeysetPage;
import dev.orderonce.stores.StoreUnavailable;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;

/** Exports all orders of a search, for the shop's staff, page after page as the client takes them. */
@ApplicationScoped
public class ExportOrders {
    /** At a time: half of the connections of a usual pool, if each export reads a page at the same moment. */
    static final int MOST = 4;

    /** Orders of a page: some ten kilobytes, and a millisecond of an event loop's time. */
    static final int PAGE = 500;

    private final OrderReader reader;
    private final Semaphore permits = new Semaphore(MOST);

    ExportOrders(OrderReader reader) {
        this.reader = reader;
    }

    /** Every outcome of exporting. */
    public sealed interface Export extends Outcome {
        /** A parameter is invalid. */
        record BadParameter(String why) implements Export {}

        /** The first page was read; each of the others is read when it is requested, and fails like the first. */
        record Begun(Multi<List<OrderSummary>> pages) implements Export {}

        @Override
        default String label() {
            return switch (this) {
                case BadParameter _ -> "bad-parameter";
                case Begun _ -> "begun";
            };
        }
    }

    /** Acquires a permit for an export, to be released when its response ends; false if there are too many. */
    boolean acquire() {
        return permits.tryAcquire();
    }

    void release() {
        permits.release();
    }

    /**
     * Exports the orders of a search. The pages are no snapshot: an order that is placed or changes meanwhile is as it
     * was when its page was read.
     *
     * @param after the number of an order of the search, to continue after it
     * @return fails with {@link StoreUnavailable} if PostgreSQL is unavailable
     */
    public Uni<Export> export(OrderSearchParameters parameters, Optional<String> after) {
        Optional<OrderNumber> cursor = after.flatMap(OrderNumber::read);
        if (after.isPresent() && cursor.isEmpty()) {
            return noSuchCursor();
        }
        return switch (OrderSearch.read(parameters)) {
            case OrderSearch.Reading.Invalid(String why) -> item(new Export.BadParameter(why));
            case OrderSearch.Reading.Valid(OrderSearch search) ->
                reader.search(search, cursor, PAGE)
                        .chain(first -> first.map(page -> item(new Export.Begun(pages(search, page))))
                                .orElseGet(ExportOrders::noSuchCursor));
        };
    }

    private Multi<List<OrderSummary>> pages(OrderSearch search, KeysetPage<OrderSummary, OrderNumber> first) {
        Multi<List<OrderSummary>> begun = Multi.createFrom().item(first.rows());
        if (first.after().isEmpty()) {
            return begun;
        }
        Multi<List<OrderSummary>> others = Multi.createBy()
                .repeating()
                .uni(
                        () -> new AtomicReference<>(first.after()),
                        last -> reader.search(search, Objects.requireNonNull(last.get()), PAGE)
                                .map(Optional::orElseThrow)
                                .invoke(page -> last.set(page.after())))
                .whilst(page -> page.after().isPresent())
                .map(KeysetPage::rows);
        return Multi.createBy().concatenating().streams(begun, others);
    }

    private static Uni<Export> noSuchCursor() {
        return item(new Export.BadParameter("\"after\" must be the number of an order of this search."));
    }

    private static Uni<Export> item(Export export) {
        return Uni.createFrom().item(export);
    }
}
