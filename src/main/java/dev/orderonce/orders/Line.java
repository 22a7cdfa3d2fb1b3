package dev.orderonce.orders;

import java.util.Optional;

/**
 * One line of an order.
 *
 * @param productCode the shop's code of the product
 * @param name the product's name on the page; only shown, never compared: a repeat from a page in another language is
 *     still a repeat
 * @param quantity the number of pieces, at least 1
 * @param unitPrice the price of one piece in minor units of the order's currency, 0 or more
 */
public record Line(String productCode, Optional<String> name, long quantity, long unitPrice) {}
