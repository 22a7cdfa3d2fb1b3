package dev.orderonce.disputes;

import dev.orderonce.disputes.DisputeStore.Filter;
import dev.orderonce.http.Outcome;
import dev.orderonce.identity.Buyer;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Lists disputes, soonest due first, a page at a time; a page costs the same however many came
 * before it.
 */
@ApplicationScoped
public class ListDisputes {
    public static final int LARGEST_PAGE = 100;

    private final DisputeStore store;
    private final Clock clock;

    ListDisputes(DisputeStore store, Clock clock) {
        this.store = store;
        this.clock = clock;
    }

    /** Every way listing can end. */
    public sealed interface Listing extends Outcome {
        /** A parameter cannot be used. */
        record BadParameter(String why) implements Listing {}

        /**
         * One page.
         *
         * @param after where to go on, if there may be more
         */
        record Page(List<Dispute> disputes, Optional<String> after) implements Listing {}

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
     * @param as a buyer sees their own; everybody else sees all
     * @param state the name of a state: those in it alone
     * @param overdue {@code true}: those alone that are not decided and whose due date is over
     * @param after what the page before said, if any
     * @param limit 1 to {@value #LARGEST_PAGE}
     */
    public Uni<Listing> list(
            Buyer asking,
            Party as,
            Optional<String> state,
            Optional<String> overdue,
            Optional<String> after,
            int limit) {
        if (limit < 1 || limit > LARGEST_PAGE) {
            return bad("\"limit\" must be from 1 to " + LARGEST_PAGE + ".");
        }
        Optional<DisputeState> wanted = state.flatMap(ListDisputes::state);
        if (state.isPresent() && wanted.isEmpty()) {
            return bad("\"state\" must be one of "
                    + Arrays.stream(DisputeState.values())
                            .map(DisputeState::name)
                            .collect(Collectors.joining(", "))
                    + ".");
        }
        if (overdue.filter(text -> !text.equals("true") && !text.equals("false"))
                .isPresent()) {
            return bad("\"overdue\" must be true or false.");
        }
        Optional<DisputeCursor> place =
                after.isEmpty() ? Optional.of(DisputeCursor.START) : DisputeCursor.read(after.get());
        if (place.isEmpty()) {
            return bad("\"after\" must be what the page before said.");
        }
        Optional<Buyer> own = as == Party.BUYER ? Optional.of(asking) : Optional.empty();
        Optional<Instant> overdueAt =
                overdue.filter(text -> text.equals("true")).map(text -> clock.instant());
        return list(new Filter(own, wanted, overdueAt), place.get(), limit);
    }

    private Uni<Listing> list(Filter filter, DisputeCursor after, int limit) {
        return store.list(filter, after, limit + 1).map(rows -> page(rows, limit));
    }

    /** One row more than the page was read, to know whether there is another page. */
    private static Listing page(List<Dispute> rows, int limit) {
        List<Dispute> disputes = rows.stream().limit(limit).toList();
        return new Listing.Page(
                disputes,
                rows.size() > limit
                        ? Optional.of(DisputeCursor.of(disputes.getLast()).text())
                        : Optional.empty());
    }

    private static Optional<DisputeState> state(String name) {
        return Arrays.stream(DisputeState.values())
                .filter(state -> state.name().equals(name))
                .findFirst();
    }

    private static Uni<Listing> bad(String why) {
        return Uni.createFrom().item(new Listing.BadParameter(why));
    }
}
