package dev.orderonce.orders;

import dev.orderonce.numbers.OrderNumber;

/** A buyer's explicit yes to a question about the order, stored with it. */
public sealed interface Acknowledgement {
    /** "Yes, I mean this amount." */
    record LargeAmount(long total) implements Acknowledgement {}

    /** "Yes, a second one, besides the earlier order." */
    record SecondOrder(OrderNumber earlier) implements Acknowledgement {}
}
