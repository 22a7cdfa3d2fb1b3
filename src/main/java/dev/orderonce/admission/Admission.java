package dev.orderonce.admission;

import dev.orderonce.numbers.OrderNumber;
import dev.orderonce.numbers.VoidReason;
import java.time.Duration;

/**
 * Whether an order may be placed under a number, as far as the number's time stamp and Redis can tell. Only the primary
 * key in PostgreSQL decides: an existing order is found before a refusal is returned.
 */
public sealed interface Admission {
    /** What {@link AdmitNumber#check} returns for a number that no order exists under. */
    sealed interface Check extends Admission permits Admitted, RateLimited, PossibleDuplicate {}

    /** What {@link AdmitNumber#lookUp} returns. */
    sealed interface LookUp extends Admission permits Admitted, Refused {}

    /** The order may be placed. */
    record Admitted() implements Check, LookUp {}

    /** An earlier request has tried the number: an existing order must be looked for first. */
    record SeenBefore() implements Admission {}

    /** The number was issued for another checkout than the request names, or for none. */
    record OtherCheckout() implements Admission {}

    /**
     * The number may no longer be placed.
     *
     * @param isFinal whether every replica refuses it, whatever its clock and its settings; if not, a tombstone must be
     *     committed before the client is told to take a new number (I2)
     */
    record Refused(VoidReason reason, boolean isFinal) implements LookUp {}

    /**
     * The buyer ordered, or is ordering, the same content under another number.
     *
     * @param since how long ago that number was admitted
     */
    record PossibleDuplicate(OrderNumber earlier, Duration since) implements Check {}
}
