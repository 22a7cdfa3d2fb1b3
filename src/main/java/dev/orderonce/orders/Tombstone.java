package dev.orderonce.orders;

import dev.orderonce.identity.Buyer;
import dev.orderonce.numbers.OrderNumber;
import dev.orderonce.numbers.Why;
import java.time.Instant;

/** A number that was spent without an order. */
record Tombstone(OrderNumber number, Buyer buyer, Why why, Instant decidedAt) implements Standing {}
