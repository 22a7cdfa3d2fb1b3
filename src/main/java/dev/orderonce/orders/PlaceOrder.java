package dev.orderonce.orders;

import dev.orderonce.http.Violation;
import dev.orderonce.idempotency.IdempotencyKey;
import dev.orderonce.identity.Actor;
import dev.orderonce.identity.Buyer;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Places an order identified by an issued number or by an {@code Idempotency-Key}. */
@ApplicationScoped
public class PlaceOrder {
    private static final Violation CHECKOUT_AND_KEY =
            new Violation("/checkout", "does not go with an Idempotency-Key, which identifies the order by itself");

    private final PlaceByNumber byNumber;
    private final PlaceByKey byKey;
    private final Quotes quotes;
    private final ConfirmationPolicy confirmationPolicy;

    PlaceOrder(PlaceByNumber byNumber, PlaceByKey byKey, Quotes quotes, ConfirmationPolicy confirmationPolicy) {
        this.byNumber = byNumber;
        this.byKey = byKey;
        this.quotes = quotes;
        this.confirmationPolicy = confirmationPolicy;
    }

    /**
     * A draft that was checked without a store.
     *
     * @param refusal why no new order can be placed from it; an existing order is returned all the same
     */
    record CheckedDraft(OrderDraft draft, Optional<Placement> refusal) {}

    /**
     * Places the order, or returns why not.
     *
     * @param by the buyer, or the program that acts for them
     * @param keys the value of each {@code Idempotency-Key} header
     */
    public Uni<Placement> place(Buyer buyer, Actor by, List<String> keys, OrderSubmission submission) {
        String number = submission.orderNumber();
        return switch (IdempotencyKey.read(keys)) {
            case IdempotencyKey.Reading.None _ when number == null -> item(new Placement.NoNumber());
            case IdempotencyKey.Reading.None _ ->
                read(submission, checked -> byNumber.place(buyer, by, number, checked));
            case IdempotencyKey.Reading _ when number != null -> item(new Placement.NumberAndKey());
            case IdempotencyKey.Reading.Unusable(String why) -> item(new Placement.KeyUnusable(why));
            case IdempotencyKey.Reading.Usable(IdempotencyKey key) ->
                read(
                        submission,
                        checked -> checked.draft().checkout().isEmpty()
                                ? byKey.place(buyer, by, key, checked)
                                : item(new Placement.Invalid(List.of(CHECKOUT_AND_KEY))));
        };
    }

    private Uni<Placement> read(OrderSubmission submission, Function<CheckedDraft, Uni<Placement>> place) {
        return switch (OrderDraft.read(submission)) {
            case OrderDraft.Reading.Invalid(var violations) -> item(new Placement.Invalid(violations));
            case OrderDraft.Reading.Drafted(OrderDraft draft) ->
                place.apply(new CheckedDraft(draft, refusal(draft, submission.quote())));
        };
    }

    private Optional<Placement> refusal(OrderDraft draft, @Nullable String quote) {
        return quotes.check(draft, quote)
                .<Placement>map(violation -> new Placement.Invalid(List.of(violation)))
                .or(() -> confirmationPolicy.isAmountUnconfirmed(draft)
                        ? Optional.of(new Placement.LargeAmount(draft.total()))
                        : Optional.empty());
    }

    private static Uni<Placement> item(Placement placement) {
        return Uni.createFrom().item(placement);
    }
}
