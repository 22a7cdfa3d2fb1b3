package dev.orderonce.orders;

import dev.orderonce.identity.Buyer;
import dev.orderonce.money.Money;
import dev.orderonce.numbers.OrderNumber;
import java.time.Instant;
import java.util.List;

/** What a list of staff shows of an order: no lines, which can be a hundred thousand characters. */
public record OrderSummary(
        OrderNumber number, Buyer buyer, OrderState state, Money total, Instant placedAt, List<Hold> holds) {}
