/**
 * Two orders that may have been meant as one: found in PostgreSQL after they were placed, and put
 * before support.
 *
 * <pre>
 *   ScanOrders (follows the event log) ──▶ FindAlike (neighbours) ──▶ Comparison (score, reasons)
 *       ──▶ SuspicionStore (each pair once)
 *
 *   support: ListSuspicions ──▶ DismissSuspicion
 *                           └─▶ ConfirmSuspicion ──▶ CancelOrder (the order's life)
 * </pre>
 *
 * <p>The question before the order is asked where orders are placed, of Redis: see {@code
 * numbers.NumberScripts} and {@code orders.AskFirst}.
 */
@NullMarked
package dev.orderonce.duplicates;

import org.jspecify.annotations.NullMarked;
