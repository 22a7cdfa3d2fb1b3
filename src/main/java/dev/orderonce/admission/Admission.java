package dev.orderonce.admission;

import dev.orderonce.numbers.VoidReason;
import dev.orderonce.stores.StoreUnavailable.Store;

/** Whether a number may still be placed, as far as its own time stamp and Redis can tell. */
public sealed interface Admission {
    /** It may. */
    record Admitted() implements Admission {}

    /**
     * It may not.
     *
     * @param forGood whether no replica, whatever its clock and its settings, would still place it;
     *     if not, a tombstone must be committed before anybody is told so (I2)
     */
    record Refused(VoidReason why, boolean forGood) implements Admission {}

    /** Redis did not answer and the setting is to refuse then. */
    record CannotTell(Store silent) implements Admission {}
}
