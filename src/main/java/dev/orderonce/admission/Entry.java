package dev.orderonce.admission;

import dev.orderonce.numbers.OrderNumber;
import dev.orderonce.numbers.VoidReason;
import dev.orderonce.stores.StoreUnavailable.Store;
import java.time.Duration;

/**
 * What is known of a request to place an order before PostgreSQL is asked. Nothing here is final:
 * an order that stands is found before anybody is told a refusal.
 */
public sealed interface Entry {
    /** Nobody is known to have tried before, and nothing is against it. */
    record Free() implements Entry {}

    /** Somebody tried before: whether an order stands is to be found out before anything else. */
    record SeenBefore() implements Entry {}

    /**
     * It may not be placed any more.
     *
     * @param forGood whether no replica, whatever its clock and its settings, would still place it;
     *     if not, a tombstone must be committed before anybody is told so (I2)
     */
    record Refused(VoidReason why, boolean forGood) implements Entry {}

    /** Redis did not answer and the setting is to refuse then. */
    record CannotTell(Store silent) implements Entry {}

    /** The buyer has placed as many orders as they may for now. */
    record Limited(Excess excess) implements Entry {}

    /**
     * The same was ordered, or is being ordered, under another number.
     *
     * @param since how long ago that was let in
     */
    record Alike(OrderNumber earlier, Duration since) implements Entry {}
}
