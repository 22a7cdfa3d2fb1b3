package dev.orderonce.orders;

import dev.orderonce.admission.RateLimited;
import dev.orderonce.http.Outcome;
import dev.orderonce.http.Violation;
import dev.orderonce.money.Money;
import dev.orderonce.numbers.OrderNumber;
import dev.orderonce.numbers.VoidReason;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** The results of a request to place an order, in the order of the checks. */
public sealed interface Placement extends Outcome {
    /** Neither an order number nor an idempotency key identifies the order. */
    record NoNumber() implements Placement {}

    /** Both a number and a key: the service does not choose which of them identifies the order. */
    record NumberAndKey() implements Placement {}

    /** The key is malformed. */
    record KeyUnusable(String why) implements Placement {}

    /** The order is invalid; the number is unchanged. */
    record Invalid(List<Violation> violations) implements Placement {}

    /** The number was not issued to this buyer: malformed, forged, or another buyer's. */
    record NotYours() implements Placement {}

    /** Another key's order has the number of this key; it is not returned. */
    record KeyCollides() implements Placement {}

    /** The key was given up; it can never become an order. */
    record KeyVoided() implements Placement {}

    /** An order with other content exists under the number or key. */
    record Mismatch(Order order, List<Difference> differences) implements Placement {}

    /** The checkout has an order with other content, under another number. */
    record CheckoutCompleted(Order order, List<Difference> differences) implements Placement {}

    /** The number was issued for another checkout than the request names, or for none; it is unchanged. */
    record OtherCheckout() implements Placement {}

    /**
     * Another order of the shop has the reference; the number or key is unchanged.
     *
     * @param own the number of that order, if it is the same buyer's
     */
    record ReferenceTaken(Optional<OrderNumber> own) implements Placement {}

    /** The order exists already, under this number or for this checkout: the request is a replay. */
    record AlreadyPlaced(Order order) implements Placement {}

    /** No order exists under the number, and none can be placed any more. */
    record NumberSpent(OrderNumber number, VoidReason reason) implements Placement {}

    /** A request with this idempotency key is still in progress. */
    record InFlight() implements Placement {}

    /** The buyer has reached a limit. */
    record Limited(RateLimited limited) implements Placement {}

    /** The total is large, and the buyer has not acknowledged it. */
    record LargeAmount(Money total) implements Placement {}

    /**
     * A possible duplicate: the buyer ordered the same content a short time ago and has not acknowledged that order.
     *
     * @param age the time since the earlier order
     */
    record Lookalike(Order earlier, Duration age) implements Placement {}

    /** The same content is being ordered under another number; the result is not known yet. */
    record LookalikeInFlight(OrderNumber earlier) implements Placement {}

    /** This request has created the order. */
    record Placed(Order order) implements Placement {}

    @Override
    default String label() {
        return switch (this) {
            case NoNumber _ -> "no-number";
            case NumberAndKey _ -> "number-and-key";
            case KeyUnusable _ -> "key-unusable";
            case Invalid _ -> "invalid";
            case NotYours _ -> "not-yours";
            case KeyCollides _ -> "key-collides";
            case KeyVoided _ -> "key-voided";
            case Mismatch _ -> "mismatch";
            case CheckoutCompleted _ -> "checkout-completed";
            case OtherCheckout _ -> "other-checkout";
            case ReferenceTaken _ -> "reference-taken";
            case AlreadyPlaced _ -> "already-placed";
            case NumberSpent _ -> "number-spent";
            case InFlight _ -> "in-flight";
            case Limited _ -> "limited";
            case LargeAmount _ -> "large-amount";
            case Lookalike _ -> "lookalike";
            case LookalikeInFlight _ -> "lookalike-in-flight";
            case Placed _ -> "placed";
        };
    }
}
