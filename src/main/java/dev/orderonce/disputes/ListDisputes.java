package dev.orderonce.disputes;

import dev.orderonce.disputes.DisputeReader.Filter;
import dev.orderonce.http.Outcome;
import dev.orderonce.identity.Buyer;
import dev.orderonce.identity.Subject;
import dev.orderonce.orders.FindOrder;
import dev.orderonce.orders.Order;
import dev.orderonce.postgres.KeysetPage;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Lists disputes, soonest due first, in pages; the cost of a page does not depend on its position. */
@ApplicationScoped
public class ListDisputes {
    private final DisputeReader disputes;
    private final Clock clock;

    ListDisputes(DisputeReader disputes, Clock clock) {
        this.disputes = disputes;
        this.clock = clock;
    }

    /** Every outcome of listing disputes. */
    public sealed interface Listing extends Outcome {
        /** A parameter is not valid. */
        record BadParameter(String why) implements Listing {}

        /**
         * One page.
         *
         * @param after the cursor of the next page, if there is one
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

    /** Every outcome of listing the disputes of an order. */
    public sealed interface OfOrder extends Outcome {
        /** No such order, or none that the caller may see. */
        record Absent() implements OfOrder {}

        /** The disputes, the latest first. */
        record Listed(List<Dispute> disputes) implements OfOrder {}

        @Override
        default String label() {
            return switch (this) {
                case Absent _ -> "absent";
                case Listed _ -> "listed";
            };
        }
    }

    /**
     * Lists one page.
     *
     * @param as a buyer sees their own disputes; staff see all
     * @param state the name of a state: only disputes in it
     * @param overdue {@code true}: only undecided disputes after their due date
     * @param after the cursor from the page before, if any
     * @param limit 1 to {@value KeysetPage#LARGEST}
     */
    public Uni<Listing> list(
            Subject reader,
            Party as,
            Optional<String> state,
            Optional<String> overdue,
            Optional<String> after,
            int limit) {
        Optional<String> refusal = KeysetPage.refusal(limit);
        if (refusal.isPresent()) {
            return bad(refusal.get());
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
        Optional<DisputeCursor> cursor = after.flatMap(DisputeCursor::read);
        if (after.isPresent() && cursor.isEmpty()) {
            return bad("\"after\" must be the `after` of the previous page.");
        }
        Optional<Buyer> own = as == Party.BUYER ? Optional.of(new Buyer(reader.id())) : Optional.empty();
        Optional<Instant> overdueAt =
                overdue.filter(text -> text.equals("true")).map(text -> clock.instant());
        return disputes.list(new Filter(own, wanted, overdueAt), cursor, limit)
                .map(page -> new Listing.Page(page.rows(), page.after().map(DisputeCursor::text)));
    }

    /**
     * Lists at most {@value KeysetPage#LARGEST} disputes of an order that was found for the caller. An order has few:
     * each is decided before the next can be opened.
     */
    public Uni<OfOrder> ofOrder(FindOrder.Finding finding) {
        return switch (finding) {
            case FindOrder.Finding.Absent _ -> Uni.createFrom().item(new OfOrder.Absent());
            case FindOrder.Finding.Found(Order order) ->
                disputes.latest(order.number(), KeysetPage.LARGEST).map(OfOrder.Listed::new);
        };
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
