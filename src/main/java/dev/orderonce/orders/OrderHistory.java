package dev.orderonce.orders;

import java.util.List;

/**
 * An order with its latest events.
 *
 * @param events by sequence, ascending
 */
public record OrderHistory(Order order, List<OrderEvent> events) {}
