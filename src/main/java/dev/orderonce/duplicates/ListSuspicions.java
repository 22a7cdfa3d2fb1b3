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

/** Lists suspected duplicates, newest first, in pages. */
@ApplicationScoped
public class ListSuspicions {
    /** A page ends with the pair that exceeds this; the largest pair has 200,000 characters. */
    private static final int MOST_CHARACTERS = 500_000;

    /** Pairs whose orders are read together, so that a page of large ones is not read whole. */
    private static final int AT_ONCE = 10;

    private final SuspicionReader reader;
    private final FindOrder findOrder;

    ListSuspicions(SuspicionReader reader, FindOrder findOrder) {
        this.reader = reader;
        this.findOrder = findOrder;
    }

    /**
     * The suspicions to list.
     *
     * @param below only ids below this one
     * @param fromScore the lowest score, 0 to 100
     * @param limit 1 to {@value KeysetPage#LARGEST}
     */
    public record Query(SuspicionState state, Optional<Long> below, int fromScore, Optional<String> buyer, int limit) {}

    /** A suspicion with its two orders as they are now. */
    public record Case(Suspicion suspicion, Order earlier, Order later) {}

    /** Every outcome of listing suspicions. */
    public sealed interface Listing extends Outcome {
        /** A parameter is not valid. */
        record BadParameter(String why) implements Listing {}

        /**
         * One page.
         *
         * @param after the id that the next page is below, if there is one
         */
        record Page(List<Case> cases, Optional<Long> after) implements Listing {}

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
        return reader.list(query.state(), query.below(), query.fromScore(), query.buyer(), query.limit())
                .chain(page -> collect(page, new ArrayList<>(), 0));
    }

    /** Reads the orders of the next few suspicions, until they are a page. */
    private Uni<Listing> collect(KeysetPage<Suspicion, Long> page, List<Case> cases, int characters) {
        List<Suspicion> found = page.rows();
        if (cases.size() == found.size()) {
            return item(new Listing.Page(cases, page.after()));
        }
        if (characters > MOST_CHARACTERS) {
            return item(new Listing.Page(
                    cases, Optional.of(cases.getLast().suspicion().id())));
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
