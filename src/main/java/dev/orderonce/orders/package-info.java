/**
 * Orders: what a buyer orders, how a number becomes at most one order, how orders are found, fulfilled and listed.
 *
 * <pre>
 *   page          OrdersResource      PlaceOrder        Redis         PostgreSQL
 *    │ POST /orders     │                 │               │               │
 *    ├─────────────────▶├────────────────▶│ shape, check symbol, signature, buyer
 *    │                  │                 ├──────────────▶│ cached? tried before?
 *    │                  │                 ├──────────────────────────────▶│ one insert under the number
 *    │                  │                 │◀──────────────────────────────┤ inserted, or the existing row
 *    │◀─────────────────┤◀────────────────┤ Placed, AlreadyPlaced, Mismatch, NumberSpent, …
 *
 *   merchant      OrderLifeResource   FulfilOrder                     PostgreSQL
 *    │ POST …/shipment  │                 │                               │
 *    ├─────────────────▶├────────────────▶│──────────────────────────────▶│ PAID → SHIPPED, with its event
 *    │◀── 200 ──────────┤◀── Done ────────┤◀──────────────────────────────┤ one row
 *    │◀── 200 ──────────┤◀── AlreadyDone ─┤◀──────────────────────────────┤ none, and it is SHIPPED
 *    │◀── 409 ──────────┤◀── NotOpen ─────┤◀──────────────────────────────┤ none: state and next
 *    │◀── 409 ──────────┤◀── OnHold ──────┤◀──────────────────────────────┤ none: the row has a hold
 *    │◀── 503 ──────────┤◀── Unavailable ─┤                             ✗ no response: repeat the request
 * </pre>
 */
@NullMarked
package dev.orderonce.orders;

import org.jspecify.annotations.NullMarked;
