package dev.orderonce.orders;

import dev.orderonce.identity.Buyer;
import dev.orderonce.numbers.OrderNumber;
import dev.orderonce.numbers.VoidReason;
import java.time.Instant;

/** A number that was spent without an order. */
record Tombstone(OrderNumber number, Buyer buyer, VoidReason why, Instant decidedAt) implements DecidedNumber {}
