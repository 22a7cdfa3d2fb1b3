package dev.orderonce.duplicates;

import dev.orderonce.http.Outcome;
import dev.orderonce.numbers.OrderNumber;
import dev.orderonce.orders.FindOrder;
import dev.orderonce.orders.Order;
import dev.orderonce.postgres.KeysetPage;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Lists suspected duplicates in pages, and finds one. */
@ApplicationScoped
public class ListSuspicions {
    /** A page ends with the pair that exceeds this; the largest pair has 200,000 characters. */
    private static final int MOST_CHARACTERS = 500_000;

    /** Pairs whose orders are read together, so that a page of large ones is not read whole. */
    private static final int AT_ONCE = 10;

    /** A larger number of pairs is counted as this one. */
    public static final int MOST_COUNTED = 10_000;

    private final SuspicionReader reader;
    private final SuspicionStore store;
    private final FindOrder findOrder;

    ListSuspicions(SuspicionReader reader, SuspicionStore store, FindOrder findOrder) {
        this.reader = reader;
        this.store = store;
        this.findOrder = findOrder;
    }

    /**
     * The suspicions to list.
     *
     * @param after where the page begins; empty for the first page
     * @param fromScore the lowest score, 0 to 100
     * @param limit 1 to {@value KeysetPage#LARGEST}
     */
    public record Query(
            SuspicionState state,
            SuspicionOrder order,
            Optional<SuspicionOrder.Cursor> after,
            int fromScore,
            Optional<String> buyer,
            int limit) {}

    /** A suspicion with its two orders as they are now. */
    public record Case(Suspicion suspicion, Order earlier, Order later) {}

    /** Every outcome of listing suspicions. */
    public sealed interface Listing extends Outcome {
        /** A parameter is not valid. */
        record BadParameter(String why) implements Listing {}

        /**
         * One page.
         *
         * @param after where the next page begins, if there is one
         * @param count the number of suspicions on all pages, at most {@value #MOST_COUNTED}; only of the first page
         */
        record Page(List<Case> cases, Optional<SuspicionOrder.Cursor> after, Optional<Integer> count)
                implements Listing {}

        @Override
        default String label() {
            return switch (this) {
                case BadParameter _ -> "bad-parameter";
                case Page _ -> "page";
            };
        }
    }

    /** Lists one page. */
    public Uni<Listing> list(Query query) {
        Optional<String> refusal = KeysetPage.refusal(query.limit());
        if (refusal.isPresent()) {
            return item(new Listing.BadParameter(refusal.get()));
        }
        if (query.fromScore() < 0 || query.fromScore() > 100) {
            return item(new Listing.BadParameter("\"score\" must be from 0 to 100."));
        }
        return reader.list(query)
                .chain(page -> collect(page, new ArrayList<>(), 0).chain(cut -> counted(query, cut)));
    }

    /** Counts on the first page only, and only if there is another one. */
    private Uni<Listing> counted(Query query, KeysetPage<Case, SuspicionOrder.Cursor> page) {
        if (query.after().isPresent()) {
            return item(new Listing.Page(page.rows(), page.after(), Optional.empty()));
        }
        Uni<Integer> count = page.after().isEmpty()
                ? Uni.createFrom().item(page.rows().size())
                : store.count(query.state(), query.fromScore(), query.buyer(), MOST_COUNTED);
        return count.map(all -> new Listing.Page(page.rows(), page.after(), Optional.of(all)));
    }

    /** Finds one suspicion with its orders. */
    public Uni<Finding> find(long id) {
        return reader.find(id)
                .chain(found -> found.isEmpty()
                        ? Uni.createFrom().<Finding>item(new Finding.Absent())
                        : withOrders(found.get()).map(Finding.Found::new));
    }

    /** Every outcome of finding a suspicion. */
    public sealed interface Finding extends Outcome {
        /** There is no such suspicion. */
        record Absent() implements Finding {}

        /** The suspicion as it is now. */
        record Found(Case found) implements Finding {}

        @Override
        default String label() {
            return switch (this) {
                case Absent _ -> "absent";
                case Found _ -> "found";
            };
        }
    }

    /** Reads the orders of the next few suspicions, until they are a page. */
    private Uni<KeysetPage<Case, SuspicionOrder.Cursor>> collect(
            KeysetPage<Suspicion, SuspicionOrder.Cursor> page, List<Case> cases, int characters) {
        List<Suspicion> found = page.rows();
        if (cases.size() == found.size()) {
            return Uni.createFrom().item(new KeysetPage<>(cases, page.after()));
        }
        if (characters > MOST_CHARACTERS) {
            SuspicionOrder.Cursor last =
                    SuspicionOrder.Cursor.of(cases.getLast().suspicion());
            return Uni.createFrom().item(new KeysetPage<>(cases, Optional.of(last)));
        }
        int to = Math.min(cases.size() + AT_ONCE, found.size());
        return cases(found.subList(cases.size(), to)).chain(more -> {
            cases.addAll(more);
            int read = more.stream().mapToInt(ListSuspicions::characters).sum();
            return collect(page, cases, characters + read);
        });
    }

    private static int characters(Case read) {
        return read.earlier().content().characters() + read.later().content().characters();
    }

    /** The lookups share statements. */
    private Uni<List<Case>> cases(List<Suspicion> found) {
        return Uni.join().all(found.stream().map(this::withOrders).toList()).andFailFast();
    }

    /** The suspicion with its orders. */
    Uni<Case> withOrders(Suspicion suspicion) {
        return Uni.combine()
                .all()
                .unis(order(suspicion.earlier()), order(suspicion.later()))
                .with((earlier, later) -> new Case(suspicion, earlier, later));
    }

    /** An order is never deleted. */
    private Uni<Order> order(OrderNumber number) {
        return findOrder.byNumber(number).map(Optional::orElseThrow);
    }

    private static Uni<Listing> item(Listing listing) {
        return Uni.createFrom().item(listing);
    }
}
