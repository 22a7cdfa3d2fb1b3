package dev.orderonce.orders;

import dev.orderonce.idempotency.IdempotencyKey;
import dev.orderonce.identity.Buyer;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Places an order under whatever holds it together with its repeats: the number that was issued for
 * it, or a key of the client's own.
 */
@ApplicationScoped
public class PlaceOrder {
    private final PlaceByNumber byNumber;
    private final PlaceByKey byKey;
    private final Quotes quotes;
    private final ConfirmationPolicy askFirst;

    PlaceOrder(PlaceByNumber byNumber, PlaceByKey byKey, Quotes quotes, ConfirmationPolicy askFirst) {
        this.byNumber = byNumber;
        this.byKey = byKey;
        this.quotes = quotes;
        this.askFirst = askFirst;
    }

    /**
     * What somebody wants to be placed.
     *
     * @param refusal what is against a new order of it, whatever the stores say; an order that
     *     stands is found before that
     */
    record Wanted(OrderDraft draft, Optional<Placement> refusal) {}

    /**
     * Places the order, or tells why not.
     *
     * @param keys the value of each {@code Idempotency-Key} that was sent
     */
    public Uni<Placement> place(Buyer buyer, List<String> keys, OrderSubmission submission) {
        String number = submission.orderNumber();
        return switch (IdempotencyKey.read(keys)) {
            case IdempotencyKey.Reading.None _ when number == null -> item(new Placement.NoNumber());
            case IdempotencyKey.Reading.None _ -> drafted(submission, wanted -> byNumber.place(buyer, number, wanted));
            case IdempotencyKey.Reading _ when number != null -> item(new Placement.NumberAndKey());
            case IdempotencyKey.Reading.Unusable(String why) -> item(new Placement.KeyUnusable(why));
            case IdempotencyKey.Reading.Usable(IdempotencyKey key) ->
                drafted(submission, wanted -> byKey.place(buyer, key, wanted));
        };
    }

    private Uni<Placement> drafted(OrderSubmission submission, Function<Wanted, Uni<Placement>> place) {
        return switch (OrderDraft.read(submission)) {
            case OrderDraft.Reading.Invalid(var violations) -> item(new Placement.Invalid(violations));
            case OrderDraft.Reading.Drafted(OrderDraft draft) ->
                place.apply(new Wanted(draft, refusal(draft, submission.quote())));
        };
    }

    private Optional<Placement> refusal(OrderDraft draft, @Nullable String quote) {
        return quotes.whatIsWrong(draft, quote)
                .<Placement>map(violation -> new Placement.Invalid(List.of(violation)))
                .or(() -> askFirst.isLarge(draft)
                        ? Optional.of(new Placement.LargeAmount(draft.total()))
                        : Optional.empty());
    }

    private static Uni<Placement> item(Placement placement) {
        return Uni.createFrom().item(placement);
    }
}
