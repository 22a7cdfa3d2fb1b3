package dev.orderonce.disputes;

import dev.orderonce.disputes.DisputeReader.Filter;
import dev.orderonce.http.Outcome;
import dev.orderonce.identity.Buyer;
import dev.orderonce.identity.Subject;
import dev.orderonce.money.Money;
import dev.orderonce.numbers.OrderNumber;
import dev.orderonce.orders.FindOrder;
import dev.orderonce.orders.FindSummaries;
import dev.orderonce.orders.Order;
import dev.orderonce.orders.OrderSummary;
import dev.orderonce.postgres.KeysetPage;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Lists disputes in pages; the cost of a page does not depend on its position. */
@ApplicationScoped
public class ListDisputes {
    private final DisputeReader disputes;
    private final FindSummaries findSummaries;
    private final Clock clock;

    ListDisputes(DisputeReader disputes, FindSummaries findSummaries, Clock clock) {
        this.disputes = disputes;
        this.findSummaries = findSummaries;
        this.clock = clock;
    }

    /**
     * The parameters of a list, as the client wrote them.
     *
     * @param state the name of a state: only disputes in it
     * @param overdue {@code true}: only undecided disputes after their due date
     * @param buyer only disputes of this buyer
     * @param order the name of an order of the list
     * @param after the cursor from the page before, if any
     * @param limit 1 to {@value KeysetPage#LARGEST}
     */
    public record Query(
            Optional<String> state,
            Optional<String> overdue,
            Optional<String> buyer,
            String order,
            Optional<String> after,
            int limit) {}

    /**
     * A dispute as a list shows it.
     *
     * @param total of the order
     * @param firstMessage what the dispute began with, if it has a message
     */
    public record Listed(Dispute dispute, Optional<Money> total, Optional<String> firstMessage) {}

    /** Every outcome of listing disputes. */
    public sealed interface Listing extends Outcome {
        /** A parameter is not valid. */
        record BadParameter(String why) implements Listing {}

        /**
         * One page.
         *
         * @param after the cursor of the next page, if there is one
         * @param count the number of disputes on all pages; only of the first page
         */
        record Page(List<Listed> disputes, Optional<String> after, Optional<Long> count) implements Listing {}

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
        record Found(List<Dispute> disputes) implements OfOrder {}

        @Override
        default String label() {
            return switch (this) {
                case Absent _ -> "absent";
                case Found _ -> "listed";
            };
        }
    }

    /**
     * Lists one page.
     *
     * @param as a buyer sees their own disputes; staff see all
     */
    public Uni<Listing> list(Subject reader, Party as, Query query) {
        Optional<String> state = query.state();
        Optional<String> overdue = query.overdue();
        Optional<String> after = query.after();
        Optional<String> refusal = KeysetPage.refusal(query.limit());
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
        Optional<DisputeOrder> order = DisputeOrder.read(query.order());
        if (order.isEmpty()) {
            return bad("\"order\" must be due, newest or oldest.");
        }
        Optional<DisputeCursor> cursor = after.flatMap(DisputeCursor::read);
        if (after.isPresent() && cursor.isEmpty()) {
            return bad("\"after\" must be the `after` of the previous page.");
        }
        Optional<Buyer> wantedBuyer = query.buyer().filter(Subject::isSubject).map(Buyer::new);
        if (query.buyer().isPresent() && wantedBuyer.isEmpty()) {
            return bad("\"buyer\" must be the subject of a buyer.");
        }
        if (as == Party.BUYER && wantedBuyer.filter(buyer -> !buyer.is(reader)).isPresent()) {
            return bad("\"buyer\" must be the caller, unless the caller is staff.");
        }
        Optional<Buyer> buyer = as == Party.BUYER ? Optional.of(new Buyer(reader.id())) : wantedBuyer;
        Optional<Instant> overdueAt =
                overdue.filter(text -> text.equals("true")).map(text -> clock.instant());
        Filter filter = new Filter(buyer, wanted, overdueAt);
        return disputes.list(filter, order.get(), cursor, query.limit())
                .chain(page -> Uni.combine()
                        .all()
                        .unis(listed(page.rows()), count(filter, cursor, page))
                        .with((rows, count) ->
                                new Listing.Page(rows, page.after().map(DisputeCursor::text), count)));
    }

    private Uni<List<Listed>> listed(List<Dispute> rows) {
        List<OrderNumber> numbers =
                rows.stream().map(Dispute::number).distinct().toList();
        return Uni.combine()
                .all()
                .unis(findSummaries.of(numbers), disputes.firstMessages(rows))
                .with((orders, messages) -> rows.stream()
                        .map(dispute -> new Listed(
                                dispute,
                                Optional.ofNullable(orders.get(dispute.number()))
                                        .map(OrderSummary::total),
                                Optional.ofNullable(messages.get(dispute.id().text()))))
                        .toList());
    }

    /** Counts on the first page only, and only if there is another one. */
    private Uni<Optional<Long>> count(
            Filter filter, Optional<DisputeCursor> after, KeysetPage<Dispute, DisputeCursor> page) {
        if (after.isPresent()) {
            return Uni.createFrom().item(Optional.empty());
        }
        return page.after().isEmpty()
                ? Uni.createFrom().item(Optional.of((long) page.rows().size()))
                : disputes.count(filter).map(Optional::of);
    }

    /**
     * Lists at most {@value KeysetPage#LARGEST} disputes of an order that was found for the caller. An order has few:
     * each is decided before the next can be opened.
     */
    public Uni<OfOrder> ofOrder(FindOrder.Finding finding) {
        return switch (finding) {
            case FindOrder.Finding.Absent _ -> Uni.createFrom().item(new OfOrder.Absent());
            case FindOrder.Finding.Found(Order order) ->
                disputes.latest(order.number(), KeysetPage.LARGEST).map(OfOrder.Found::new);
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
