package dev.orderonce.orders;

import dev.orderonce.identity.Buyer;
import dev.orderonce.numbers.OrderNumber;
import dev.orderonce.numbers.VoidReason;
import java.time.Instant;

/** The row that marks a number as retired: it can never become an order. */
record Tombstone(OrderNumber number, Buyer buyer, VoidReason reason, Instant decidedAt) implements DecidedNumber {}
