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
 *
 *   merchant      OrderLifeResource   FulfilOrder                     PostgreSQL
 *    │ POST …/shipment  │                 │                               │
 *    ├─────────────────▶├────────────────▶│──────────────────────────────▶│ PAID → SHIPPED, with its event
 *    │◀── 200 ──────────┤◀── Done ────────┤◀──────────────────────────────┤ one row
 *    │◀── 200 ──────────┤◀── AlreadyDone ─┤◀──────────────────────────────┤ none, and it is SHIPPED
 *    │◀── 409 ──────────┤◀── NotOpen ─────┤◀──────────────────────────────┤ none: state and next
 *    │◀── 503 ──────────┤◀── Unavailable ─┤                             ✗ no answer: the repeat tells
 * </pre>
 */
@NullMarked
package dev.orderonce.orders;

import org.jspecify.annotations.NullMarked;
