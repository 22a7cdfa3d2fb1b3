/**
 * Orders: what a buyer asks for, how a number becomes at most one order, how it is found again.
 *
 * <pre>
 *   page          OrdersResource      PlaceOrder        Redis         PostgreSQL
 *    │ POST /orders     │                 │               │               │
 *    ├─────────────────▶├────────────────▶│ shape, check symbol, signature, buyer
 *    │                  │                 ├──────────────▶│ cached? tried before?
 *    │                  │                 ├──────────────────────────────▶│ one insert under the number
 *    │                  │                 │◀──────────────────────────────┤ written, or what was there before
 *    │◀─────────────────┤◀────────────────┤ Placed, AlreadyPlaced, Mismatch, NumberSpent, …
 * </pre>
 */
@NullMarked
package dev.orderonce.orders;

import org.jspecify.annotations.NullMarked;
