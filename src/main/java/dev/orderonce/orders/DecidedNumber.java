package dev.orderonce.orders;

import dev.orderonce.identity.Buyer;
import dev.orderonce.numbers.OrderNumber;

/** The row that exists under a number: an order or a tombstone. */
sealed interface DecidedNumber permits Order, Tombstone {
    OrderNumber number();

    Buyer buyer();
}
