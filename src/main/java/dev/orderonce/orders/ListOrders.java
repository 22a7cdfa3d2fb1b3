package dev.orderonce.orders;

import dev.orderonce.identity.Buyer;
import dev.orderonce.numbers.OrderNumber;
import dev.orderonce.stores.Postgres;
import dev.orderonce.stores.StoreUnavailable;
import dev.orderonce.stores.StoreUnavailable.Store;

import io.quarkus.hibernate.reactive.panache.Panache;
import io.smallrye.mutiny.Uni;

import jakarta.enterprise.context.ApplicationScoped;

import java.util.List;
import java.util.Optional;

/**
 * Lists a buyer's own orders, newest first, a page at a time; a page costs the same however many
 * came before it.
 */
@ApplicationScoped
public class ListOrders {
    public static final int LARGEST_PAGE = 100;

    private static final String NEWEST_FIRST = "order by decidedAt desc, number desc";
    private static final String OWN = "buyer = ?1 and state <> 'VOIDED'";

    private final Postgres postgres;

    ListOrders(Postgres postgres) {
        this.postgres = postgres;
    }

    /** Every way listing can end. */
    public sealed interface Listing {
        /** The page size or the place to go on from cannot be used. */
        record BadParameter(String why) implements Listing {}

        /**
         * One page.
         *
         * @param after the number to go on from, if there may be more
         */
        record Page(List<Order> orders, Optional<OrderNumber> after) implements Listing {}

        /** PostgreSQL did not answer. */
        record Unavailable(Store silent) implements Listing {}
    }

    /**
     * Lists one page.
     *
     * @param after the last number of the page before, if any
     * @param limit 1 to {@value #LARGEST_PAGE}
     */
    public Uni<Listing> list(Buyer buyer, Optional<String> after, int limit) {
        if (limit < 1 || limit > LARGEST_PAGE) {
            return item(
                    new Listing.BadParameter("\"limit\" must be from 1 to " + LARGEST_PAGE + "."));
        }
        Uni<Listing> listing =
                after.isEmpty()
                        ? Panache.withSession(() -> first(buyer, limit))
                        : OrderNumber.read(after.get())
                                .map(
                                        number ->
                                                Panache.withSession(
                                                        () -> following(buyer, number, limit)))
                                .orElseGet(() -> item(noSuchPlace()));
        return postgres.bounded("list", listing)
                .onFailure(StoreUnavailable.class)
                .recoverWithItem(silent -> new Listing.Unavailable(silent.store()));
    }

    private static Uni<Listing> first(Buyer buyer, int limit) {
        return OrderEntity.<OrderEntity>find(OWN + ' ' + NEWEST_FIRST, buyer.subject())
                .range(0, limit)
                .list()
                .map(rows -> page(rows, limit));
    }

    private static Uni<Listing> following(Buyer buyer, OrderNumber after, int limit) {
        return OrderEntity.<OrderEntity>find(
                        OWN + " and number = ?2", buyer.subject(), after.symbols())
                .firstResult()
                .onItem()
                .transformToUni(
                        last -> last == null ? item(noSuchPlace()) : following(buyer, last, limit));
    }

    private static Uni<Listing> following(Buyer buyer, OrderEntity last, int limit) {
        return OrderEntity.<OrderEntity>find(
                        OWN + " and (decidedAt, number) < (?2, ?3) " + NEWEST_FIRST,
                        buyer.subject(),
                        last.decidedAt,
                        last.number)
                .range(0, limit)
                .list()
                .map(rows -> page(rows, limit));
    }

    /** One row more than the page was read, to know whether there is another page. */
    private static Listing page(List<OrderEntity> rows, int limit) {
        List<Order> orders = rows.stream().limit(limit).map(OrderEntity::toOrder).toList();
        return new Listing.Page(
                orders,
                rows.size() > limit ? Optional.of(orders.getLast().number()) : Optional.empty());
    }

    private static Listing noSuchPlace() {
        return new Listing.BadParameter(
                "\"after\" must be the number of an order from the page before.");
    }

    private static Uni<Listing> item(Listing listing) {
        return Uni.createFrom().item(listing);
    }
}
