package dev.orderonce.numbers;

/** Why a number can no longer become an order although nobody placed it. */
public enum VoidReason {
    /** Its time ran out. */
    EXPIRED,
    /** Its buyer gave it up. */
    VOIDED,
    /** Redis answered that it does not know it. */
    NOT_CACHED
}
