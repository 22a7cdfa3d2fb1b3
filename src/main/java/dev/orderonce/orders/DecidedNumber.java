package dev.orderonce.orders;

import dev.orderonce.identity.Buyer;
import dev.orderonce.numbers.OrderNumber;

/** What stands under a number's primary key. */
sealed interface DecidedNumber permits Order, Tombstone {
    OrderNumber number();

    Buyer buyer();
}
