package dev.orderonce.orders;

import dev.orderonce.numbers.OrderNumber;

/** A buyer's explicit confirmation of something unusual about an order, stored with the order. */
public sealed interface Acknowledgement {
    /** The buyer confirms the large total. */
    record LargeAmount(long total) implements Acknowledgement {}

    /** The buyer confirms a second order of the same content, in addition to the earlier one. */
    record SecondOrder(OrderNumber earlier) implements Acknowledgement {}
}
