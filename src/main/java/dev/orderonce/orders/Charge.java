package dev.orderonce.orders;

/**
 * What is added to the lines of an order, or taken off.
 *
 * @param label what the page shows; never compared, like the name of a line
 * @param amount in minor units of the order's currency: below 0 for a discount, 0 or more for every other kind
 */
public record Charge(Kind kind, String label, long amount) {
    /** What a charge is for. */
    public enum Kind {
        SHIPPING,
        TAX,
        DISCOUNT,
        FEE
    }
}
