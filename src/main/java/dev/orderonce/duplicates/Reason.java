package dev.orderonce.duplicates;

/** The reasons for, and against, suspecting that two orders were meant as one. */
public enum Reason {
    /** The same lines and total. */
    SAME_BASKET,
    /** At least three lines, all the same: more than a habitual order has. */
    MANY_LINES,
    /** Lines that have most of their value in common. */
    NEARLY_SAME_BASKET,
    /** At most a quarter of an hour apart: the buyer was not sure whether the first order worked. */
    WITHIN_MINUTES,
    /** At most an hour apart. */
    WITHIN_AN_HOUR,
    /** At most four hours apart: before the buyer read the confirmation of the first order. */
    WITHIN_HOURS,
    /** One under an issued number and one under an idempotency key: two devices, or two programs. */
    BY_ANOTHER_WAY,
    /** The earlier one was never paid. */
    EARLIER_UNPAID,
    /** The buyer orders this often: a reason against. */
    OFTEN_ORDERED
}
