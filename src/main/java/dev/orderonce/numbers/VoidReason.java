package dev.orderonce.numbers;

/** Why a number can never become an order. */
public enum VoidReason {
    /** The number expired. */
    EXPIRED,
    /** The buyer voided the number. */
    VOIDED,
    /** Redis did not have the number. */
    NOT_CACHED
}
