package dev.orderonce.payments;

import dev.orderonce.http.Outcome;
import dev.orderonce.orders.FindOrder.Finding;
import dev.orderonce.orders.Order;
import dev.orderonce.stores.StoreUnavailable;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;

/** Lists the payments of an order, the declined ones included. */
@ApplicationScoped
public class ListPayments {
    /**
     * More than a person reads: all but one of an order's payments were declined, and declined payments are limited.
     */
    static final int MOST = 100;

    private final PaymentReader reader;

    ListPayments(PaymentReader reader) {
        this.reader = reader;
    }

    /** Every outcome of listing. */
    public sealed interface Listing extends Outcome {
        /** No such order, or none that the caller may see. */
        record Absent() implements Listing {}

        /** The latest payments, the latest first. */
        record Listed(List<Payment> payments) implements Listing {}

        @Override
        default String label() {
            return switch (this) {
                case Absent _ -> "absent";
                case Listed _ -> "listed";
            };
        }
    }

    /**
     * Lists at most {@value #MOST} payments of an order that was found for the caller, the latest first.
     *
     * @return fails with {@link StoreUnavailable} if PostgreSQL is unavailable
     */
    public Uni<Listing> of(Finding finding) {
        return switch (finding) {
            case Finding.Absent _ -> Uni.createFrom().item(new Listing.Absent());
            case Finding.Found(Order order) ->
                reader.ofOrder(order.number(), MOST).map(Listing.Listed::new);
        };
    }
}
