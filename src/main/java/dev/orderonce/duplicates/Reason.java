package dev.orderonce.duplicates;

/** What speaks for, or against, two orders having been meant as one. */
public enum Reason {
    /** The same lines and total. */
    SAME_BASKET,
    /** At least three lines are the same: more than a habit has. */
    MANY_LINES,
    /** Lines that have most of their value in common. */
    NEARLY_SAME_BASKET,
    /** At most a quarter of an hour apart: while somebody is not sure whether it worked. */
    WITHIN_MINUTES,
    /** At most an hour apart. */
    WITHIN_AN_HOUR,
    /** At most four hours apart: before the confirmation was read. */
    WITHIN_HOURS,
    /** One under an issued number and one under a client's key: two devices, or two programs. */
    BY_ANOTHER_WAY,
    /** The earlier one was never paid. */
    EARLIER_UNPAID,
    /** The buyer orders this often, which speaks against it. */
    OFTEN_ORDERED
}
