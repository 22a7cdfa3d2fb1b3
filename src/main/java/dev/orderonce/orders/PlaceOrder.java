package dev.orderonce.orders;

import dev.orderonce.identity.Buyer;
import dev.orderonce.once.ClientKey;

import io.smallrye.mutiny.Uni;

import jakarta.enterprise.context.ApplicationScoped;

import java.util.List;
import java.util.function.Function;

/**
 * Places an order under whatever holds it together with its repeats: the number that was issued for
 * it, or a key of the client's own.
 */
@ApplicationScoped
public class PlaceOrder {
    private final PlaceByNumber byNumber;
    private final PlaceByKey byKey;

    PlaceOrder(PlaceByNumber byNumber, PlaceByKey byKey) {
        this.byNumber = byNumber;
        this.byKey = byKey;
    }

    /**
     * Places the order, or tells why not.
     *
     * @param keys the value of each {@code Idempotency-Key} that was sent
     */
    public Uni<Placement> place(Buyer buyer, List<String> keys, OrderSubmission submission) {
        String number = submission.orderNumber();
        return switch (ClientKey.read(keys)) {
            case ClientKey.Reading.None none when number == null -> item(new Placement.NoNumber());
            case ClientKey.Reading.None none ->
                    drafted(submission, draft -> byNumber.place(buyer, number, draft));
            case ClientKey.Reading given when number != null -> item(new Placement.NumberAndKey());
            case ClientKey.Reading.Unusable(String why) -> item(new Placement.KeyUnusable(why));
            case ClientKey.Reading.Usable(ClientKey key) ->
                    drafted(submission, draft -> byKey.place(buyer, key, draft));
        };
    }

    private static Uni<Placement> drafted(
            OrderSubmission submission, Function<OrderDraft, Uni<Placement>> place) {
        return switch (OrderDraft.read(submission)) {
            case OrderDraft.Reading.Invalid(var violations) ->
                    item(new Placement.Invalid(violations));
            case OrderDraft.Reading.Drafted(OrderDraft draft) -> place.apply(draft);
        };
    }

    private static Uni<Placement> item(Placement placement) {
        return Uni.createFrom().item(placement);
    }
}
