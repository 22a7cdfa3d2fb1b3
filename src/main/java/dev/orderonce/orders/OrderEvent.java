package dev.orderonce.orders;

import java.time.Instant;
import java.util.Map;

/**
 * Something that happened to an order.
 *
 * @param sequence 1, 2, 3, … without gaps
 * @param kind {@code PLACED}, or the name of a {@link OrderState.Move}
 * @param detail who did it and why
 */
public record OrderEvent(int sequence, String kind, Instant at, Map<String, String> detail) {}
