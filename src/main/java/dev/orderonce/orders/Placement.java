package dev.orderonce.orders;

import dev.orderonce.admission.Excess;
import dev.orderonce.http.Outcome;
import dev.orderonce.http.Violation;
import dev.orderonce.money.Money;
import dev.orderonce.numbers.OrderNumber;
import dev.orderonce.numbers.VoidReason;
import java.time.Duration;
import java.util.List;

/** Every way a request to place an order can end, in the order the checks run. */
public sealed interface Placement extends Outcome {
    /** Neither an order number nor a key: nothing to hold the order together with its repeats. */
    record NoNumber() implements Placement {}

    /** Both a number and a key: which of the two holds it together is not ours to choose. */
    record NumberAndKey() implements Placement {}

    /** The key is no key. */
    record KeyUnusable(String why) implements Placement {}

    /** The draft is not sound; the number is untouched. */
    record Invalid(List<Violation> violations) implements Placement {}

    /** Never issued to this buyer: malformed, forged, or somebody else's. */
    record NotYours() implements Placement {}

    /** The key's number is taken by another key's order, which is not shown. */
    record KeyCollides() implements Placement {}

    /** An order stands under the number or key, with other content. */
    record Mismatch(Order order, List<Difference> differences) implements Placement {}

    /** The order stands already: this was a repeat. */
    record AlreadyPlaced(Order order) implements Placement {}

    /** No order stands under the number and none ever will. */
    record NumberSpent(OrderNumber number, VoidReason why) implements Placement {}

    /** An earlier request under the same key is still at it. */
    record InFlight() implements Placement {}

    /** The buyer has placed as many orders as they may for now. */
    record Limited(Excess excess) implements Placement {}

    /** The total is large, and the buyer has not said that they mean it. */
    record LargeAmount(Money total) implements Placement {}

    /**
     * The same was ordered a short time ago, and the buyer has not said that they mean a second.
     *
     * @param age how long ago, to the second
     */
    record Lookalike(Order earlier, Duration age) implements Placement {}

    /** The same is being ordered under another number, and what came of it is not known. */
    record LookalikeInFlight(OrderNumber earlier) implements Placement {}

    /** The order stands, by this request. */
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
            case Mismatch _ -> "mismatch";
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
